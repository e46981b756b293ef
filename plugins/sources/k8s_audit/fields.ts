/**
 * ka.…: what the audit events of a Kubernetes API server tell. Names, lists and arguments are those of
 * plugins plugins/k8saudit/pkg/k8saudit/fields.go (0.18); the sentences are ours.
 */
import type { FieldDefinition } from "../../../core/mod.ts";
import { found, indexed, keyed, list, text } from "./define.ts";
import { podFields } from "./fields_pod.ts";
import { queryParameter } from "./query.ts";
import { arrayOf, type Json, listOf, presentAt, textOf, valuesAt } from "./values.ts";

const annotation = (name: string) => (request: Json) => request.annotations?.[name];

/** Names of the subjects of one kind, written as `spell` has it. */
function subjects(
  kind: string,
  spell: (subject: Json) => string | undefined = ({ name }) => textOf(name),
) {
  return (request: Json): readonly string[] | undefined => {
    const those = arrayOf(request.requestObject?.subjects)?.filter((subject) =>
      (subject?.kind as unknown) === kind
    );
    return listOf(those?.map(spell).filter((name) => name !== undefined));
  };
}

function withNamespace({ namespace, name }: Json): string | undefined {
  return namespace === undefined || name === undefined
    ? undefined
    : `${textOf(namespace)}:${textOf(name)}`;
}

/** Whether anybody among the subjects of a binding is called so. */
function hasSubject(request: Json, name: string): string | undefined {
  const all = arrayOf(request.requestObject?.subjects);
  return all && String(all.some((subject) => (subject?.name as unknown) === name));
}

/** What all rules of a role, or one, say under a key. */
function ofRules(key: string) {
  const path = ["requestObject", "rules", key];
  return (request: Json, index: number | undefined): readonly Json[] | undefined => {
    const lists = valuesAt(request, path, index)?.map(arrayOf);
    return listOf(lists?.flatMap((values) => values ?? []));
  };
}

function podName(request: Json): Json | undefined {
  const resource: unknown = request.objectRef?.resource;
  const subresource: unknown = request.objectRef?.subresource;
  const isPod = resource === "pods" && (typeof subresource !== "string" || subresource === "");
  return isPod ? request.responseObject?.metadata?.name : undefined;
}

