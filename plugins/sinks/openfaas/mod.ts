/** Alerts as calls of a function of OpenFaaS. */
import { kubeconfigFaults, ServiceSink, type SinkPlugin } from "../../../core/mod.ts";
import { type OpenfaasConfig, schema } from "./schema.ts";

const plugin: SinkPlugin<OpenfaasConfig> = {
  kind: "sink",
  name: "openfaas",
  summary: "A function of OpenFaaS",
  schema,
  create: (config) =>
    new ServiceSink(config, {
      namespace: config.gateway_namespace,
      service: config.gateway_service,
      port: config.gateway_port,
      domain: "",
      path: `/function/${config.function_name}.${config.function_namespace}`,
    }),
  batchSize: 32,
  check: ({ kubeconfig }) => kubeconfigFaults(kubeconfig),
};
export default plugin;
