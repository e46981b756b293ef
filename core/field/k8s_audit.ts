/**
 * ka.…: what the audit events of a Kubernetes API server tell. Names, lists and arguments are those of
 * plugins plugins/k8saudit/pkg/k8saudit/fields.go (0.18); the sentences are ours.
 */
import { defineField, type FieldDefinition } from "./field.ts";

/** For fields of sources that are known by name only. */
export const NOT_DELIVERED = "no source delivers such events yet";

type More = Partial<Pick<FieldDefinition, "list" | "argument" | "deprecated">>;

function text(name: string, summary: string, more: More = {}): FieldDefinition {
  return defineField({
    name: `ka.${name}`,
    type: "CHARBUF",
    summary,
    ...more,
    unavailable: NOT_DELIVERED,
    extract: () => undefined,
  });
}

function list(name: string, summary: string): FieldDefinition {
  return text(name, summary, { list: true });
}

/** A list of which `[0]` takes one. */
function indexed(name: string, summary: string): FieldDefinition {
  return text(name, summary, { list: true, argument: { required: false, kind: "index" } });
}

function keyed(name: string, summary: string, more: More = {}): FieldDefinition {
  return text(name, summary, { ...more, argument: { required: true, kind: "key" } });
}

/** Pods have three lists of containers, and the same is told of each. */
function containers(key: string, noun: string): FieldDefinition[] {
  const of = (name: string, what: string) => indexed(`req.pod.${key}.${name}`, what);
  return [
    of("name", `Names of the ${noun} of a pod in the request`),
    of("image", `Images of the ${noun} of a pod in the request`),
    of("image.repository", `Images of the ${noun} of a pod in the request, without tag and digest`),
    of("command", `Commands of the ${noun}, each with blanks between its words`),
    of("args", `Arguments of the ${noun}, those of each with blanks between them`),
    of("privileged", `Whether the ${noun} are privileged`),
    of("allow_privilege_escalation", `allowPrivilegeEscalation of the ${noun}`),
    of("read_only_fs", `Whether the ${noun} can only read their root filesystem`),
    of("run_as_user", `runAsUser of the ${noun} themselves`),
    of(
      "eff_run_as_user",
      `Uid the ${noun} start with: their own runAsUser, else the pod's, else 0`,
    ),
    of("run_as_group", `runAsGroup of the ${noun} themselves`),
    of(
      "eff_run_as_group",
      `Gid the ${noun} start with: their own runAsGroup, else the pod's, else 0`,
    ),
    of("proc_mount", `procMount of the ${noun}: Default or Unmasked`),
    of("add_capabilities", `Capabilities the ${noun} get beside the usual ones`),
  ];
}

function hostPorts(key: string, noun: string): FieldDefinition {
  const what = `Ports of the ${noun} on the host; where none is said, those of the container`;
  return indexed(`req.pod.${key}.host_port`, what);
}

