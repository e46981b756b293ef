import { SinkError } from "../../../core/mod.ts";
import type { Received } from "../../../tests/peers/http_receiver.ts";
import { requestsOf, testHttpSink } from "../../../tests/contract/http_sink_suite.ts";
import { assert, assertEquals } from "../../../tests/assert.ts";
import plugin from "./mod.ts";

const config = (url: string) => ({ address: `${url}/topics/falco` });
const linesOf = ({ body }: Received): string[] =>
  JSON.parse(body).records.map(({ value }: { value: string }) =>
    new TextDecoder().decode(Uint8Array.fromBase64(value))
  );

testHttpSink(plugin, { config, messages: linesOf });

Deno.test("kafkarest: a batch is one request, each alert a record of bytes", async () => {
  const [request, more] = await requestsOf(plugin, { config }, { message: '{"a":1}' }, {
    message: "ü",
  });
  assertEquals(more, undefined);
  assertEquals([request!.method, request!.path], ["POST", "/topics/falco"]);
  assertEquals(request!.headers.get("content-type"), "application/vnd.kafka.binary.v2+json");
  assertEquals(linesOf(request!), ['{"a":1}', "ü"]);
  const old = (url: string) => ({ ...config(url), version: "1" });
  const [first] = await requestsOf(plugin, { config: old }, {});
  assertEquals(first!.headers.get("content-type"), "application/vnd.kafka.binary.v1+json");
});

Deno.test("kafkarest: what brokers did not take is sent again", async () => {
  const answer = () =>
    Response.json({
      offsets: [
        { partition: 0, offset: 7, error_code: null, error: null },
        { partition: null, offset: null, error_code: 50003, error: "timed out" },
      ],
    });
  const error = await requestsOf(plugin, { config, answer }, {}, {}).catch((error) => error);
  assertEquals([error.code, error.accepted, error.unclear], ["unavailable", 1, 0]);
  const other = () =>
    Response.json({ offsets: [failed("timed out"), { partition: 0, offset: 7 }] });
  const unclear = await requestsOf(plugin, { config, answer: other }, {}, {})
    .catch((error) => error);
  assertEquals([unclear.accepted, unclear.unclear], [0, 2]);
});

const failed = (error: string) => ({ partition: null, offset: null, error_code: 50003, error });

Deno.test("kafkarest: a long answer is read for what brokers did not take", async () => {
  const answer = () =>
    Response.json({ offsets: Array(100).fill(failed("timed out ".repeat(200))) });
  const batch = Array.from({ length: 100 }, () => ({}));
  const error = await requestsOf(plugin, { config, answer }, ...batch).catch((error) => error);
  assertEquals(error instanceof SinkError && [error.code, error.accepted], ["unavailable", 0]);
});

Deno.test("kafkarest: an answer that cannot be read is none of success", async () => {
  const tooLong = JSON.stringify({ offsets: [failed("x".repeat(5 << 20))] });
  for (const text of ["<html>", "null", '{"error_code":50003}', '{"offsets":[]}', tooLong]) {
    const answer = () => new Response(text);
    const error = await requestsOf(plugin, { config, answer }, {}).catch((error) => error);
    assert(error instanceof SinkError, `${text.slice(0, 20)}: ${error}`);
    assertEquals([error.code, error.unclear], ["unavailable", Infinity]);
    assert(error.message.includes("does not say which messages"), error.message);
  }
});

Deno.test("kafkarest: an answer without content says nothing against a message", async () => {
  const answer = () => new Response(null, { status: 204 });
  assertEquals((await requestsOf(plugin, { config, answer }, {})).length, 1);
});
