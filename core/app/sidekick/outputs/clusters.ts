/** What runs in a cluster of Kubernetes. */
import { httpOutput, idle, output, same, type SidekickOutput } from "../output.ts";

export const CLUSTERS: readonly SidekickOutput[] = [
  httpOutput({
    section: "openfaas",
    sink: "openfaas",
    enabledBy: ["functionname"],
    keys: {
      functionname: same("function_name"),
      functionnamespace: same("function_namespace"),
      gatewayservice: same("gateway_service"),
      gatewaynamespace: same("gateway_namespace"),
      gatewayport: same("gateway_port"),
      kubeconfig: same("kubeconfig"),
    },
  }),
  httpOutput({
    section: "fission",
    sink: "fission",
    enabledBy: ["function"],
    keys: {
      function: same("function"),
      // It has a default there, and nothing asks for it.
      functionnamespace: idle(),
      routerservice: same("router_service"),
      routernamespace: same("router_namespace"),
      routerport: same("router_port"),
      kubeconfig: same("kubeconfig"),
    },
  }),
  httpOutput({
    section: "kubeless",
    sink: "kubeless",
    enabledBy: ["function", "namespace"],
    keys: {
      function: same("function"),
      namespace: same("namespace"),
      port: same("port"),
      kubeconfig: same("kubeconfig"),
    },
  }),
  output({
    section: "policyreport",
    sink: "policyreport",
    enabledBy: ["enabled"],
    keys: {
      enabled: idle(),
      kubeconfig: same("kubeconfig"),
      falconamespace: same("falco_namespace"),
      maxevents: same("max_events"),
      prunebypriority: same("prune_by_priority"),
    },
    // As in falcosidekick: others have nothing of Kubernetes.
    always: { match: "alert.source in (syscall, syscalls, k8saudit, k8s_audit)" },
  }),
];
