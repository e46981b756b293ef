import { type OutputValue, SinkError, WireMessage } from "../../../core/mod.ts";
import { assert, assertEquals } from "../../../tests/assert.ts";
import {
  formattedAlert,
  requestsOf,
  testHttpSink,
} from "../../../tests/contract/http_sink_suite.ts";
import { httpReceiver } from "../../../tests/peers/http_receiver.ts";
import { HOSTILE } from "../../../tests/contract/formatter_suite.ts";
import plugin from "./mod.ts";

const config = (endpoint: string) => ({ endpoint });
const inJson = (endpoint: string) => ({ endpoint, protocol: "http/json" });

// deno-lint-ignore no-explicit-any -- a document of many parts
type Document = any;

testHttpSink(plugin, {
  config: inJson,
  messages: ({ body }) =>
    JSON.parse(body).resourceLogs.flatMap(({ scopeLogs }: Document) =>
      scopeLogs[0].logRecords.map(({ body }: Document) =>
        body.stringValue.replace(/^\S+: \S+ /, "")
      )
    ),
});

const FIELDS = new Map<string, OutputValue>([
  ["proc.name", "cat"],
  ["proc.pid", 7n],
  ["fd.num", -1],
  ["proc.cpu", 0.5],
  ["evt.failed", true],
  ["proc.aname", ["a", 1n]],
  ["container.id", null],
]);

Deno.test("otlplogs: alerts are log records, in JSON", async () => {
  const settings = (url: string) => ({
    ...inJson(url),
    service: "falco-prod",
    resource_attributes: { "deployment.environment": "prod" },
  });
  const alerts = [{ fields: FIELDS }, { hostname: "" }, { message: "of the same host" }];
  const [request, more] = await requestsOf(plugin, { config: settings }, ...alerts);
  assertEquals(more, undefined);
  assertEquals([request!.method, request!.path], ["POST", "/v1/logs"]);
  assertEquals(request!.headers.get("content-type"), "application/json");
  const { resourceLogs } = JSON.parse(request!.body);
  const [first, other] = resourceLogs;
  assertEquals(first.resource.attributes, [
    { key: "service.name", value: { stringValue: "falco-prod" } },
    { key: "host.name", value: { stringValue: "host-1" } },
    { key: "deployment.environment", value: { stringValue: "prod" } },
  ]);
  assertEquals(other.resource.attributes.length, 2);
  const [{ logRecords: [record, same], scope }] = first.scopeLogs;
  assertEquals(scope, { name: "falcod" });
  assert(same.body.stringValue.endsWith("of the same host"));
  const { attributes, body, ...about } = record;
  assertEquals(about, {
    timeUnixNano: "1470327477881785348",
    severityNumber: 13,
    severityText: "Warning",
  });
  assert(body.stringValue.endsWith("An open was seen (command=cat /dev/null)"));
  const values = new Map(attributes.map(({ key, value }: Document) => [key, value]));
  assertEquals(values.get("rule"), { stringValue: "open_from_cat" });
  assertEquals(values.get("proc.pid"), { intValue: "7" });
  assertEquals(values.get("fd.num"), { intValue: "-1" });
  assertEquals(values.get("proc.cpu"), { doubleValue: 0.5 });
  assertEquals(values.get("evt.failed"), { boolValue: true });
  assertEquals(values.get("proc.aname"), {
    arrayValue: { values: [{ stringValue: "a" }, { intValue: "1" }] },
  });
  assertEquals(values.get("container.id"), {});
});

Deno.test("otlplogs: the same in protobuf, as it is where nothing is said", async () => {
  const [request] = await requestsOf(plugin, { config }, { fields: FIELDS });
  assertEquals(request!.headers.get("content-type"), "application/x-protobuf");
  const logs = new WireMessage(request!.bytes).message(1)!;
  const [service, host] = logs.message(1)!.messages(1);
  assertEquals([service!.text(1), service!.message(2)!.text(1)], ["service.name", "falco"]);
  assertEquals([host!.text(1), host!.message(2)!.text(1)], ["host.name", "host-1"]);
  const ofScope = logs.message(2)!;
  assertEquals(ofScope.message(1)!.text(1), "falcod");
  const record = ofScope.message(2)!;
  assertEquals([record.integer(2), record.text(3)], [13n, "Warning"]);
  assert(record.message(5)!.text(1).endsWith("An open was seen (command=cat /dev/null)"));
  const values = new Map(record.messages(6).map((pair) => [pair.text(1), pair.message(2)!]));
  assertEquals(values.get("rule")!.text(1), "open_from_cat");
  assertEquals(values.get("evt.failed")!.flag(2), true);
  assertEquals(values.get("proc.pid")!.integer(3), 7n);
  assertEquals(values.get("fd.num")!.integer(3), -1n);
  const [one, two] = values.get("proc.aname")!.message(5)!.messages(1);
  assertEquals([one!.text(1), two!.integer(3)], ["a", 1n]);
});

Deno.test("otlplogs: whatever texts hold, the message is one, and 1 MB are no problem", async () => {
  const long = `${HOSTILE}\ud800`.repeat(20_000);
  const hostile = { rule: long, message: long, fields: new Map([[HOSTILE, long]]) };
  const [request] = await requestsOf(plugin, { config }, hostile);
  const record = new WireMessage(request!.bytes).message(1)!.message(2)!.message(2)!;
  const values = new Map(record.messages(6).map((pair) => [pair.text(1), pair.message(2)!]));
  assertEquals(values.get("rule")!.text(1), long.toWellFormed());
});

async function failureWith(protocol: string, answer: BodyInit) {
  await using server = httpReceiver();
  server.answer = () => new Response(answer);
  const sink = plugin.create(
    plugin.schema.parse({ endpoint: server.url, protocol, headers: { "x-key": "a-s3cr3t-key" } }),
  );
  const batch = ["1", "2", "3"].map((message) => formattedAlert({ message }));
  const error = await sink.write(batch).then(() => undefined, (error) => error);
  await sink.close();
  assertEquals(server.received.length, 1);
  assert(error === undefined || error instanceof SinkError);
  return error && [error.code, error.accepted, error.refused, error.message];
}

Deno.test("otlplogs: what the collector did not take is counted, and not sent again", async () => {
  const told = [
    "rejected",
    1,
    2,
    "The collector did not take 2 of 3: too old",
  ];
  const json = { partialSuccess: { rejectedLogRecords: "2", errorMessage: "too old" } };
  assertEquals(await failureWith("http/json", JSON.stringify(json)), told);
  const wire = new Uint8Array([10, 11, 8, 2, 18, 7, ...new TextEncoder().encode("too old")]);
  assertEquals(await failureWith("http/protobuf", wire), told);
});

Deno.test("otlplogs: what a collector repeats of a header is not shown", async () => {
  const json = { partialSuccess: { rejectedLogRecords: 1, errorMessage: "no a-s3cr3t-key" } };
  const told = await failureWith("http/json", JSON.stringify(json));
  assertEquals(told?.[3], "The collector did not take 1 of 3: no [secret]");
});

Deno.test("otlplogs: an answer that says nothing of losses means none", async () => {
  for (const body of ["", "{}", '{"partialSuccess":{}}', "null", "<html>", "\u0000\u00ff"]) {
    for (const protocol of ["http/json", "http/protobuf"]) {
      assertEquals(await failureWith(protocol, body), undefined, body);
    }
  }
});
