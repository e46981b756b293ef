import { assert, assertEquals } from "../../../tests/assert.ts";
import {
  formattedAlert,
  requestsOf,
  testHttpSink,
} from "../../../tests/contract/http_sink_suite.ts";
import { awsService, KEYS, signedOnly } from "../../../tests/peers/aws_service.ts";
import type { Received } from "../../../tests/peers/http_receiver.ts";
import plugin from "./mod.ts";

const config = (endpoint: string) => ({
  log_group: "/falco/alerts",
  region: "eu-west-1",
  endpoint,
  ...KEYS,
});
const answer = signedOnly(() => Response.json({}));

testHttpSink(plugin, {
  config,
  answer,
  messages: ({ body }) =>
    JSON.parse(body).logEvents.map(({ message }: { message: string }) =>
      JSON.parse(message).output.replace(/^\S+: \S+ /, "")
    ),
});

const actionOf = ({ headers }: Received) => headers.get("x-amz-target")!.split(".")[1];

Deno.test("awscloudwatchlogs: a batch is one request, in the order of times", async () => {
  const earlier = { timeNs: 1470327477000000000n, rule: "earlier" };
  const [request, more] = await requestsOf(plugin, { config, answer }, {}, earlier);
  assertEquals(more, undefined);
  assertEquals([request!.method, request!.path], ["POST", "/"]);
  assertEquals(request!.headers.get("x-amz-target"), "Logs_20140328.PutLogEvents");
  assertEquals(request!.headers.get("content-type"), "application/x-amz-json-1.1");
  assert(request!.headers.get("authorization")!.includes("/eu-west-1/logs/aws4_request"));
  const { logGroupName, logStreamName, logEvents: [first, second] } = JSON.parse(request!.body);
  assertEquals([logGroupName, logStreamName], ["/falco/alerts", "falcosidekick-logstream"]);
  assertEquals([first.timestamp, JSON.parse(first.message).rule], [1470327477000, "earlier"]);
  assertEquals(second.timestamp, 1470327477881);
});

async function failureOf(respond: (request: Received) => Response, more = {}) {
  await using service = awsService(respond);
  const sink = plugin.create(plugin.schema.parse({ ...config(service.url), ...more }));
  const batch = ["1", "2", "3"].map((message) => formattedAlert({ message }));
  const error = await sink.write(batch).then(() => undefined, (error) => error);
  await sink.close();
  return {
    told: error && [error.code, error.accepted, error.refused],
    actions: service.received.map(actionOf),
  };
}

const missing = () =>
  Response.json({
    __type: "ResourceNotFoundException",
    message: "The specified log stream does not exist.",
  }, { status: 400 });

Deno.test("awscloudwatchlogs: a stream that is not there is made, if that is wanted", async () => {
  for (const exists of [false, true]) {
    let isThere = false;
    const { told, actions } = await failureOf((request) => {
      if (actionOf(request) === "PutLogEvents") return isThere ? Response.json({}) : missing();
      isThere = true;
      const already = { __type: "ResourceAlreadyExistsException" };
      return exists ? Response.json(already, { status: 400 }) : Response.json({});
    });
    assertEquals(told, undefined);
    assertEquals(actions, ["PutLogEvents", "CreateLogStream", "PutLogEvents"]);
  }
  const kept = await failureOf(missing, { create_log_stream: false });
  assertEquals([kept.told?.[0], kept.actions], ["unavailable", ["PutLogEvents"]]);
  const never = await failureOf(missing);
  assertEquals([never.told?.[0], never.actions], ["unavailable", [
    "PutLogEvents",
    "CreateLogStream",
  ]]);
});

Deno.test("awscloudwatchlogs: a stream that cannot be made is not the refusal of alerts", async () => {
  const { told, actions } = await failureOf((request) =>
    actionOf(request) === "PutLogEvents"
      ? missing()
      : Response.json({ __type: "InvalidParameterException" }, { status: 400 })
  );
  assertEquals([told, actions], [["unavailable", 0, undefined], [
    "PutLogEvents",
    "CreateLogStream",
  ]]);
});

Deno.test("awscloudwatchlogs: what is dropped as too old or too new is counted", async () => {
  const lost = async (rejectedLogEventsInfo: unknown) =>
    (await failureOf(() => Response.json({ rejectedLogEventsInfo }))).told;
  assertEquals(await lost({ tooOldLogEventEndIndex: 2 }), ["rejected", 1, 2]);
  assertEquals(await lost({ expiredLogEventEndIndex: 1, tooNewLogEventStartIndex: 2 }), [
    "rejected",
    1,
    2,
  ]);
  for (
    const nothing of [{}, null, { tooOldLogEventEndIndex: "x" }, { tooNewLogEventStartIndex: 3 }]
  ) {
    assertEquals(await lost(nothing), undefined, JSON.stringify(nothing));
  }
});
