import { testServiceSink } from "../../../tests/contract/service_sink_suite.ts";
import plugin from "./mod.ts";

testServiceSink(plugin, {
  settings: { function_name: "alerts", function_namespace: "fn" },
  path: "/function/alerts.fn",
  through: "/api/v1/namespaces/openfaas/services/gateway:8080/proxy/function/alerts.fn",
});
