import { requestsOf, testHttpSink } from "../../../tests/contract/http_sink_suite.ts";
import { assertEquals } from "../../../tests/assert.ts";
import plugin from "./mod.ts";

const config = (url: string) => ({ address: `${url}/events`, extensions: { cluster: "prod" } });

testHttpSink(plugin, {
  config,
  messages: ({ body }) => [JSON.parse(body).output.replace(/^\S+: \S+ /, "")],
});

Deno.test("cloudevents: an event's attributes are headers, Falco's JSON is its data", async () => {
  const uuid = "7e0c1b9c-7b0f-4a53-8d3c-0b1d7b3e9a55";
  const rule = "Shell in ü\ncontainer 50%";
  const [request] = await requestsOf(plugin, { config }, { uuid, rule });
  assertEquals([request!.method, request!.path], ["POST", "/events"]);
  assertEquals(request!.headers.get("content-type"), "application/json");
  const attributes = [...request!.headers].filter(([name]) => name.startsWith("ce-"));
  assertEquals(Object.fromEntries(attributes), {
    "ce-specversion": "1.0",
    "ce-id": uuid,
    "ce-source": "https://falco.org",
    "ce-type": "falco.rule.output.v1",
    "ce-time": "2016-08-04T16:17:57.881785348Z",
    "ce-priority": "Warning",
    "ce-rule": "Shell in %C3%BC%0Acontainer 50%",
    "ce-eventsource": "syscall",
    "ce-hostname": "host-1",
    "ce-cluster": "prod",
  });
  const { uuid: id, rule: name, output_fields } = JSON.parse(request!.body);
  assertEquals([id, name, output_fields], [uuid, rule, { "proc.cmdline": "cat /dev/null" }]);
});

Deno.test("cloudevents: an event that is sent again has the same id", async () => {
  const again = { hostname: "", fields: new Map([["falcod.repeated", true]]) };
  const [one, other] = await requestsOf(plugin, { config }, { hostname: "" }, again);
  assertEquals(one!.headers.get("ce-id"), other!.headers.get("ce-id"));
  assertEquals(one!.headers.has("ce-hostname"), false);
});

Deno.test("cloudevents: a header is bounded as it is sent, and ends with a whole character", async () => {
  const rules = ["€".repeat(5000), `${"a".repeat(998)}€`, `${"a".repeat(999)} b`, "a".repeat(1000)];
  const requests = await requestsOf(plugin, { config }, ...rules.map((rule) => ({ rule })));
  assertEquals(requests.map(({ headers }) => headers.get("ce-rule")), [
    "%E2%82%AC".repeat(111),
    "a".repeat(998),
    "a".repeat(999),
    "a".repeat(1000),
  ]);
});

Deno.test("cloudevents: names of extensions are small letters and digits", () => {
  const parsed = plugin.schema.safeParse({ address: "http://a", extensions: { "x-y": "z" } });
  assertEquals(parsed.success, false);
});
