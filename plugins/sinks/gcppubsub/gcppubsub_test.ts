import { assertEquals } from "../../../tests/assert.ts";
import {
  formattedAlert,
  requestsOf,
  testHttpSink,
} from "../../../tests/contract/http_sink_suite.ts";
import { formatted } from "../../../tests/contract/sink_suite.ts";
import { authorizedOnly, CREDENTIALS } from "../../../tests/peers/google_account.ts";
import { httpReceiver, type Received } from "../../../tests/peers/http_receiver.ts";
import plugin from "./mod.ts";

const config = (endpoint: string) => ({
  project_id: "my-project",
  topic: "alerts",
  endpoint,
  ...CREDENTIALS,
});

interface Message {
  readonly data: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

const messagesOf = ({ body }: Received): Message[] => JSON.parse(body).messages;
const lineOf = ({ data }: Message) => new TextDecoder().decode(Uint8Array.fromBase64(data));
const answer = authorizedOnly(
  "https://www.googleapis.com/auth/pubsub",
  (request) => Response.json({ messageIds: messagesOf(request).map((_, index) => `${index}`) }),
);

testHttpSink(plugin, { config, answer, messages: (request) => messagesOf(request).map(lineOf) });

Deno.test("gcppubsub: a batch is one request, with a token of the account", async () => {
  const [request, more] = await requestsOf(plugin, { config, answer }, { message: "ü" }, {});
  assertEquals(more, undefined);
  assertEquals([request!.method, request!.path], [
    "POST",
    "/v1/projects/my-project/topics/alerts:publish",
  ]);
  const [one, other, none] = messagesOf(request!);
  assertEquals([lineOf(one!), one!.attributes, none], ["ü", undefined, undefined]);
  assertEquals(lineOf(other!), formattedAlert().line);
});

Deno.test("gcppubsub: attributes go with every message", async () => {
  const custom_attributes = { env: "prod", "a b": "ü" };
  const settings = (url: string) => ({ ...config(url), topic: "a%b", custom_attributes });
  const [request] = await requestsOf(plugin, { config: settings, answer }, {}, {});
  assertEquals(request!.path, "/v1/projects/my-project/topics/a%25b:publish");
  assertEquals(messagesOf(request!).map(({ attributes }) => attributes), [
    custom_attributes,
    custom_attributes,
  ]);
});

Deno.test("gcppubsub: a thousand messages a request, or as many as fit", async () => {
  await using server = httpReceiver();
  server.answer = answer;
  const sink = plugin.create(plugin.schema.parse(config(server.url)));
  await sink.write(formatted(...Array.from({ length: 1001 }, (_, n) => `${n}`)));
  await sink.write(formatted("x".repeat(4_000_000), "y".repeat(4_000_000)));
  await sink.close();
  assertEquals(server.received.map((request) => messagesOf(request).length), [1000, 1, 1, 1]);
});

Deno.test("gcppubsub: an answer without an id for each message is none of success", async () => {
  for (const body of ["", "null", "{}", '{"messageIds":[]}', '{"messageIds":7}']) {
    await using server = httpReceiver();
    server.answer = () => new Response(body);
    const sink = plugin.create(plugin.schema.parse(config(server.url)));
    const error = await sink.write([formattedAlert()]).catch((error) => error);
    assertEquals([error.code, error.unclear], ["unavailable", 1], body);
    await sink.close();
  }
});

Deno.test("gcppubsub: attributes that Pub/Sub would refuse are told before", () => {
  const isRight = (custom_attributes: unknown) =>
    plugin.schema.safeParse({ ...config(""), custom_attributes }).success;
  assertEquals(isRight({ a: "x".repeat(1024) }), true);
  const many = Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`a${n}`, ""]));
  for (
    const wrong of [{ "": "a" }, { goog: "a" }, { a: "ü".repeat(513) }, {
      ["ü".repeat(129)]: "",
    }, many]
  ) assertEquals(isRight(wrong), false);
});
