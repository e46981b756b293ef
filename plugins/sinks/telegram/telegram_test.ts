import { requestsOf, testHttpSink } from "../../../tests/contract/http_sink_suite.ts";
import { httpReceiver } from "../../../tests/peers/http_receiver.ts";
import { formatted } from "../../../tests/contract/sink_suite.ts";
import { assert, assertEquals } from "../../../tests/assert.ts";
import plugin from "./mod.ts";

const config = (host: string) => ({ host, token: "123456:secret", chat_id: "-42" });

testHttpSink(plugin, {
  config,
  messages: ({ body }) => [JSON.parse(body).text.split("*Output*: ")[1]],
  skips: { long: "texts are cut to what Telegram takes" },
  mostBytes: 30_000,
});

Deno.test("telegram: a message is the alert in MarkdownV2, its texts escaped", async () => {
  const settings = (host: string) => ({ ...config(host), message_thread_id: 4 + "" });
  const fields = new Map([["proc.name", "a_b*[x](y)\\"]]);
  const [request] = await requestsOf(plugin, { config: settings }, { fields, message: "ok." });
  assertEquals([request!.method, request!.path], ["POST", "/bot123456:secret/sendMessage"]);
  const { text, ...rest } = JSON.parse(request!.body);
  assertEquals(rest, {
    parse_mode: "MarkdownV2",
    disable_web_page_preview: true,
    chat_id: "-42",
    message_thread_id: "4",
  });
  assertEquals(text.split("\n"), [
    "*\\[Falco\\] \\[Warning\\] open\\_from\\_cat*",
    "",
    "• *Time*: 2016\\-08\\-04 16:17:57\\.881785348 \\+0000 UTC",
    "• *Source*: syscall",
    "• *Hostname*: host\\-1",
    "• *Tags*: process filesystem",
    "• *Fields*:",
    "\t  • *proc\\.name*: a\\_b\\*\\[x\\]\\(y\\)\\\\",
    "",
    "*Output*: ok\\.",
  ]);
});

Deno.test("telegram: the token is in no message", async () => {
  await using server = httpReceiver();
  server.answer = ({ path }) => new Response(`bad path ${path}`, { status: 404 });
  const sink = plugin.create(plugin.schema.parse(config(server.url)));
  const error = await sink.write(formatted("1")).then(() => undefined, (error) => error);
  await sink.close();
  assert(
    !error.message.includes("secret") || error.message.endsWith("bad path [secret]"),
    error.message,
  );
});

Deno.test("telegram: what can be put right is tried again, and when Telegram wants it", async () => {
  await using server = httpReceiver();
  const sink = plugin.create(plugin.schema.parse(config(server.url)));
  const failureAt = async (error_code: number, description: string, more: object = {}) => {
    const status = error_code;
    server.answer = () =>
      Response.json({ ok: false, error_code, description, ...more }, { status });
    const { code, retryAfterMs } = await sink.write(formatted("1")).catch((error) => error);
    return [code, retryAfterMs];
  };
  for (
    const about of [
      "chat not found",
      "message thread not found",
      "group chat was upgraded to a supergroup chat",
      "not enough rights to send text messages to the chat",
    ]
  ) assertEquals(await failureAt(400, `Bad Request: ${about}`), ["unavailable", undefined], about);
  const broken = "Bad Request: can't parse entities: Character '.' is reserved";
  assertEquals(await failureAt(400, broken), ["rejected", undefined]);
  const later = { parameters: { retry_after: 35 } };
  assertEquals(await failureAt(429, "Too Many Requests", later), ["unavailable", 35_000]);
  await sink.close();
});
