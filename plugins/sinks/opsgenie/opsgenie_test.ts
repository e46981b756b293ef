import { requestsOf, testHttpSink } from "../../../tests/contract/http_sink_suite.ts";
import { assert, assertEquals } from "../../../tests/assert.ts";
import plugin from "./mod.ts";

const config = (url: string) => ({ api_key: "k-1", url: `${url}/v2/alerts` });

testHttpSink(plugin, {
  config,
  messages: ({ body }) => [JSON.parse(body).message],
  skips: { long: "a message has at most 130 characters" },
  mostBytes: 80_000,
});

Deno.test("opsgenie: an alert has a priority and details", async () => {
  const fields = new Map([["proc.name", "cat"], ["rule", "other"]]);
  const [request] = await requestsOf(plugin, { config }, { fields });
  assertEquals([request!.method, request!.path], ["POST", "/v2/alerts"]);
  assertEquals(request!.headers.get("authorization"), "GenieKey k-1");
  assertEquals(JSON.parse(request!.body), {
    message: "An open was seen (command=cat /dev/null)",
    entity: "falcod",
    description: "open_from_cat",
    details: {
      source: "syscall",
      rule: "open_from_cat",
      priority: "Warning",
      hostname: "host-1",
      tags: "process, filesystem",
      proc_name: "cat",
    },
    priority: "P4",
  });
});

Deno.test("opsgenie: what a message has no room for is among the details", async () => {
  const [request] = await requestsOf(plugin, { config }, { message: "x".repeat(200) });
  const { message, details } = JSON.parse(request!.body);
  assert(message.length <= 130);
  assertEquals(details.output, "x".repeat(200));
});
