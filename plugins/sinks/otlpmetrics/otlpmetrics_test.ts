import { type OutputValue, type Sink, SinkError, WireMessage } from "../../../core/mod.ts";
import { assert, assertEquals } from "../../../tests/assert.ts";
import { HOSTILE, sampleAlert } from "../../../tests/contract/formatter_suite.ts";
import {
  formattedAlert,
  requestsOf,
  testHttpSink,
} from "../../../tests/contract/http_sink_suite.ts";
import { httpReceiver, type Received } from "../../../tests/peers/http_receiver.ts";
import { counted } from "./counts.ts";
import plugin from "./mod.ts";

const config = (endpoint: string) => ({ endpoint });
const inJson = (endpoint: string) => ({ endpoint, protocol: "http/json" });

// deno-lint-ignore no-explicit-any -- a document of many parts
type Document = any;
const metricIn = ({ body }: Received): Document =>
  JSON.parse(body).resourceMetrics[0].scopeMetrics[0].metrics[0];
const countsIn = (request: Received): number[] =>
  metricIn(request).sum.dataPoints.map(({ asInt }: Document) => Number(asInt));

testHttpSink(plugin, {
  config: inJson,
  messages: () => [],
  skips: {
    order: "alerts are counted",
    empty: "alerts are counted",
    long: "alerts are counted",
    hostile: "alerts are counted",
    close: "alerts are counted",
  },
});

const FIELDS = new Map<string, OutputValue>([["k8s.ns.name", "shop"], ["fd.num", 7n]]);

Deno.test("otlpmetrics: alerts are points of one sum, in JSON", async () => {
  const settings = (url: string) => ({
    ...inJson(url),
    extra_attributes: ["fd.num", "proc.name", "rule"],
  });
  const before = BigInt(Date.now()) * 1_000_000n;
  const alerts = [{ fields: FIELDS }, { fields: FIELDS, message: "again" }, { hostname: "" }];
  const [request, more] = await requestsOf(plugin, { config: settings }, ...alerts);
  assertEquals(more, undefined);
  assertEquals([request!.method, request!.path], ["POST", "/v1/metrics"]);
  assertEquals(request!.headers.get("content-type"), "application/json");
  const [{ resource }] = JSON.parse(request!.body).resourceMetrics;
  assertEquals(resource.attributes, [{ key: "service.name", value: { stringValue: "falco" } }]);
  const { sum, ...metric } = metricIn(request!);
  assertEquals(metric, {
    name: "falcosecurity_falco_rules_matches_total",
    description: "Number of times rules match",
  });
  const { dataPoints: [first, second], ...about } = sum;
  assertEquals(about, { aggregationTemporality: 2, isMonotonic: true });
  const { attributes, startTimeUnixNano, timeUnixNano, asInt } = first;
  assertEquals([asInt, second.asInt], ["2", "1"]);
  assert(BigInt(startTimeUnixNano) >= before && BigInt(timeUnixNano) >= BigInt(startTimeUnixNano));
  assertEquals(
    attributes.map(({ key, value }: Document) => `${key} ${JSON.stringify(value)}`),
    [
      'source {"stringValue":"syscall"}',
      'priority {"stringValue":"Warning"}',
      'rule {"stringValue":"open_from_cat"}',
      'hostname {"stringValue":"host-1"}',
      'tags {"arrayValue":{"values":[{"stringValue":"filesystem"},{"stringValue":"process"}]}}',
      'k8s_ns_name {"stringValue":"shop"}',
      'fd_num {"stringValue":"7"}',
      'proc_name {"stringValue":""}',
    ],
  );
  const host = second.attributes.find(({ key }: Document) => key === "hostname");
  assertEquals(host.value, { stringValue: "unknown" });
});

Deno.test("otlpmetrics: protocol buffers say the same", async () => {
  const [request] = await requestsOf(plugin, { config }, {}, {}, { rule: "other" });
  assertEquals(request!.headers.get("content-type"), "application/x-protobuf");
  const resource = new WireMessage(request!.bytes).message(1)!;
  assertEquals(resource.message(1)!.message(1)!.message(2)!.text(1), "falco");
  const metric = resource.message(2)!.message(2)!;
  assertEquals(metric.text(1), "falcosecurity_falco_rules_matches_total");
  const sum = metric.message(7)!;
  assertEquals([sum.integer(2), sum.flag(3)], [2n, true]);
  const [first, second] = sum.messages(1);
  const values = new Map(first!.messages(7).map((pair) => [pair.text(1), pair.message(2)!]));
  assertEquals(values.get("rule")!.text(1), "open_from_cat");
  // as_int, 64 bits of a field of the number 6, after two times.
  const [one] = sum.bytes(1).length === 0 ? [] : [sum.bytes(1)];
  assertEquals([one![18], one![19], one!.slice(20, 27).some((byte) => byte !== 0)], [
    6 << 3 | 1,
    1,
    false,
  ]);
  assertEquals(second!.messages(7)[2]!.message(2)!.text(1), "other");
});

