import { requestsOf, testHttpSink } from "../../../tests/contract/http_sink_suite.ts";
import { assertEquals } from "../../../tests/assert.ts";
import plugin from "./mod.ts";

const config = (host: string) => ({ host, api_key: "k-1" });

testHttpSink(plugin, {
  config,
  messages: ({ body }) => [JSON.parse(body).text],
  skips: { long: "a text has at most 4000 characters" },
  mostBytes: 80_000,
});

Deno.test("datadog: an alert is an event, its key no part of the address", async () => {
  const [request] = await requestsOf(plugin, { config }, {});
  assertEquals([request!.method, request!.path], ["POST", "/api/v1/events"]);
  assertEquals(request!.headers.get("dd-api-key"), "k-1");
  assertEquals(JSON.parse(request!.body), {
    title: "open_from_cat",
    text: "An open was seen (command=cat /dev/null)",
    alert_type: "warning",
    source_type_name: "falco",
    tags: [
      "proc.cmdline:cat /dev/null",
      "source:syscall",
      "source:falco",
      "hostname:host-1",
      "filesystem",
      "process",
    ],
  });
});
