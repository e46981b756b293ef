import { requestsOf, testHttpSink } from "../../../tests/contract/http_sink_suite.ts";
import { assertEquals } from "../../../tests/assert.ts";
import plugin from "./mod.ts";

const config = (host: string) => ({ host, api_key: "k-1", service: "s" });

interface Log {
  readonly message: string;
}

testHttpSink(plugin, {
  config,
  messages: ({ body }) =>
    JSON.parse(body).map(({ message }: Log) =>
      JSON.parse(message).output.replace(/^\S+: \S+ /, "")
    ),
});

Deno.test("datadoglogs: alerts are logs, many in a request", async () => {
  const [request, more] = await requestsOf(plugin, { config }, {}, { tags: [], hostname: "" });
  assertEquals(more, undefined);
  assertEquals([request!.method, request!.path], ["POST", "/api/v2/logs"]);
  assertEquals(request!.headers.get("dd-api-key"), "k-1");
  const [{ message, ...log }, other] = JSON.parse(request!.body);
  assertEquals(log, {
    ddsource: "falco",
    hostname: "host-1",
    service: "s",
    ddtags: "filesystem,process",
  });
  assertEquals(JSON.parse(message).rule, "open_from_cat");
  assertEquals(Object.keys(other), ["ddsource", "service", "message"]);
});