export const auditFields: readonly FieldDefinition[] = [
  text("auditid", "Id of the request, the same in all its stages", (request) => request.auditID),
  text(
    "stage",
    "How far the request is: RequestReceived, ResponseComplete …",
    (request) => request.stage,
  ),
  text(
    "verb",
    "What is done: get, list, watch, create, update, patch, delete …",
    (request) => request.verb,
  ),
  text("uri", "URI of the request as the client sent it", (request) => request.requestURI),
  keyed("uri.param", "Value of a parameter in the query of the URI", (request, key) => {
    const uri = textOf(request.requestURI);
    return uri === undefined ? undefined : queryParameter(uri, key);
  }),
  text("useragent", "Program that the client says it is", (request) => request.userAgent),
  indexed(
    "sourceips",
    "Addresses the request came from, the client's first",
    (request, index) => {
      const addresses = arrayOf(request.sourceIPs);
      return listOf(index === undefined ? addresses : addresses?.slice(index, index + 1));
    },
  ),
  text(
    "cluster.name",
    "Name of the cluster, where an annotation tells it",
    annotation("cluster_name"),
  ),
  text("user.name", "Who makes the request", (request) => request.user?.username),
  list("user.groups", "Groups of whoever makes the request", (request) => request.user?.groups),
  text(
    "impuser.name",
    "User in whose name the request is made",
    (request) => request.impersonatedUser?.username,
  ),
  text(
    "auth.decision",
    "Whether the request was allowed: allow or forbid",
    annotation("authorization.k8s.io/decision"),
  ),
  text(
    "auth.reason",
    "Why the request was allowed or forbidden",
    annotation("authorization.k8s.io/reason"),
  ),
  text(
    "auth.openshift.decision",
    "Whether a login was accepted; OpenShift only",
    annotation("authentication.openshift.io/decision"),
  ),
  text(
    "auth.openshift.username",
    "Who logged in; OpenShift only",
    annotation("authentication.openshift.io/username"),
  ),
  text(
    "validations.admission.policy.failure",
    "Which validating admission policy failed, and why",
    annotation("validation.policy.admission.k8s.io/validation_failure"),
  ),
  text(
    "security.pod.violations",
    "How a pod violates the pod security standards",
    annotation("pod-security.kubernetes.io/audit-violations"),
  ),
  text(
    "target.name",
    "Name of the object the request is about",
    (request) => request.objectRef?.name,
  ),
  text(
    "target.namespace",
    "Namespace of the object the request is about",
    (request) => request.objectRef?.namespace,
  ),
  text(
    "target.resource",
    "Kind of the object the request is about: pods, secrets …",
    (request) => request.objectRef?.resource,
  ),
  text(
    "target.subresource",
    "Part of the object the request is about: exec, log, status …",
    (request) => request.objectRef?.subresource,
  ),
  text(
    "target.pod.name",
    "Name of the pod that was made, also where the server chose it",
    podName,
  ),
  text(
    "resp.name",
    "Name of the object in the response",
    (request) => request.responseObject?.metadata?.name,
  ),
  text("response.code", "HTTP status of the response", (request) => request.responseStatus?.code),
  text(
    "response.reason",
    "Why the request failed; mostly absent when it did not",
    (request) => request.responseStatus?.reason,
  ),

  text(
    "req.binding.role",
    "Role that a binding in the request grants",
    (request) => request.requestObject?.roleRef?.name,
  ),
  list(
    "req.binding.subjects",
    "Subjects that a binding in the request grants a role, as JSON",
    (request) => request.requestObject?.subjects,
  ),
  found(
    "req.binding.subjects.user_names",
    "Users that a binding in the request grants a role",
    subjects("User"),
  ),
  found(
    "req.binding.subjects.group_names",
    "Groups that a binding in the request grants a role",
    subjects("Group"),
  ),
  found(
    "req.binding.subjects.serviceaccount_names",
    "Service accounts that a binding in the request grants a role",
    subjects("ServiceAccount"),
  ),
  found(
    "req.binding.subjects.serviceaccount_ns_names",
    "Service accounts that a binding in the request grants a role, as namespace:name",
    subjects("ServiceAccount", withNamespace),
  ),
  keyed(
    "req.binding.subject.has_name",
    "Whether a subject of a binding in the request has this name; in Falco it is always so",
    hasSubject,
    { deprecated: "compare ka.req.binding.subjects.user_names and its neighbours" },
  ),
  list(
    "req.role.rules",
    "Rules of a role in the request, as JSON",
    (request) => request.requestObject?.rules,
  ),
  indexed(
    "req.role.rules.apiGroups",
    "API groups in the rules of a role in the request",
    ofRules("apiGroups"),
  ),
  indexed(
    "req.role.rules.nonResourceURLs",
    "URLs in the rules of a role in the request",
    ofRules("nonResourceURLs"),
  ),
  indexed(
    "req.role.rules.resources",
    "Kinds of objects in the rules of a role in the request",
    ofRules("resources"),
  ),
  indexed("req.role.rules.verbs", "Verbs in the rules of a role in the request", ofRules("verbs")),
  text(
    "req.configmap.name",
    "Name of the ConfigMap the request is about",
    (request) => request.objectRef?.name,
  ),
  text(
    "req.configmap.obj",
    "Contents of a ConfigMap in the request, as JSON",
    (request) => request.requestObject?.data,
  ),
  text(
    "req.service.type",
    "Type of a service in the request: ClusterIP, NodePort …",
    (request) => request.requestObject?.spec?.type,
  ),
  indexed(
    "req.service.ports",
    "Ports of a service in the request, all of them as one JSON array",
    (request, index) => presentAt(request, ["requestObject", "spec", "ports"], index),
  ),
  ...podFields,
];
