import type { OutputValue } from "../../../core/mod.ts";
import { requestsOf, testHttpSink } from "../../../tests/contract/http_sink_suite.ts";
import { assert, assertEquals } from "../../../tests/assert.ts";
import plugin from "./mod.ts";

const config = (url: string) => ({ api_url: `${url}/api/`, api_token: "t0ken" });

testHttpSink(plugin, {
  config,
  messages: ({ body }) =>
    JSON.parse(body).map(({ content }: { content: { output: string } }) =>
      content.output.replace(/^\S+: \S+ /, "")
    ),
  skips: { long: "texts are cut to what Dynatrace takes" },
});

Deno.test("dynatrace: a batch is one request, its alerts are log records", async () => {
  const fields = new Map<string, OutputValue>([
    ["proc.name", "cat"],
    ["container.id", 7],
    ["container.image", "falco:1"],
    ["k8s.ns.name", "prod"],
    ["k8s.pod.id", null],
    ["span.id", 1337],
  ]);
  const tags = ["b", "T1059", "mitre_execution", "T1055.008"];
  const uuid = "7e0c1b9c-7b0f-4a53-8d3c-0b1d7b3e9a55";
  const parts = { fields, tags, uuid, output: "10:00: Warning An open" };
  const [request, more] = await requestsOf(plugin, { config }, parts, { rule: "other" });
  assertEquals(more, undefined);
  assertEquals([request!.method, request!.path], ["POST", "/api/v2/logs/ingest"]);
  assertEquals(request!.headers.get("authorization"), "Api-Token t0ken");
  assertEquals(request!.headers.get("content-type"), "application/json; charset=utf-8");
  const [record, other] = JSON.parse(request!.body);
  assertEquals(record, {
    timestamp: "2016-08-04T16:17:57.881785348Z",
    "event.id": uuid,
    "event.name": "open_from_cat",
    "event.provider": "Falco",
    severity: "Warning",
    "host.name": "host-1",
    "log.source": "syscall",
    "mitre.technique": "T1055.008",
    "mitre.tactic": "mitre_execution",
    "container.image.name": "falco:1",
    "k8s.namespace.name": "prod",
    "process.executable.name": "cat",
    "span.id": "1337",
    content: {
      output: "10:00: Warning An open",
      output_fields: Object.fromEntries(fields),
      tags,
    },
  });
  assertEquals([other["event.name"], other["event.id"]], ["other", undefined]);
});

Deno.test("dynatrace: names, tags and texts in lists are cut as other texts are", async () => {
  const long = "x".repeat(1 << 20);
  const fields = new Map<string, OutputValue>([[long, ["a", long, 7, [long, null]]]]);
  const [request] = await requestsOf(plugin, { config }, { fields, tags: ["b", long] });
  const { output_fields, tags } = JSON.parse(request!.body)[0].content;
  const name = Object.keys(output_fields)[0]!;
  const [first, text, number, [inner, none]] = output_fields[name];
  assertEquals([first, number, none], ["a", 7, null]);
  const cut = /^x+…\[cut, \d+ more\]$/;
  for (const one of [text, inner, tags[1]]) assert(cut.test(one) && one.length <= 20_000);
  assert(cut.test(name) && name.length <= 1000);
});

Deno.test("dynatrace: that only some were taken is told, and none is sent again", async () => {
  const details = { code: 200, message: "1 event was not ingested: too large\u0007" };
  const answer = () => Response.json({ details });
  const error = await requestsOf(plugin, { config, answer }, {}, {}).catch((error) => error);
  assertEquals([error.code, error.accepted, error.refused], ["rejected", 1, 1]);
  assertEquals(
    error.message,
    "Dynatrace did not take all of 2: 1 event was not ingested: too large\\u0007",
  );
  for (const body of ["", "null", "[]", '{"details":null}', '{"details":{}}']) {
    const other = () => new Response(body);
    assertEquals((await requestsOf(plugin, { config, answer: other }, {})).length, 1);
  }
});
