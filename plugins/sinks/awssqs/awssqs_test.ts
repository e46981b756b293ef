import { assert, assertEquals } from "../../../tests/assert.ts";
import {
  formattedAlert,
  requestsOf,
  testHttpSink,
} from "../../../tests/contract/http_sink_suite.ts";
import { formatted } from "../../../tests/contract/sink_suite.ts";
import { awsService, KEYS, signedOnly } from "../../../tests/peers/aws_service.ts";
import type { Received } from "../../../tests/peers/http_receiver.ts";
import plugin from "./mod.ts";
import { failureIn } from "./outcome.ts";

const QUEUE = "https://sqs.eu-west-1.amazonaws.com/123456789012/alerts";
const config = (endpoint: string) => ({ url: QUEUE, endpoint, ...KEYS });

interface Entry {
  readonly Id: string;
  readonly MessageBody: string;
}

const entriesOf = ({ body }: Received): Entry[] => JSON.parse(body).Entries;
const taken = (request: Received) =>
  Response.json({ Successful: entriesOf(request).map(({ Id }) => ({ Id })) });
const answer = signedOnly(taken);

testHttpSink(plugin, {
  config,
  answer,
  messages: (request) => entriesOf(request).map(({ MessageBody }) => MessageBody),
});

Deno.test("awssqs: ten messages a request, or as many as fit", async () => {
  await using service = awsService(taken);
  const sink = plugin.create(plugin.schema.parse(config(service.url)));
  await sink.write(formatted(...Array.from({ length: 12 }, (_, n) => `${n}`)));
  await sink.write(formatted("x".repeat(600_000), "y".repeat(600_000), "z"));
  await sink.close();
  assertEquals(service.received.map((request) => entriesOf(request).length), [10, 2, 1, 2]);
  const [{ method, path, headers, body }] = service.received as [Received];
  assertEquals([method, path], ["POST", "/"]);
  assertEquals(headers.get("x-amz-target"), "AmazonSQS.SendMessageBatch");
  assertEquals(headers.get("content-type"), "application/x-amz-json-1.0");
  assert(headers.get("authorization")!.includes("/eu-west-1/sqs/aws4_request"));
  assertEquals(JSON.parse(body).QueueUrl, QUEUE);
  assertEquals(entriesOf(service.received[0]!)[0], { Id: "0", MessageBody: "0" });
});

Deno.test("awssqs: in FIFO queues, what is sent again is the same message", async () => {
  const settings = (url: string) => ({
    ...config(url),
    url: `${QUEUE}.fifo`,
    message_group: "falco-<priority>",
  });
  const again = { fields: new Map([["falcod.repeated", true]]) };
  const [request] = await requestsOf(plugin, { config: settings, answer }, {}, again);
  // deno-lint-ignore no-explicit-any -- more than the others have
  const [one, other] = entriesOf(request!) as any[];
  assertEquals([one.MessageGroupId, other.MessageGroupId], ["falco-warning", "falco-warning"]);
  assertEquals(one.MessageDeduplicationId, other.MessageDeduplicationId);
});

Deno.test("awssqs: a queue is where its address says", async () => {
  await using service = awsService(taken);
  const url = `${service.url}/queue/alerts`;
  const sink = plugin.create(plugin.schema.parse({ url, region: "local", ...KEYS }));
  await sink.write([formattedAlert()]);
  await sink.close();
  assertEquals(JSON.parse(service.received[0]!.body).QueueUrl, url);
});

Deno.test("awssqs: a request that is too long is sent in pieces", async () => {
  await using service = awsService((request) =>
    entriesOf(request).length > 1
      ? Response.json({ __type: "com.amazonaws.sqs#BatchRequestTooLong" }, { status: 400 })
      : taken(request)
  );
  const sink = plugin.create(plugin.schema.parse(config(service.url)));
  await sink.write(formatted("1", "2", "3"));
  await sink.close();
  assertEquals(service.received.map((request) => entriesOf(request).length), [3, 1, 1, 1]);
});

const said = (body: string) => ({ body, hide: (text: string) => text });

Deno.test("failureIn() tells what became of each message", () => {
  const failure = (answer: unknown, count = 3) => {
    const error = failureIn(
      said(typeof answer === "string" ? answer : JSON.stringify(answer)),
      count,
    );
    return error && [error.code, error.accepted, error.refused, error.unclear];
  };
  const Successful = [{ Id: "0" }, { Id: "2" }];
  const failed = (more: Record<string, unknown>) => ({
    Successful,
    Failed: [{ Id: "1", ...more }],
  });
  assertEquals(failure({ Successful }, 2), undefined);
  assertEquals(failure(failed({ SenderFault: true, Code: "InvalidMessageContents" })), [
    "rejected",
    1,
    1,
    undefined,
  ]);
  assertEquals(failure(failed({ SenderFault: false, Code: "InternalError" })), [
    "unavailable",
    1,
    undefined,
    2,
  ]);
  const ofTwo = { Successful: [{ Id: "0" }], Failed: [{ Id: "1", Code: "InternalError" }] };
  assertEquals(failure(ofTwo, 2), ["unavailable", 1, undefined, 0]);
  assertEquals(failure(failed({ SenderFault: true, Code: "AccessDenied" }))![0], "unavailable");
  for (
    const broken of [
      "",
      "null",
      "[]",
      "<html>",
      { Successful },
      { Successful: 7, Failed: {} },
      { Successful, Failed: [null] },
      { Successful, Failed: [{ Id: "9" }] },
      { Successful, Failed: [{ Id: "x" }] },
    ]
  ) assertEquals(failure(broken)?.[0], "unavailable", JSON.stringify(broken));
});
