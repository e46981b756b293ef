/** Alerts as calls of a function of Fission. */
import { kubeconfigFaults, ServiceSink, type SinkPlugin } from "../../../core/mod.ts";
import { type FissionConfig, schema } from "./schema.ts";

const plugin: SinkPlugin<FissionConfig> = {
  kind: "sink",
  name: "fission",
  summary: "A function of Fission",
  schema,
  create: (config) =>
    new ServiceSink(config, {
      namespace: config.router_namespace,
      service: config.router_service,
      port: config.router_port,
      domain: ".svc.cluster.local",
      path: `/fission-function/${config.function}`,
    }),
  batchSize: 32,
  check: ({ kubeconfig }) => kubeconfigFaults(kubeconfig),
};
export default plugin;
