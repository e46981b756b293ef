/** Alerts as calls of a function of Kubeless, which nobody maintains any more. */
import { kubeconfigFaults, ServiceSink, type SinkPlugin } from "../../../core/mod.ts";
import { type KubelessConfig, schema } from "./schema.ts";

const plugin: SinkPlugin<KubelessConfig> = {
  kind: "sink",
  name: "kubeless",
  summary: "A function of Kubeless",
  schema,
  create: (config) =>
    new ServiceSink(config, {
      namespace: config.namespace,
      service: config.function,
      port: config.port,
      domain: ".svc.cluster.local",
      path: "/",
      headers: { "event-type": "falco", "event-namespace": config.namespace },
    }),
  batchSize: 32,
  check: ({ kubeconfig }) => kubeconfigFaults(kubeconfig),
};
export default plugin;
