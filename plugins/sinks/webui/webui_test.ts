import { requestsOf, testHttpSink } from "../../../tests/contract/http_sink_suite.ts";
import { assert, assertEquals } from "../../../tests/assert.ts";
import plugin from "./mod.ts";

const config = (url: string) => ({ url });

testHttpSink(plugin, {
  config,
  messages: ({ body }) => [JSON.parse(body).event.output.replace(/^\S+: \S+ /, "")],
});

Deno.test("webui: an alert sent again is the same event", async () => {
  const settings = (url: string) => ({ url, outputs: ["Slack", "Loki"] });
  const again = { fields: new Map([["falcod.repeated", true]]) };
  const requests = await requestsOf(plugin, { config: settings }, {}, again, { rule: "other" });
  assertEquals(requests.map(({ method, path }) => `${method} ${path}`), Array(3).fill("POST /"));
  const bodies = requests.map(({ body }) => JSON.parse(body));
  const [{ event: { uuid, ...event }, outputs }, ...others] = bodies;
  assertEquals(outputs, ["Slack", "Loki"]);
  assert(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(uuid));
  assertEquals(others.map(({ event }) => event.uuid === uuid), [true, false]);
  assertEquals(Object.keys(event), [
    "hostname",
    "output",
    "output_fields",
    "priority",
    "rule",
    "source",
    "tags",
    "time",
  ]);
});
