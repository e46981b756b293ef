import { type OutputValue, SinkError, WireMessage } from "../../../core/mod.ts";
import {
  formattedAlert,
  requestsOf,
  testHttpSink,
} from "../../../tests/contract/http_sink_suite.ts";
import { grpcCollector } from "../../../tests/peers/grpc_collector.ts";
import { httpReceiver } from "../../../tests/peers/http_receiver.ts";
import { assert, assertEquals } from "../../../tests/assert.ts";
import plugin from "./mod.ts";
import { traceIdOf } from "./span.ts";

const config = (endpoint: string) => ({ endpoint });
const inJson = (endpoint: string) => ({ endpoint, protocol: "http/json", duration: "2s" });

// deno-lint-ignore no-explicit-any -- a document of many parts
type Document = any;
const spansIn = (body: string): Document[] => JSON.parse(body).resourceSpans[0].scopeSpans[0].spans;

testHttpSink(plugin, {
  config: inJson,
  messages: ({ body }) =>
    spansIn(body).map(({ events: [{ name }] }) => name.replace(/^\S+: \S+ /, "")),
});

const UUID = "7e0c1b9c-7b0f-4a53-8d3c-0b1d7b3e9a55";
const FIELDS = new Map<string, OutputValue>([["container.id", "42"], ["proc.pid", 7n]]);

Deno.test("otlptraces: alerts of a batch are spans of one request, in JSON", async () => {
  const alerts = [{ fields: FIELDS, uuid: UUID, output: "An open" }, { fields: FIELDS }];
  const [request, more] = await requestsOf(plugin, { config: inJson }, ...alerts);
  assertEquals(more, undefined);
  assertEquals([request!.method, request!.path], ["POST", "/v1/traces"]);
  assertEquals(request!.headers.get("content-type"), "application/json");
  const [{ resource, scopeSpans }] = JSON.parse(request!.body).resourceSpans;
  assertEquals(resource.attributes, [{ key: "service.name", value: { stringValue: "falco" } }]);
  const [span, other] = scopeSpans[0].spans;
  const { attributes, ...about } = span;
  assertEquals(about, {
    traceId: "088094c785ab1be95aa073305569c06b",
    spanId: "7e0c1b9c7b0f4a53",
    name: "open_from_cat",
    kind: 2,
    startTimeUnixNano: "1470327477881785348",
    endTimeUnixNano: "1470327479881785348",
    events: [{ timeUnixNano: "1470327477881785348", name: "An open" }],
  });
  assertEquals(
    attributes.map(({ key, value }: Document) => `${key} ${JSON.stringify(value)}`),
    [
      'container.id {"stringValue":"42"}',
      'proc.pid {"stringValue":"7"}',
      `uuid {"stringValue":"${UUID}"}`,
      'source {"stringValue":"syscall"}',
      'priority {"stringValue":"Warning"}',
      'rule {"stringValue":"open_from_cat"}',
      'hostname {"stringValue":"host-1"}',
      'tags {"arrayValue":{"values":[{"stringValue":"filesystem"},{"stringValue":"process"}]}}',
    ],
  );
  assertEquals(other.traceId, span.traceId);
  assert(other.spanId !== span.spanId);
});

Deno.test("otlptraces: protocol buffers say the same", async () => {
  const [request] = await requestsOf(plugin, { config }, { fields: FIELDS, uuid: UUID });
  assertEquals(request!.headers.get("content-type"), "application/x-protobuf");
  const resource = new WireMessage(request!.bytes).message(1)!;
  assertEquals(resource.message(1)!.message(1)!.message(2)!.text(1), "falco");
  const span = resource.message(2)!.message(2)!;
  assertEquals(span.bytes(1).toHex(), "088094c785ab1be95aa073305569c06b");
  assertEquals(span.bytes(2).toHex(), "7e0c1b9c7b0f4a53");
  assertEquals([span.text(5), span.integer(6)], ["open_from_cat", 2n]);
  const values = new Map(span.messages(9).map((pair) => [pair.text(1), pair.message(2)!]));
  assertEquals(values.get("proc.pid")!.text(1), "7");
  const tags = values.get("tags")!.message(5)!.messages(1);
  assertEquals(tags.map((tag) => tag.text(1)), ["filesystem", "process"]);
  assert(span.message(11)!.text(2).endsWith("An open was seen (command=cat /dev/null)"));
});

