/**
 * Clusters of Kubernetes that sinks write to: where the API server is, who falcod is there, and services
 * within that are reached by their name or through it. A sink makes a `KubeTarget` of its settings, or a
 * `ServiceSink` where alerts are requests to somebody in the cluster.
 */
export { clusterFaults, kubeconfigFaults } from "./kubeconfig.ts";
export { kubeName, kubePort, serviceKeys, type ServiceSettings } from "./schema.ts";
export {
  type KubeRequest,
  type KubeSettings,
  KubeTarget,
  type KubeTargetOptions,
} from "./target.ts";
export { type ServicePlace, ServiceSink } from "./service_sink.ts";
