/** k8s.…: the pod the process is in, from the labels that Kubernetes gives to containers. */
import { containerOf } from "./container.ts";
import { defineField, type FieldDefinition } from "./field.ts";

const NOT_ASKED = "container engines are not asked for it yet";
const NEEDS_API = "it takes a connection to the Kubernetes API";
const RETIRED = "remove it: Falco no longer fills it either";
const absent = () => undefined;

/** Length of the ids that people see. */
const SHORT_ID = 12;

export const k8sFields: readonly FieldDefinition[] = [
  {
    ...labelField("k8s.pod.name", "Name of the pod", "io.kubernetes.pod.name"),
    suggested: true,
  },
  {
    ...labelField("k8s.ns.name", "Namespace of the pod", "io.kubernetes.pod.namespace"),
    suggested: true,
  },
  labelField("k8s.pod.uid", "Unique id of the pod", "io.kubernetes.pod.uid"),
  labelField("k8s.pod.id", "The same as k8s.pod.uid", "io.kubernetes.pod.uid"),
  defineField({
    name: "k8s.pod.sandbox_id",
    type: "CHARBUF",
    summary: "First 12 characters of the id of the pod's sandbox container",
    extract: (_event, state) =>
      containerOf(state)?.labels.get("io.kubernetes.sandbox.id")?.slice(0, SHORT_ID),
  }),
  labelField(
    "k8s.pod.full_sandbox_id",
    "Whole id of the pod's sandbox container",
    "io.kubernetes.sandbox.id",
  ),
  {
    ...notAsked("k8s.pod.label", "Value of the pod's label in the argument"),
    argument: { required: true, kind: "key", dotted: true },
  },
  notAsked("k8s.pod.labels", "Labels of the pod, name:value separated by commas"),
  notAsked("k8s.pod.ip", "IPv4 address of the pod"),
  notAsked("k8s.pod.cni.json", "What the network plugin answered for the pod, as JSON"),
  apiField("k8s.ns.id", "Id of the namespace"),
  apiLabelField("k8s.ns.label", "Value of the namespace's label in the argument"),
  apiField("k8s.ns.labels", "Labels of the namespace"),
  ...apiFields("k8s.rc", "replication controller"),
  ...apiFields("k8s.svc", "service"),
  ...apiFields("k8s.rs", "replica set"),
  ...apiFields("k8s.deployment", "deployment"),
];

function labelField(name: string, summary: string, label: string): FieldDefinition {
  return defineField({
    name,
    type: "CHARBUF",
    summary,
    extract: (_event, state) => containerOf(state)?.labels.get(label),
  });
}

function notAsked(name: string, summary: string): FieldDefinition {
  return defineField({
    name,
    type: "CHARBUF",
    summary,
    unavailable: NOT_ASKED,
    extract: absent,
  });
}

function apiFields(prefix: string, kind: string): FieldDefinition[] {
  return [
    apiField(`${prefix}.name`, `Name of the pod's ${kind}`),
    apiField(`${prefix}.id`, `Id of the pod's ${kind}`),
    apiLabelField(`${prefix}.label`, `Value of the ${kind}'s label in the argument`),
    apiField(`${prefix}.labels`, `Labels of the pod's ${kind}`),
  ];
}

function apiField(name: string, summary: string): FieldDefinition {
  return defineField({
    name,
    type: "CHARBUF",
    summary,
    deprecated: RETIRED,
    unavailable: NEEDS_API,
    extract: absent,
  });
}

function apiLabelField(name: string, summary: string): FieldDefinition {
  return {
    ...apiField(name, summary),
    argument: { required: true, kind: "key", dotted: true },
  };
}
