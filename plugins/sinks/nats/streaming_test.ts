/** The sink with a cluster of NATS Streaming: as its server does it, version 0.25. */
import { encodeWireMessage, WireMessage } from "../../../core/mod.ts";
import { assertEquals, assertRejects } from "../../../tests/assert.ts";
import { formatted } from "../../../tests/contract/sink_suite.ts";
import { type Publication, scriptedServer } from "../../../tests/nats_server.ts";
import plugin from "./mod.ts";

interface Told {
  readonly subject: string;
  readonly message: WireMessage;
}

async function streamingServer() {
  const told: Told[] = [];
  const beats: string[] = [];
  const server = {
    told,
    beats,
    /** Asks the client whether it is still there. */
    ask: () => {},
    /** Of clients, and of messages. */
    refusals: { client: "", message: "" },
    /** What it answers to messages in place of what is right. */
    answer: undefined as Uint8Array | undefined,
    /** Whether its server lets nobody publish. */
    forbids: false,
  };
  const answerTo = ({ subject, message }: Told): Uint8Array | undefined => {
    const { client, message: refused } = server.refusals;
    if (subject === "_STAN.discover.c1") return encodeWireMessage({ 1: "_STAN.pub.c1", 5: client });
    if (subject.startsWith("_STAN.pub.c1.")) {
      return server.answer ?? encodeWireMessage({ 1: message.text(2), 2: refused });
    }
    return undefined;
  };
  const take = ({ socket, subject, reply, payload }: Publication): string | undefined => {
    if (subject === "beat") return void beats.push(String(payload));
    const one = { subject, message: new WireMessage(payload) };
    told.push(one);
    if (server.forbids && subject.startsWith("_STAN.pub.")) {
      return `-ERR 'Permissions Violation for Publish to "${subject}"'\r\n`;
    }
    const answer = answerTo(one);
    if (!answer) return `HMSG ${reply} 1 16 16\r\nNATS/1.0 503\r\n\r\n\r\n`;
    if (subject.startsWith("_STAN.discover.")) {
      const inbox = one.message.text(2);
      server.ask = () => socket.write(`MSG ${inbox} 1 beat 0\r\n\r\n`);
    }
    socket.write(`MSG ${reply} 1 ${answer.length}\r\n`);
    socket.write(answer);
    return "\r\n";
  };
  const address = await scriptedServer({ answer: take, maxPayload: 1 << 20 });
  return Object.assign(server, {
    port: address.port,
    [Symbol.asyncDispose]: address[Symbol.asyncDispose],
  });
}

function sinkAt(port: number, more: Record<string, unknown> = {}) {
  const own = { host_port: `127.0.0.1:${port}`, cluster_id: "c1", client_id: "falco-1" };
  return plugin.create(plugin.schema.parse({ ...own, ...more }));
}

Deno.test("nats: a cluster of NATS Streaming knows the client, and keeps each alert", async () => {
  await using server = await streamingServer();
  const sink = sinkAt(server.port);
  await sink.write(formatted("1", "2"));
  await sink.write(formatted("3"));
  const [hello, ...messages] = server.told;
  assertEquals([hello!.message.text(1), hello!.message.integer(3)], ["falco-1", 1n]);
  assertEquals(
    messages.map(({ subject, message }) => [subject, message.text(3), message.text(5)]),
    ["1", "2", "3"].map((text) => [
      "_STAN.pub.c1.falco.warning.open_from_cat",
      "falco.warning.open_from_cat",
      text,
    ]),
  );
  for (const { message } of messages) {
    assertEquals([message.text(1), message.bytes(6)], ["falco-1", hello!.message.bytes(4)]);
  }
  server.ask();
  await sink.write(formatted("4"));
  assertEquals(server.beats, [""]);
  await sink.close();
});

Deno.test("nats: what a cluster of NATS Streaming refuses is told, and tried again", async () => {
  await using server = await streamingServer();
  const sink = sinkAt(server.port);
  server.refusals.client = "stan: clientID already registered";
  await assertRejects(() => sink.write(formatted("1")), {
    code: "unavailable",
    message: /cluster "c1" refuses: stan: clientID already registered$/,
  });
  server.refusals.client = "";
  server.refusals.message = "stan: too many channels";
  await assertRejects(() => sink.write(formatted("1", "2")), {
    code: "unavailable",
    accepted: 0,
    message: /cluster "c1" refuses a message: stan: too many channels$/,
  });
  server.refusals.message = "";
  for (const other of [new Uint8Array(), encodeWireMessage({ 1: "another" })]) {
    server.answer = other;
    await assertRejects(() => sink.write(formatted("1")), {
      code: "unavailable",
      message: /the answer of the cluster cannot be read$/,
    });
  }
  server.answer = undefined;
  server.forbids = true;
  await assertRejects(() => sink.write(formatted("1", "2")), {
    code: "unavailable",
    message: /: the server says: Permissions Violation for Publish to "_STAN\.pub\.c1\.falco\./,
  });
  server.forbids = false;
  await sink.write(formatted("1", "2"));
  await assertRejects(() => sink.write(formatted("3", "x".repeat(1 << 20), "4")), {
    code: "rejected",
    accepted: 1,
    refused: 1,
  });
  await sink.close();
  const other = sinkAt(server.port, { cluster_id: "c2" });
  await assertRejects(() => other.write(formatted("1")), { message: /there is no cluster "c2"$/ });
  await other.close();
});
