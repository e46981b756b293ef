/** An alert as a result of a policy report. github.com/kubernetes-sigs/wg-policy-prototypes, v1alpha2 */
import {
  type Alert,
  escapeUnprintable,
  factsOf,
  falcoOutput,
  type Json,
  type OutputValue,
  type Priority,
  shortText,
} from "../../../core/mod.ts";

/** The API server takes some MB, and etcd 1.5: in UTF-16 units, and how many fields. */
const MOST = { message: 8000, property: 1000, name: 200, properties: 100 };

export const SEVERITIES = ["info", "low", "medium", "high", "critical"] as const;
export type Severity = typeof SEVERITIES[number];
type Outcome = "fail" | "warn" | "skip";

const GRADES: Readonly<Record<Priority, readonly [Severity, Outcome]>> = {
  Emergency: ["critical", "fail"],
  Alert: ["critical", "fail"],
  Critical: ["critical", "fail"],
  Error: ["high", "fail"],
  Warning: ["medium", "warn"],
  Notice: ["low", "skip"],
  Informational: ["info", "skip"],
  Debug: ["info", "skip"],
};

/** What rules about the audit log of Kubernetes are about. */
const RESOURCES: Readonly<Record<string, readonly [apiVersion: string, kind: string]>> = {
  pods: ["v1", "Pod"],
  services: ["v1", "Service"],
  secrets: ["v1", "Secret"],
  configmaps: ["v1", "ConfigMap"],
  namespaces: ["v1", "Namespace"],
  serviceaccounts: ["v1", "ServiceAccount"],
  daemonsets: ["apps/v1", "DaemonSet"],
  deployments: ["apps/v1", "Deployment"],
  statefulsets: ["apps/v1", "StatefulSet"],
  cronjobs: ["batch/v1", "CronJob"],
  jobs: ["batch/v1", "Job"],
  clusterroles: ["rbac.authorization.k8s.io/v1", "ClusterRole"],
  clusterrolebindings: ["rbac.authorization.k8s.io/v1", "ClusterRoleBinding"],
  roles: ["rbac.authorization.k8s.io/v1", "Role"],
  rolebindings: ["rbac.authorization.k8s.io/v1", "RoleBinding"],
};

type Fields = ReadonlyMap<string, OutputValue>;

/** Empty: the alert is of none, and goes into the report of the cluster. */
export function namespaceOf({ fields }: Alert): string {
  const name = textIn(fields, "k8s.ns.name") || textIn(fields, "ka.target.namespace");
  // Anybody's text, and a part of an address.
  return /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/.test(name) ? name : "";
}

/** `namespace`: of the report that it goes into. */
export function resultOf(alert: Alert, namespace: string): { readonly [key: string]: Json } {
  const { rule, source, timeNs, priority, fields } = alert;
  const [severity, result] = GRADES[priority];
  const shown = (text: string, most: number) => shortText(escapeUnprintable(text), most);
  const properties = factsOf(alert, ["field"]).slice(0, MOST.properties)
    .map(({ name, value }) => [shortText(name, MOST.name), shortText(value, MOST.property)]);
  return {
    policy: shown(source, MOST.name),
    rule: shown(rule, MOST.property),
    category: "SI - System and Information Integrity",
    source: "Falco",
    timestamp: {
      seconds: Number(timeNs / 1_000_000_000n),
      nanos: Number(timeNs % 1_000_000_000n),
    },
    severity,
    result,
    message: shown(falcoOutput(alert), MOST.message),
    properties: Object.fromEntries(properties),
    resources: resourcesOf(fields, namespace),
  };
}

function resourcesOf(fields: Fields, namespace: string): Json {
  const pod = textIn(fields, "k8s.pod.name");
  const known = pod ? "pods" : textIn(fields, "ka.target.resource");
  const name = pod || textIn(fields, "ka.target.name") || textIn(fields, "ka.resp.name");
  const [apiVersion, kind] = Object.hasOwn(RESOURCES, known) ? RESOURCES[known]! : [];
  if (!name || !kind) return undefined;
  const shown = shortText(escapeUnprintable(name), MOST.property);
  return [{ apiVersion, kind, name: shown, namespace: namespace || undefined }];
}

/** Empty where there is none; fields of nothing are null, or "<NA>" when they came as text. */
function textIn(fields: Fields, name: string): string {
  const value = fields.get(name);
  return typeof value === "string" && value !== "<NA>" ? value : "";
}