export const k8sAuditFields: readonly FieldDefinition[] = [
  text("auditid", "Id of the request, the same in all its stages"),
  text("stage", "How far the request is: RequestReceived, ResponseComplete …"),
  text("verb", "What is done: get, list, watch, create, update, patch, delete …"),
  text("uri", "URI of the request as the client sent it"),
  keyed("uri.param", "Value of a parameter in the query of the URI"),
  text("useragent", "Program that the client says it is"),
  indexed("sourceips", "Addresses the request came from, the client's first"),
  text("cluster.name", "Name of the cluster, where an annotation tells it"),
  text("user.name", "Who makes the request"),
  list("user.groups", "Groups of whoever makes the request"),
  text("impuser.name", "User in whose name the request is made"),
  text("auth.decision", "Whether the request was allowed: allow or forbid"),
  text("auth.reason", "Why the request was allowed or forbidden"),
  text("auth.openshift.decision", "Whether a login was accepted; OpenShift only"),
  text("auth.openshift.username", "Who logged in; OpenShift only"),
  text("validations.admission.policy.failure", "Which validating admission policy failed, and why"),
  text("security.pod.violations", "How a pod violates the pod security standards"),
  text("target.name", "Name of the object the request is about"),
  text("target.namespace", "Namespace of the object the request is about"),
  text("target.resource", "Kind of the object the request is about: pods, secrets …"),
  text("target.subresource", "Part of the object the request is about: exec, log, status …"),
  text("target.pod.name", "Name of the pod that was made, also where the server chose it"),
  text("resp.name", "Name of the object in the response"),
  text("response.code", "HTTP status of the response"),
  text("response.reason", "Why the request failed; mostly absent when it did not"),

  text("req.binding.role", "Role that a binding in the request grants"),
  list("req.binding.subjects", "Subjects that a binding in the request grants a role, as JSON"),
  list("req.binding.subjects.user_names", "Users that a binding in the request grants a role"),
  list("req.binding.subjects.group_names", "Groups that a binding in the request grants a role"),
  list(
    "req.binding.subjects.serviceaccount_names",
    "Service accounts that a binding in the request grants a role",
  ),
  list(
    "req.binding.subjects.serviceaccount_ns_names",
    "Service accounts that a binding in the request grants a role, as namespace:name",
  ),
  keyed("req.binding.subject.has_name", "Tells nothing in Falco, whatever the name", {
    deprecated: "compare ka.req.binding.subjects.user_names and its neighbours",
  }),
  list("req.role.rules", "Rules of a role in the request, as JSON"),
  indexed("req.role.rules.apiGroups", "API groups in the rules of a role in the request"),
  indexed("req.role.rules.nonResourceURLs", "URLs in the rules of a role in the request"),
  indexed("req.role.rules.resources", "Kinds of objects in the rules of a role in the request"),
  indexed("req.role.rules.verbs", "Verbs in the rules of a role in the request"),
  text("req.configmap.name", "Name of the ConfigMap the request is about"),
  text("req.configmap.obj", "Contents of a ConfigMap in the request, as JSON"),
  text("req.service.type", "Type of a service in the request: ClusterIP, NodePort …"),
  indexed("req.service.ports", "Ports of a service in the request, as JSON"),

  text("req.pod.host_ipc", "Whether a pod in the request shares the host's IPC namespace"),
  text("req.pod.host_network", "Whether a pod in the request shares the host's network"),
  text("req.pod.host_pid", "Whether a pod in the request sees the host's processes"),
  text("req.pod.run_as_user", "runAsUser of a pod in the request, for all its containers"),
  text("req.pod.run_as_group", "runAsGroup of a pod in the request, for all its containers"),
  text("req.pod.fs_group", "fsGroup of a pod in the request: the gid that owns its volumes"),
  list("req.pod.supplemental_groups", "Further gids of the processes of a pod in the request"),
  indexed("req.pod.volumes.hostpath", "Paths of the host that a pod in the request mounts"),
  indexed("req.pod.volumes.flexvolume_driver", "FlexVolume drivers a pod in the request uses"),
  indexed("req.pod.volumes.volume_type", "Types of the volumes of a pod in the request"),
  ...containers("containers", "containers"),
  hostPorts("containers", "containers"),
  ...containers("initContainers", "init containers"),
  hostPorts("initContainers", "init containers"),
  ...containers("ephemeralContainers", "ephemeral containers"),

  text("req.container.image", "Image of the first container of a pod in the request", {
    deprecated: "write ka.req.pod.containers.image",
  }),
  text("req.container.image.repository", "The same without tag and digest", {
    deprecated: "write ka.req.pod.containers.image.repository",
  }),
  text("req.container.host_network", "The same as ka.req.pod.host_network", {
    deprecated: "write ka.req.pod.host_network",
  }),
  text("req.container.privileged", "Whether any container of a pod in the request is privileged", {
    deprecated: "write ka.req.pod.containers.privileged",
  }),
  keyed("req.volume.hostpath", "Whether a pod in the request mounts this path of the host", {
    deprecated: "write ka.req.pod.volumes.hostpath",
  }),
];
