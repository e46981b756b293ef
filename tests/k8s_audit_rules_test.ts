/**
 * What an API server really sent, of one deed after the other, held against falcod's own rules for the
 * audit log and against Falco's.
 */
import { alertsOf } from "../core/app/explain/judge.ts";
import { renderText, Report, SourceText } from "../core/base/mod.ts";
import { eventAlone } from "../core/given/mod.ts";
import { loadRules, readRuleFile, type Ruleset } from "../core/rule/mod.ts";
import plugin from "../plugins/sources/k8s_audit/mod.ts";
import { assert, assertEquals } from "./assert.ts";
import { corpusFiles, corpusPath, corpusTest, isStandardCorpus, readCorpus } from "./corpus.ts";

const OWN = new URL("../rules/k8s_audit_rules.yaml", import.meta.url);
const UPSTREAM = "k8s_audit/upstream/k8s_audit_rules.yaml";
const REAL = "k8s_audit/real", SAMPLES = "k8s_audit/upstream";
const LIST = `${REAL}/eventlist-batch2.json`;

const CONFIGMAP = "Create/Modify Configmap With Private Credentials";
const TRIED = "K8s Secret Get Unsuccessfully Tried";

/** By deed: the rules that alert, in the order of the events; the same deed may be told twice. */
const DEEDS: Readonly<Record<string, readonly string[]>> = {
  "anonymous-allowed": ["Anonymous Request Allowed"],
  "anonymous-healthz": [],
  "anonymous-pods-denied": ["Anonymous Request Denied"],
  "attach-cluster-admin": ["Attach to cluster-admin Role", "K8s ClusterRoleBinding Created"],
  "attach-pod": ["Attach/Exec Pod", "Attach/Exec Pod"],
  "bad-pod-422": [],
  "bad-token": ["Invalid Credentials"],
  "create-clusterrole-wild": ["ClusterRole With Wildcard Created", "K8s ClusterRole Created"],
  "create-clusterrole-write": [
    "ClusterRole With Write Privileges Created",
    "K8s ClusterRole Created",
  ],
  "create-cm-creds": [CONFIGMAP, "K8s ConfigMap Created"],
  "create-ns": ["Create Disallowed Namespace", "K8s Namespace Created"],
  "create-role": ["K8s Role Created"],
  "create-sa-kube-system": [
    "Service Account Created in Kube Namespace",
    "K8s Serviceaccount Created",
  ],
  "debug-ephemeral": ["EphemeralContainers Created"],
  "delete-full-pod": [],
  "delete-ns": ["K8s Namespace Deleted"],
  "delete-pod-kube-public": [],
  "delete-pod-kube-system": [],
  "delete-rolebinding": ["K8s RoleBinding Deleted"],
  "delete-sa-kube-system": ["K8s Serviceaccount Deleted"],
  "delete-system-clusterrole": ["System ClusterRole Modified/Deleted", "K8s ClusterRole Deleted"],
  "deployment-create": ["K8s Deployment Created"],
  "deployment-delete": ["K8s Deployment Deleted"],
  "deployment-scale": [],
  "eg-cluster-role-with-pod-exec-created": [
    "ClusterRole With Pod Exec Created",
    "K8s Role Created",
  ],
  "eg-cluster-role-with-write-privileges-created-delete": ["K8s Role Deleted"],
  "eg-create-disallowed-pod-delete": ["K8s Deployment Deleted"],
  "eg-create-host-network-pod-delete": ["K8s Deployment Deleted"],
  "eg-create-host-network-pod": ["Workload With Host Access", "K8s Deployment Created"],
  "eg-create-modify-configmap-with-private-credentials": [CONFIGMAP, "K8s ConfigMap Created"],
  "eg-create-privileged-pod-delete": ["K8s Deployment Deleted"],
  "eg-k8s-config-map-created-delete": ["K8s ConfigMap Deleted"],
  "eg-k8s-service-created-delete": ["K8s Service Deleted"],
  "eg-k8s-serviceaccount-created": [
    "K8s Serviceaccount Created",
    "K8s Role Created",
    "K8s RoleBinding Created",
  ],
  "exec-pod-tty": ["Attach/Exec Pod", "Attach/Exec Pod"],
  "get-secret-forbidden": [TRIED, "Disallowed K8s User"],
  "get-secret-missing": [TRIED],
  "impersonate": ["User Impersonated"],
  "ingress-tls": [],
  "list-secrets": ["K8s Secrets Listed"],
  "node-join": [],
  "pod-kube-system": ["Pod Created in Kube Namespace"],
  "portforward-pod": ["port-forward", "port-forward"],
  "service-nodeport": ["Create NodePort Service", "K8s Service Created"],
  "watch-pods": [],
  "watch-rs": [],
};

