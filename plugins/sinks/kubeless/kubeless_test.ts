import { testServiceSink } from "../../../tests/contract/service_sink_suite.ts";
import plugin from "./mod.ts";

testServiceSink(plugin, {
  settings: { function: "alerts", namespace: "security" },
  path: "/",
  through: "/api/v1/namespaces/security/services/alerts:8080/proxy/",
  headers: { "event-type": "falco", "event-namespace": "security" },
});
