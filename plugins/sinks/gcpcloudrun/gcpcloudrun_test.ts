import { assert, assertEquals } from "../../../tests/assert.ts";
import {
  formattedAlert,
  requestsOf,
  testHttpSink,
} from "../../../tests/contract/http_sink_suite.ts";
import { authorizedOnly, CREDENTIALS } from "../../../tests/peers/google_account.ts";
import { httpReceiver } from "../../../tests/peers/http_receiver.ts";
import plugin from "./mod.ts";

const config = (url: string) => ({ endpoint: `${url}/in/?a=b`, ...CREDENTIALS });
/** The token has to be for the server that is asked. */
const answer = authorizedOnly(
  ({ headers }) => `http://${headers.get("host")}`,
  () => new Response(null, { status: 204 }),
);

testHttpSink(plugin, {
  config,
  answer,
  messages: ({ body }) => [JSON.parse(body).output.replace(/^\S+: \S+ /, "")],
});

Deno.test("gcpcloudrun: a request for each alert, with a token for the service", async () => {
  const [request, other] = await requestsOf(plugin, { config, answer }, {}, { rule: "other" });
  assertEquals([request!.method, request!.path], ["POST", "/in/?a=b"]);
  assertEquals(JSON.parse(other!.body).rule, "other");
  const own = (url: string) => ({ ...config(url), audience: "my-audience" });
  const wanted = { config: own, answer: authorizedOnly("my-audience", () => new Response(null)) };
  assertEquals((await requestsOf(plugin, wanted, {})).length, 1);
});

Deno.test("gcpcloudrun: an address that comes to be none is told", async () => {
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, "http://127.0.0.1:1/");
  const sink = plugin.create(plugin.schema.parse({ ...config(""), endpoint: { file } }));
  await Deno.writeTextFile(file, "nowhere");
  const { code, message } = await sink.write([formattedAlert()]).catch((error) => error);
  assertEquals([code, message], [
    "unavailable",
    "The address is none that begins with http:// or https://",
  ]);
  await sink.close();
  await Deno.remove(file);
});

Deno.test("gcpcloudrun: a token that is given is shown, as its file has it now", async () => {
  await using server = httpReceiver();
  const file = await Deno.makeTempFile();
  const settings = { endpoint: server.url, jwt: { file } };
  const sink = plugin.create(plugin.schema.parse(settings));
  for (const jwt of ["one", "two"]) {
    await Deno.writeTextFile(file, `${jwt}\n`);
    await sink.write([formattedAlert()]);
  }
  assertEquals(server.received.map(({ headers }) => headers.get("authorization")), [
    "Bearer one",
    "Bearer two",
  ]);
  await Deno.writeTextFile(file, "MARKER-TOKEN");
  server.answer = ({ headers }) =>
    new Response(`not ${headers.get("authorization")}`, { status: 403 });
  const { code, message } = await sink.write([formattedAlert()]).catch((error) => error);
  assertEquals(code, "unavailable");
  assert(message.includes("not [secret]") && !message.includes("MARKER"), message);
  await sink.close();
  await Deno.remove(file);
});