/** Falco's rules see the same, but for these. */
const UPSTREAM_DEEDS: Readonly<Record<string, readonly string[]>> = {
  // It has no rules for what is denied, refused, done for others, or listed.
  "anonymous-pods-denied": [],
  "bad-token": [],
  "impersonate": [],
  "list-secrets": [],
  // It looks at pods only, whoever asks for them.
  "eg-create-host-network-pod": ["K8s Deployment Created"],
  // Its rule about users stands first.
  "get-secret-forbidden": ["Disallowed K8s User", TRIED],
  // It tells of the beginning and of the end.
  "portforward-pod": ["port-forward", "port-forward", "port-forward", "port-forward"],
};

function load(name: string, text: string): Ruleset {
  const report = new Report();
  const ruleset = loadRules([readRuleFile(new SourceText(name, text), report)], {
    fieldsOf: (source) => source === "k8s_audit" ? plugin.fields : undefined,
    engineVersion: "0.63.0",
    minimumPriority: "Debug",
    hasPlugin: (name) => name === "k8saudit" || name === "json",
    lintsMeaning: "hints",
  }, report);
  assert(ruleset, renderText(report.diagnostics));
  return ruleset;
}

/** The rules that alert for the events of a file, one event after the other. */
function alertsFor(file: string, ruleset: Ruleset): readonly string[] {
  const { events, problems } = plugin.documents!.read(readCorpus(file));
  assertEquals(problems, [], file);
  assert(events.length > 0, file);
  return events.flatMap(({ event }) =>
    alertsOf(() => eventAlone(event), ruleset).map(({ rule }) => rule)
  );
}

function alertsByDeed(deeds: readonly string[], ruleset: Ruleset) {
  return Object.fromEntries(
    deeds.map((deed) => [deed, alertsFor(`${REAL}/${deed}.jsonl`, ruleset)]),
  );
}

const deeds = Object.keys(DEEDS);
const files = deeds.map((deed) => `${REAL}/${deed}.jsonl`);
const own = () => load("k8s_audit_rules.yaml", Deno.readTextFileSync(OWN));

corpusTest("falcod's rules for the audit log see what people did to a cluster", files, () => {
  assertEquals(alertsByDeed(deeds, own()), DEEDS);
});

corpusTest("Falco's rules for the audit log load as they are, and see it, too", [
  UPSTREAM,
  ...files,
], () => {
  const upstream = load(UPSTREAM, readCorpus(UPSTREAM));
  assertEquals(upstream.rules.filter(({ enabled }) => enabled).length, 48);
  assertEquals(alertsByDeed(deeds, upstream), { ...DEEDS, ...UPSTREAM_DEEDS });
});

corpusTest("every deed that was recorded has its expected rules", [LIST], () => {
  const recorded = corpusFiles(REAL).flatMap((file) => /([^/]+)\.jsonl$/.exec(file)?.[1] ?? []);
  const known = new Set([...deeds, "expected-fields"]);
  // Whoever brings other cases expects something of his own.
  if (isStandardCorpus) assertEquals(recorded.filter((name) => !known.has(name)), []);
});

corpusTest("what Kubernetes does itself raises nothing", [LIST], () => {
  // A namespace is cleaned up, after two requests that somebody made for somebody else.
  assertEquals(alertsFor(LIST, own()), ["User Impersonated", "User Impersonated"]);
});

corpusTest("falcod's rules see in Falco's samples what Falco's rules see", [UPSTREAM], () => {
  const ours = own(), theirs = load(UPSTREAM, readCorpus(UPSTREAM));
  const samples = corpusFiles(SAMPLES).filter((file) => /\/[^/]+\.json$/.test(file))
    .filter((file) => corpusPath(file) !== undefined && !file.endsWith("fal_01_003.json"));
  assert(samples.length > 40);
  for (const sample of samples) {
    const seen = new Set(alertsFor(sample, ours));
    const missing = alertsFor(sample, theirs).filter((rule) => !seen.has(rule));
    assertEquals(missing, [], sample);
  }
});
