import { assert, assertEquals } from "../../../tests/assert.ts";
import { requestsOf, testHttpSink } from "../../../tests/contract/http_sink_suite.ts";
import { formatted } from "../../../tests/contract/sink_suite.ts";
import { awsService, KEYS, signedOnly } from "../../../tests/peers/aws_service.ts";
import type { Received } from "../../../tests/peers/http_receiver.ts";
import plugin from "./mod.ts";
import { failureIn } from "./outcome.ts";

const config = (endpoint: string) => ({
  stream_name: "alerts",
  region: "eu-west-1",
  endpoint,
  ...KEYS,
});

interface KinesisRecord {
  readonly Data: string;
  readonly PartitionKey: string;
}

const recordsOf = ({ body }: Received): KinesisRecord[] => JSON.parse(body).Records;
const lineOf = ({ Data }: KinesisRecord) => new TextDecoder().decode(Uint8Array.fromBase64(Data));
const taken = (request: Received) =>
  Response.json({
    FailedRecordCount: 0,
    Records: recordsOf(request).map(() => ({ SequenceNumber: "1", ShardId: "s" })),
  });
const answer = signedOnly(taken);

testHttpSink(plugin, { config, answer, messages: (request) => recordsOf(request).map(lineOf) });

Deno.test("awskinesis: a batch is one request, its records go to any shard", async () => {
  const [request, more] = await requestsOf(plugin, { config, answer }, { message: "ü" }, {});
  assertEquals(more, undefined);
  assertEquals([request!.method, request!.path], ["POST", "/"]);
  assertEquals(request!.headers.get("x-amz-target"), "Kinesis_20131202.PutRecords");
  assertEquals(request!.headers.get("content-type"), "application/x-amz-json-1.1");
  assert(request!.headers.get("authorization")!.includes("/eu-west-1/kinesis/aws4_request"));
  assertEquals(JSON.parse(request!.body).StreamName, "alerts");
  const [one, other] = recordsOf(request!) as [KinesisRecord, KinesisRecord];
  assertEquals(lineOf(one), "ü");
  assert(/^[\da-f-]{36}$/.test(one.PartitionKey) && one.PartitionKey !== other.PartitionKey);
});

Deno.test("awskinesis: records of a key keep their order", async () => {
  const settings = (url: string) => ({ ...config(url), partition_key: "<hostname>" });
  const [request] = await requestsOf(plugin, { config: settings, answer }, {}, {});
  assertEquals(recordsOf(request!).map(({ PartitionKey }) => PartitionKey), ["host-1", "host-1"]);
});

Deno.test("awskinesis: five hundred records a request, or as many as fit", async () => {
  await using service = awsService(taken);
  const sink = plugin.create(plugin.schema.parse(config(service.url)));
  await sink.write(formatted(...Array.from({ length: 501 }, (_, n) => `${n}`)));
  await sink.write(formatted("x".repeat(2_000_000), "y".repeat(2_000_000)));
  await sink.close();
  assertEquals(service.received.map((request) => recordsOf(request).length), [500, 1, 1, 1]);
});

Deno.test("awskinesis: an answer that refuses many records is read to its end", async () => {
  const ErrorMessage = "Rate exceeded for a shard of the stream. ".repeat(5);
  const busy = { ErrorCode: "ProvisionedThroughputExceededException", ErrorMessage };
  await using service = awsService((request) => {
    const [first, ...others] = recordsOf(request);
    const taken = { SequenceNumber: "1", ShardId: lineOf(first!) };
    return Response.json({ Records: [taken, ...others.map(() => busy)] });
  });
  const sink = plugin.create(plugin.schema.parse(config(service.url)));
  const batch = formatted(...Array.from({ length: 500 }, (_, n) => `${n}`));
  const error = await sink.write(batch).catch((error) => error);
  await sink.close();
  assertEquals([error.code, error.accepted, error.unclear], ["unavailable", 1, 0]);
});

const said = (body: string) => ({ body, hide: (text: string) => text });

Deno.test("failureIn() tells what became of each record", () => {
  const fine = { SequenceNumber: "1", ShardId: "s" };
  const busy = { ErrorCode: "ProvisionedThroughputExceededException", ErrorMessage: "slow" };
  const outcomeOf = (...Records: readonly unknown[]) => {
    const error = failureIn(said(JSON.stringify({ Records })), 3);
    return error && [error.code, error.accepted, error.unclear];
  };
  assertEquals(outcomeOf(fine, fine, fine), undefined);
  assertEquals(outcomeOf(fine, busy, fine), ["unavailable", 1, 2]);
  assertEquals(outcomeOf(fine, busy, busy), ["unavailable", 1, 0]);
  assertEquals(outcomeOf(fine)?.[0], "unavailable");
  for (const broken of ["", "null", "{}", '{"Records":7}', '{"Records":[null]}']) {
    const error = failureIn(said(broken), 1);
    assertEquals([error?.code, error?.unclear], ["unavailable", 1], broken);
  }
});
