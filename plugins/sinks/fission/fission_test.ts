import { testServiceSink } from "../../../tests/contract/service_sink_suite.ts";
import plugin from "./mod.ts";

testServiceSink(plugin, {
  settings: { function: "security/alerts" },
  path: "/fission-function/security/alerts",
  through: "/api/v1/namespaces/fission/services/router:80/proxy/fission-function/security/alerts",
});
