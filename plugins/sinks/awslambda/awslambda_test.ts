import { assert, assertEquals } from "../../../tests/assert.ts";
import {
  formattedAlert,
  requestsOf,
  testHttpSink,
} from "../../../tests/contract/http_sink_suite.ts";
import { awsService, KEYS, signedOnly } from "../../../tests/peers/aws_service.ts";
import plugin from "./mod.ts";

const config = (endpoint: string) => ({
  function_name: "arn:aws:lambda:eu-west-1:123456789012:function:alerts:live",
  endpoint,
  ...KEYS,
});
const answer = signedOnly(() => new Response("null"));

testHttpSink(plugin, {
  config,
  answer,
  messages: ({ body }) => [JSON.parse(body).output.replace(/^\S+: \S+ /, "")],
});

Deno.test("awslambda: a call for each alert, signed for the function's region", async () => {
  const [request, other] = await requestsOf(plugin, { config, answer }, {}, { rule: "other" });
  assertEquals([request!.method, request!.path], [
    "POST",
    "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A123456789012%3Afunction%3Aalerts%3Alive" +
    "/invocations",
  ]);
  assertEquals(request!.headers.get("x-amz-invocation-type"), "RequestResponse");
  assertEquals(request!.headers.get("x-amz-log-type"), "Tail");
  assert(request!.headers.get("authorization")!.includes("/eu-west-1/lambda/aws4_request"));
  assertEquals(JSON.parse(other!.body).rule, "other");
  const event = (url: string) => ({ ...config(url), invocation_type: "Event" });
  const [asynchronous] = await requestsOf(plugin, { config: event, answer }, {});
  assertEquals(asynchronous!.headers.has("x-amz-log-type"), false);
});

Deno.test("awslambda: a function that fails has not got the alert", async () => {
  const logs = [new TextEncoder().encode("line\nTask timed out").toBase64(), "no base64!", ""];
  for (const [index, log] of logs.entries()) {
    const headers = { "x-amz-function-error": "Unhandled", "x-amz-log-result": log };
    await using service = awsService(() => new Response('{"errorMessage":"boom"}', { headers }));
    const sink = plugin.create(plugin.schema.parse(config(service.url)));
    const error = await sink.write([formattedAlert()]).catch((error) => error);
    assertEquals(error.code, "unavailable");
    assert(error.message.includes(index === 0 ? "Task timed out" : "boom"), error.message);
    await sink.close();
  }
});
