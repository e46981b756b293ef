import { gunzipSync } from "node:zlib";
import { type OutputValue, SinkError } from "../../../core/mod.ts";
import { assert, assertEquals } from "../../../tests/assert.ts";
import { sampleAlert } from "../../../tests/contract/formatter_suite.ts";
import {
  formattedAlert,
  requestsOf,
  testHttpSink,
} from "../../../tests/contract/http_sink_suite.ts";
import { httpReceiver, type Received } from "../../../tests/peers/http_receiver.ts";
import plugin from "./mod.ts";
import { recordOf } from "./record.ts";

const SOURCES = "/api/v1/org/org-1/source/";
const DATA = `${SOURCES}falcosidekick_org-1/data/sb-agent`;
const UUID = "7e0c1b9c-7b0f-4a53-8d3c-0b1d7b3e9a55";

const compressed = (api_url: string) => ({ org_uid: "org-1", api_key: "s3cr3t-key", api_url });
const config = (api_url: string) => ({ ...compressed(`${api_url}/`), compress: false });
const answer = ({ method }: Received) =>
  method === "GET" ? Response.json([{ uid: "falcosidekick_org-1" }]) : new Response(null);

testHttpSink(plugin, {
  config,
  answer,
  messages: ({ path, body }) =>
    path !== DATA ? [] : body.trimEnd().split("\n").map((line) => JSON.parse(line).msg.join(" ")),
  skips: { long: "texts are cut" },
  hasAlerts: ({ path }) => path === DATA,
  // Who asks for sources sends nothing.
  isText: true,
});

Deno.test("spyderbat: the source is looked for once, and records follow in lines of JSON", async () => {
  const fields = new Map<string, OutputValue>([
    ["proc.pid", 7n],
    ["proc.cmdline", "cat /dev/null"],
    ["container.id", "42"],
  ]);
  const before = Date.now() / 1000;
  const [asked, sent, more] = await requestsOf(
    plugin,
    { config: compressed, answer },
    { fields, uuid: UUID },
    { fields: new Map() },
  );
  assertEquals(more, undefined);
  assertEquals([asked!.method, asked!.path], ["GET", SOURCES]);
  assertEquals([sent!.method, sent!.path], ["POST", DATA]);
  for (const { headers } of [asked!, sent!]) {
    assertEquals(headers.get("authorization"), "Bearer s3cr3t-key");
  }
  assertEquals(sent!.headers.get("content-type"), "application/ndjson");
  assertEquals(sent!.headers.get("content-encoding"), "gzip");
  const lines = gunzipSync(sent!.bytes).toString().trimEnd().split("\n");
  const [first, second] = lines.map((line) => JSON.parse(line));
  const { monotonic_time, orc_time, ...record } = first;
  assert(orc_time >= before && monotonic_time >= 0 && monotonic_time < 1e9);
  assertEquals(record, {
    schema: "falco_alert::1.0.0",
    id: UUID,
    time: 1470327477.8817854,
    pid: 7,
    level: "medium",
    msg: ["An", "open", "was", "seen", "(command=cat", "/dev/null)"],
    args: "cat /dev/null",
    container: "42",
  });
  assertEquals([second.pid, second.args, second.container], [0, "", ""]);
});

Deno.test("spyderbat: a source that is not there yet is made", async () => {
  const more = { source: "falco-prod", source_description: "of the shop" };
  const settings = (url: string) => ({ ...config(url), ...more });
  const none = ({ method }: Received) => method === "GET" ? Response.json([]) : new Response(null);
  const [, made, sent] = await requestsOf(plugin, { config: settings, answer: none }, {});
  assertEquals([made!.method, made!.path], ["POST", SOURCES]);
  assertEquals(JSON.parse(made!.body), {
    name: "falco-prod",
    description: "of the shop",
    uid: "falcosidekick_org-1",
  });
  assertEquals(sent!.path, DATA);
});

Deno.test("spyderbat: what fails about the source loses no alert, and is tried again", async () => {
  await using server = httpReceiver();
  const sink = plugin.create(plugin.schema.parse(config(server.url)));
  const failureWith = async (reply: (request: Received) => Response) => {
    server.answer = reply;
    const error = await sink.write([formattedAlert()]).catch((error) => error);
    assert(error instanceof SinkError, `${error}`);
    assert(!error.message.includes("s3cr3t"), error.message);
    return `${error.code} ${error.message}`;
  };
  for (const body of ["", "null", "{}", "<html>"]) {
    assertEquals(
      await failureWith(() => new Response(body)),
      "unavailable The answer of Spyderbat about sources is not what is documented",
    );
  }
  const told = await failureWith(({ method, headers }) =>
    method === "GET"
      ? Response.json([null, { uid: 1 }])
      : new Response(`no ${headers.get("authorization")}`, { status: 400 })
  );
  assert(told.startsWith("unavailable Cannot make the source: "), told);
  server.answer = answer;
  await sink.write([formattedAlert()]);
  await sink.write([formattedAlert()]);
  await sink.close();
  assertEquals(server.received.slice(-3).map(({ path }) => path), [SOURCES, DATA, DATA]);
});

Deno.test("recordOf() has words without time and priority, where those are in front", async () => {
  const wordsOf = async (parts: object) =>
    (await recordOf(sampleAlert({ message: "a b c", ...parts }), 1) as { msg: unknown }).msg;
  assertEquals(await wordsOf({}), ["a", "b", "c"]);
  assertEquals(await wordsOf({ source: "internal" }), ["a", "b", "c"]);
  assertEquals(await wordsOf({ output: "10:00:00.0: Error x y" }), ["x", "y"]);
});

Deno.test("recordOf() is of the same id whenever it goes out", async () => {
  const [one, other] = [await recordOf(sampleAlert(), 1), await recordOf(sampleAlert(), 2)] as {
    id: string;
  }[];
  assertEquals(one!.id, other!.id);
});