Deno.test("otlptraces: gRPC carries the same protocol buffers, each alert alone if need be", async () => {
  await using collector = await grpcCollector();
  const sink = plugin.create(plugin.schema.parse({ endpoint: collector.url, protocol: "grpc" }));
  const rules = (request: Uint8Array) =>
    new WireMessage(request).message(1)!.message(2)!.messages(2).map((span) => span.text(5));
  collector.answer = ({ request }) =>
    rules(request).includes("bad") ? { code: 3, details: "no" } : undefined;
  const batch = [{ rule: "one" }, { rule: "bad" }, { rule: "two" }].map(formattedAlert);
  const error = await sink.write(batch).catch((error) => error);
  assertEquals([error.code, error.accepted, error.refused], ["rejected", 1, 1]);
  await sink.write(batch.slice(2));
  await sink.close();
  const sent = collector.calls.map(({ request }) => rules(request).join());
  assertEquals(sent, ["one,bad,two", "one", "bad", "two"]);
});

Deno.test("traceIdOf() goes by the pod, else the container, else the host", () => {
  const idOf = (fields: Readonly<Record<string, OutputValue>>) =>
    traceIdOf(new Map(Object.entries(fields)));
  const host = "b96c8fbfe005d268653aef8210412f0a";
  assertEquals(idOf({ "evt.hostname": "localhost" }), host);
  assertEquals(idOf({ "evt.hostname": "localhost", "container.id": "host" }), host);
  assertEquals(idOf({ "evt.hostname": "localhost", "container.id": 42 }), host);
  const pod = idOf({ "k8s.ns.name": "a", "k8s.pod.name": "b" });
  assertEquals(idOf({ "k8s.ns.name": "a", "k8s.pod.name": "b", "container.id": "42" }), pod);
  assertEquals(idOf({ "k8s.ns.name": "a" }), undefined);
});

Deno.test("traceIdOf() goes by the first thousand bytes of a name", () => {
  const idOf = (id: string) => traceIdOf(new Map([["container.id", id]]));
  const usual = "a".repeat(1000);
  assertEquals(idOf(`${usual}${"b".repeat(8 << 20)}`), idOf(usual));
  assert(idOf(usual) !== idOf(usual.slice(1)));
  assertEquals(idOf(`${usual.slice(1)}ü`), idOf(usual.slice(1)));
  assertEquals(idOf("ü\ud800"), idOf("ü\ufffd"));
});

Deno.test("otlptraces: an alert that does not say where it is from is of its host", async () => {
  const none = new Map<string, OutputValue>();
  const [request] = await requestsOf(
    plugin,
    { config: inJson },
    { fields: none },
    { fields: none },
    {
      fields: none,
      hostname: "other",
    },
  );
  const [one, same, other] = spansIn(request!.body).map(({ traceId }) => traceId);
  assertEquals(one, same);
  assert(one !== other);
});

Deno.test("otlptraces: spans that the collector did not take are counted", async () => {
  await using server = httpReceiver();
  server.answer = () =>
    Response.json({ partialSuccess: { rejectedSpans: "1", errorMessage: "too old" } });
  const sink = plugin.create(plugin.schema.parse(inJson(server.url)));
  const error = await sink.write([formattedAlert(), formattedAlert()]).catch((error) => error);
  await sink.close();
  assert(error instanceof SinkError, `${error}`);
  assertEquals([error.code, error.accepted, error.refused, error.message], [
    "rejected",
    1,
    1,
    "The collector did not take 1 of 2: too old",
  ]);
});
