import type { OutputValue } from "../../../core/mod.ts";
import { assert, assertEquals } from "../../../tests/assert.ts";
import { HOSTILE, sampleAlert } from "../../../tests/contract/formatter_suite.ts";
import { requestsOf, testHttpSink } from "../../../tests/contract/http_sink_suite.ts";
import { lineOf } from "./line.ts";
import plugin from "./mod.ts";

const config = (address: string) => ({ address: `${address}/`, token: "t0ken" });
const OPTIONS = { metric_name: "falco.alert", source: "falco-exporter" };
const lineWith = (parts: Parameters<typeof sampleAlert>[0]) => lineOf(sampleAlert(parts), OPTIONS);

testHttpSink(plugin, {
  config,
  messages: ({ body }) => body.trimEnd().split("\n").map(() => "a point"),
  skips: {
    order: "points have no text",
    empty: "points have no text",
    long: "points have no text",
    hostile: "points have no text",
    close: "points have no text",
  },
  isText: true,
});

Deno.test("wavefront: alerts of a batch are points of one request", async () => {
  const fields = new Map<string, OutputValue>([
    ["proc.name", 'a "b"'],
    ["proc.pid", 7n],
    ["fd.name", ""],
    ["rule", "forged"],
    ["k8s ns", "shop"],
  ]);
  const [request, more] = await requestsOf(plugin, { config }, { fields }, {
    hostname: "",
    tags: [],
    fields: new Map(),
  });
  assertEquals(more, undefined);
  assertEquals([request!.method, request!.path], ["POST", "/report?f=wavefront"]);
  assertEquals(request!.headers.get("authorization"), "Bearer t0ken");
  assertEquals(request!.headers.get("content-type"), "application/octet-stream");
  assertEquals(request!.body.split("\n"), [
    '"falco.alert" 1 1470327477881785348 source="falco-exporter" "severity"="Warning" ' +
    '"rule"="open_from_cat" "source"="syscall" "hostname"="host-1" "tags"="filesystem, process" ' +
    '"k8s-ns"="shop" "proc.name"="a \\"b\\""',
    '"falco.alert" 1 1470327477881785348 source="falco-exporter" "severity"="Warning" ' +
    '"rule"="open_from_cat" "source"="syscall"',
    "",
  ]);
});

Deno.test("wavefront: a proxy is told no token", async () => {
  const settings = (address: string) => ({ address, metric_name: "my alerts", source: "here" });
  const [request] = await requestsOf(plugin, { config: settings }, {});
  assertEquals(request!.headers.has("authorization"), false);
  assert(request!.body.startsWith('"my-alerts" 1 1470327477881785348 source="here" '));
});

Deno.test("wavefront: no text ends a value or a point, and all are of a length that is taken", () => {
  const fields = new Map(
    [HOSTILE, '"x"=1', "end\\", '\\"', "ü".repeat(1000)].map((text) => [text, text]),
  );
  for (let index = 0; index < 30; index++) fields.set(`f${index}`, "x");
  const line = lineWith({ rule: `${HOSTILE}\\`, fields });
  assert(!/[\n\r]/.test(line));
  const tags = [...line.matchAll(/ "([\w,./-]*)"="((?:[^"\\]|\\.)*)"/g)];
  assertEquals(tags.length, 20);
  assert(tags.every(([, name, value]) => name!.length + value!.length < 600));
  const rest = line.slice(line.indexOf(' "severity"'));
  assertEquals(tags.map(([tag]) => tag).join(""), rest);
});
