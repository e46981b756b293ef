import { assert, assertEquals } from "../../../tests/assert.ts";
import {
  formattedAlert,
  requestsOf,
  testHttpSink,
} from "../../../tests/contract/http_sink_suite.ts";
import { httpReceiver, type Received } from "../../../tests/peers/http_receiver.ts";
import plugin from "./mod.ts";

const config = (host: string) => ({ host, token: "t-1" });

const eventsOf = ({ body }: Received) => body.split("\n").map((line) => JSON.parse(line));

testHttpSink(plugin, {
  config,
  messages: (request) =>
    eventsOf(request).map(({ event }) => event.output.replace(/^\S+: \S+ /, "")),
});

Deno.test("splunk: a batch is one request, each alert an event of its own time and host", async () => {
  const settings = (url: string) => ({ ...config(url), index: "i", source: "s" });
  const [request, more] = await requestsOf(plugin, { config: settings }, {}, { hostname: "" });
  assertEquals(more, undefined);
  assertEquals([request!.method, request!.path], ["POST", "/services/collector/event"]);
  assertEquals(request!.headers.get("authorization"), "Splunk t-1");
  assertEquals(request!.headers.has("x-splunk-request-channel"), false);
  const [{ event, ...about }, other] = eventsOf(request!);
  assertEquals(about, {
    time: "1470327477.881785348",
    host: "host-1",
    index: "i",
    source: "s",
    sourcetype: "falcosidekick",
  });
  assertEquals(event.rule, "open_from_cat");
  assertEquals("host" in other, false);
});

Deno.test("splunk: an address with a path is used as it is", async () => {
  const settings = (url: string) => config(`${url}/hec/services/collector/event`);
  const [request] = await requestsOf(plugin, { config: settings }, {});
  assertEquals(request!.path, "/hec/services/collector/event");
});

Deno.test("splunk: what can be put right is tried again, a bad event is not", async () => {
  await using server = httpReceiver();
  const sink = plugin.create(plugin.schema.parse(config(server.url)));
  const code = async (code: unknown) => {
    server.answer = () => Response.json({ text: "no", code }, { status: 400 });
    return (await sink.write([formattedAlert()]).catch((error) => error))?.code;
  };
  assertEquals([await code(6), await code(13)], ["rejected", "rejected"]);
  assertEquals([await code(7), await code(10)], ["unavailable", "unavailable"]);
  assertEquals([await code("6"), await code(null)], ["rejected", "rejected"]);
  await sink.close();
});

/** Takes events, and has indexed them when it has been asked `after` times. */
function indexing(after: number) {
  let asked = 0;
  return ({ path, body }: Received) => {
    if (path === "/services/collector/event") return Response.json({ code: 0, ackId: 7 });
    assertEquals([path, JSON.parse(body)], ["/services/collector/ack", { acks: [7] }]);
    return Response.json({ acks: { 7: ++asked >= after } });
  };
}

Deno.test("splunk: with acknowledgment, alerts have arrived when they are indexed", async () => {
  await using server = httpReceiver();
  server.answer = indexing(2);
  const sink = plugin.create(plugin.schema.parse({ ...config(server.url), ack: true }));
  await sink.write([formattedAlert()]);
  await sink.close();
  const channels = server.received.map(({ headers }) => headers.get("x-splunk-request-channel"));
  assertEquals(channels.length, 3);
  assert(/^[0-9a-f-]{36}$/.test(channels[0]!));
  assertEquals(new Set(channels).size, 1);
});

Deno.test("splunk: what is never indexed is sent again, and nobody waits for it at the end", async () => {
  await using server = httpReceiver();
  server.answer = indexing(Infinity);
  const sink = plugin.create(plugin.schema.parse({ ...config(server.url), ack: true }));
  const writing = sink.write([formattedAlert()]).catch((error) => error);
  while (server.received.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  await sink.close();
  assertEquals((await writing).code, "unavailable");

  const impatient = plugin.create(
    plugin.schema.parse({ ...config(server.url), ack: true, ack_timeout: "1s" }),
  );
  const error = await impatient.write([formattedAlert()]).catch((error) => error);
  assertEquals([error.code, error.unclear, error.message], [
    "unavailable",
    Infinity,
    "Splunk has not indexed the alerts within 1 s",
  ]);
  await impatient.close();
});

Deno.test("splunk: a question that is refused says nothing against alerts", async () => {
  await using server = httpReceiver();
  server.answer = ({ path }) =>
    path.endsWith("/ack")
      ? new Response("no", { status: 400 })
      : Response.json({ code: 0, ackId: 7 });
  const sink = plugin.create(plugin.schema.parse({ ...config(server.url), ack: true }));
  const batch = [formattedAlert(), formattedAlert()];
  const error = await sink.write(batch).catch((error) => error);
  await sink.close();
  assertEquals([error.code, error.unclear], ["unavailable", Infinity]);
  assertEquals(server.received.length, 2);
});

Deno.test("splunk: a token without acknowledgment is told of", async () => {
  await using server = httpReceiver();
  for (const body of ['{"text":"Success","code":0}', "[]", "null", "<html>"]) {
    server.answer = () => new Response(body);
    const sink = plugin.create(plugin.schema.parse({ ...config(server.url), ack: true }));
    const error = await sink.write([formattedAlert()]).catch((error) => error);
    assert(/acknowledgment enabled/.test(error.message), body);
    await sink.close();
  }
});
