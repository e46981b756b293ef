/**
 * k8s.…: the pod the process is in, from the labels that Kubernetes gives to containers, and from what
 * container engines tell of pods.
 */
import { labelsText, SHORT_ID_LENGTH, toldField } from "./_container.ts";
import { defineField, type FieldDefinition } from "./field.ts";

const NEEDS_API = "it takes a connection to the Kubernetes API";
const RETIRED = "remove it: Falco no longer fills it either";
const absent = () => undefined;

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
  toldField({
    name: "k8s.pod.sandbox_id",
    summary: "First 12 characters of the id of the pod's sandbox container",
    blank: true,
    read: ({ podSandboxId }) => podSandboxId?.slice(0, SHORT_ID_LENGTH),
  }),
  toldField({
    name: "k8s.pod.full_sandbox_id",
    summary: "Whole id of the pod's sandbox container",
    blank: true,
    read: ({ podSandboxId }) => podSandboxId,
  }),
  toldField({
    name: "k8s.pod.label",
    summary: "Value of the pod's label in the argument",
    argument: { required: true, kind: "key", dotted: true },
    read: ({ podLabels }, argument) => podLabels.get(String(argument)),
  }),
  toldField({
    name: "k8s.pod.labels",
    summary: "Labels of the pod, name:value separated by commas",
    blank: true,
    read: ({ podSandboxId, podLabels }) =>
      podSandboxId === undefined ? undefined : labelsText(podLabels),
  }),
  toldField({
    name: "k8s.pod.ip",
    summary: "Address of the pod; IPv4 where it has one",
    blank: true,
    read: ({ podSandboxId, ip }) => podSandboxId === undefined ? undefined : ip,
  }),
  toldField({
    name: "k8s.pod.cni.json",
    summary: "What the network plugin answered for the pod, as JSON",
    blank: true,
    read: ({ cniJson }) => cniJson,
  }),
  apiField("k8s.ns.id", "Id of the namespace"),
  apiLabelField("k8s.ns.label", "Value of the namespace's label in the argument"),
  apiField("k8s.ns.labels", "Labels of the namespace"),
  ...apiFields("k8s.rc", "replication controller"),
  ...apiFields("k8s.svc", "service"),
  ...apiFields("k8s.rs", "replica set"),
  ...apiFields("k8s.deployment", "deployment"),
];

function labelField(name: string, summary: string, label: string): FieldDefinition {
  return toldField({ name, summary, read: ({ labels }) => labels.get(label) });
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