async function withSink(
  more: object,
  run: (sink: Sink, server: ReturnType<typeof httpReceiver>) => Promise<void>,
): Promise<void> {
  await using server = httpReceiver();
  const sink = plugin.create(plugin.schema.parse({ ...inJson(server.url), ...more }));
  try {
    await run(sink, server);
  } finally {
    await sink.close();
  }
}

Deno.test("otlpmetrics: counts grow, and what is sent again is counted once", async () => {
  await withSink({}, async (sink, server) => {
    await sink.write([formattedAlert(), formattedAlert()]);
    server.answer = () => new Response(null, { status: 503 });
    const error = await sink.write([formattedAlert()]).catch((error) => error);
    assertEquals(error.code, "unavailable");
    server.answer = () => new Response(null);
    await sink.write([formattedAlert()]);
    assertEquals(server.received.map((request) => countsIn(request)), [[2], [3], [3]]);
  });
});

Deno.test("otlpmetrics: counts are told again while there are no alerts, until the end", async () => {
  let told = 0;
  await withSink({ interval: "20ms" }, async (sink, server) => {
    const seen = Promise.withResolvers<void>();
    server.answer = () => {
      if (++told === 4) seen.resolve();
      return new Response(null, { status: told === 2 ? 500 : 200 });
    };
    await sink.write([formattedAlert()]);
    await seen.promise;
    await sink.close();
    const count = server.received.length;
    await new Promise((resolve) => setTimeout(resolve, 60));
    assertEquals(server.received.length, count);
    assert(server.received.every((request) => countsIn(request).join() === "1"));
  });
});

Deno.test("otlpmetrics: what is told again does not pile up while a collector says nothing", async () => {
  const answered = Promise.withResolvers<Response>();
  await withSink({ interval: "40ms" }, async (sink, server) => {
    await sink.write([formattedAlert()]);
    server.answer = () => answered.promise;
    await new Promise((resolve) => setTimeout(resolve, 500));
    server.answer = () => new Response(null);
    const from = performance.now();
    answered.resolve(new Response(null));
    await new Promise((resolve) => setTimeout(resolve, 30));
    const most = 2 + 1 + (performance.now() - from) / 40;
    assert(server.received.length <= most, `${server.received.length}`);
  });
});

Deno.test("otlpmetrics: points that the collector did not take are told, and counted", async () => {
  await withSink({}, async (sink, server) => {
    server.answer = () =>
      Response.json({ partialSuccess: { rejectedDataPoints: "1", errorMessage: "too late" } });
    const error = await sink.write([formattedAlert()]).catch((error) => error);
    assert(error instanceof SinkError);
    assertEquals([error.code, error.message, error.refused], [
      "rejected",
      "The collector did not take 1 of 1: too late",
      undefined,
    ]);
    server.answer = () => new Response("<html>");
    await sink.write([formattedAlert()]);
    assertEquals(countsIn(server.received[1]!), [2]);
  });
});

Deno.test("otlpmetrics: rules of any name and number are counted, in bounded memory", () => {
  const alerts = Array.from(
    { length: 2050 },
    (_, index) => sampleAlert({ rule: `${index} ${HOSTILE}` }),
  );
  const counts = counted(new Map(), alerts, []);
  assertEquals(counts.size, 2001);
  assertEquals(counts.get("")!.count, 50);
  assertEquals(counts.get("")!.attributes, [["otel.metric.overflow", true]]);
});

Deno.test("otlpmetrics: names of attributes are those of labels, whatever fields are called", () => {
  const counts = counted(new Map(), [sampleAlert()], ["2 my-team", "tags"]);
  const [series] = counts.values();
  const { attributes } = series!;
  assertEquals(attributes.map(([name]) => name), [
    ...["source", "priority", "rule", "hostname", "tags"],
    "_2_my_team",
  ]);
});
