import { createServer, type Socket } from "node:net";
import { SinkError } from "../../../core/mod.ts";
import { connect } from "amqplib";
import { assert, assertEquals, assertRejects } from "../../../tests/assert.ts";
import { HOSTILE, sampleAlert } from "../../../tests/contract/formatter_suite.ts";
import { formatted, type SinkSubject, testSink } from "../../../tests/contract/sink_suite.ts";
import { freePort } from "../../../tests/free_port.ts";
import { listening } from "../../../tests/http_servers.ts";
import { clientFiles } from "../../../tests/peers/certificate_files.ts";
import { installed, startServer, testWithPeer } from "../../../tests/peers/server.ts";
import plugin from "./mod.ts";

const RABBITMQ = { program: "rabbitmq-server", package: "rabbitmq-server" };
/** Debian's wrapper would change the user. */
const SERVER = "/usr/lib/rabbitmq/bin/rabbitmq-server";

type Rabbitmq = Awaited<ReturnType<typeof startRabbitmq>>;

async function startRabbitmq() {
  const files = await clientFiles();
  const folder = await Deno.makeTempDir({ prefix: "falcod-rabbitmq-" });
  const [port, tlsPort, epmdPort, distPort] = [freePort(), freePort(), freePort(), freePort()];
  await Deno.writeTextFile(
    `${folder}/rabbitmq.conf`,
    [
      `listeners.tcp.1 = 127.0.0.1:${port}`,
      `listeners.ssl.1 = 127.0.0.1:${tlsPort}`,
      `ssl_options.cacertfile = ${files.authority}`,
      `ssl_options.certfile = ${files.serverCertificate}`,
      `ssl_options.keyfile = ${files.serverKey}`,
      "ssl_options.verify = verify_peer",
      "ssl_options.fail_if_no_peer_cert = true",
      "",
    ].join("\n"),
  );
  await Deno.writeTextFile(`${folder}/plugins`, "[].\n");
  // It would start one that outlives it.
  const epmd = await startServer({
    program: "epmd",
    args: ["-address", "127.0.0.1", "-port", `${epmdPort}`],
    ports: [epmdPort],
  });
  const server = await startServer({
    program: SERVER,
    args: [],
    env: {
      HOME: folder,
      ERL_EPMD_ADDRESS: "127.0.0.1",
      ERL_EPMD_PORT: `${epmdPort}`,
      RABBITMQ_NODENAME: `falcod${port}@localhost`,
      RABBITMQ_DIST_PORT: `${distPort}`,
      RABBITMQ_MNESIA_BASE: `${folder}/mnesia`,
      RABBITMQ_LOG_BASE: `${folder}/log`,
      RABBITMQ_PID_FILE: `${folder}/pid`,
      RABBITMQ_CONFIG_FILE: `${folder}/rabbitmq`,
      RABBITMQ_ENABLED_PLUGINS_FILE: `${folder}/plugins`,
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: "-kernel inet_dist_use_interface {127,0,0,1}",
    },
    ports: [port, tlsPort],
  });
  return {
    files,
    port,
    tlsPort,
    [Symbol.asyncDispose]: async () => {
      await server.stop();
      await epmd.stop();
      await files[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

const isThere = installed(RABBITMQ.program) !== undefined;
/** One for all tests: it takes its time to start. */
let rabbitmq: Rabbitmq;
if (isThere) {
  Deno.test.beforeAll(async () => void (rabbitmq = await startRabbitmq()));
  Deno.test.afterAll(() => rabbitmq[Symbol.asyncDispose]());
}

function sinkWith(more: Record<string, unknown> = {}) {
  return plugin.create(plugin.schema.parse({ address: `127.0.0.1:${rabbitmq.port}`, ...more }));
}

/** Somebody who fetches. */
async function fetcher() {
  const model = await connect(`amqp://127.0.0.1:${rabbitmq.port}`);
  const channel = await model.createChannel();
  return {
    channel,
    lines: async (queue: string) => {
      const lines: string[] = [];
      for (;;) {
        const message = await channel.get(queue, { noAck: true });
        if (!message) return lines;
        lines.push(message.content.toString());
      }
    },
    [Symbol.asyncDispose]: () => model.close(),
  };
}

/** A way to the server that can be cut. */
function passage() {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const connections: Deno.Conn[] = [];
  const running = (async () => {
    for await (const near of listener) {
      const far = await Deno.connect({ hostname: "127.0.0.1", port: rabbitmq.port });
      connections.push(near, far);
      near.readable.pipeTo(far.writable).catch(() => {});
      far.readable.pipeTo(near.writable).catch(() => {});
    }
  })().catch(() => {});
  return {
    port: listener.addr.port,
    cut: async () => {
      try {
        listener.close();
      } catch {
        // It is cut already.
      }
      for (const connection of connections.splice(0)) {
        try {
          connection.close();
        } catch {
          // The other end was quicker.
        }
      }
      await running;
    },
  };
}

async function open(): Promise<SinkSubject> {
  const queue = crypto.randomUUID();
  const way = passage();
  const sink = sinkWith({ address: `127.0.0.1:${way.port}`, queue_name: queue });
  const other = await fetcher();
  const lines: string[] = [];
  return {
    sink,
    received: async () => {
      lines.push(...await other.lines(queue));
      return lines;
    },
    breakDown: () => way.cut(),
    [Symbol.asyncDispose]: async () => {
      await sink.close();
      await way.cut();
      await other[Symbol.asyncDispose]();
    },
  };
}

const missing = "Debian's rabbitmq-server is not installed";
testSink(
  "rabbitmq",
  open,
  isThere ? {} : { order: missing, empty: missing, long: missing, broken: missing, close: missing },
);

testWithPeer("rabbitmq: an exchange gets keys made of what alerts say", RABBITMQ, async () => {
  await using other = await fetcher();
  const { channel } = other;
  await channel.assertExchange("falco-topic", "topic");
  await channel.assertQueue("errors");
  await channel.bindQueue("errors", "falco-topic", "falco.error.*");
  const sink = sinkWith({ exchange: "falco-topic" });
  const alert = sampleAlert({ rule: HOSTILE, priority: "Error" });
  await sink.write([{ alert, line: `{"output":${JSON.stringify(HOSTILE)}}` }]);
  const message = await channel.get("errors", { noAck: true });
  assert(message);
  assertEquals(message.fields.routingKey, "falco.error.x_10_00_00_000000000_emergency_forged_2j");
  const { contentType, deliveryMode, appId } = message.properties;
  assertEquals([contentType, deliveryMode, appId], ["application/json", 2, "falcod"]);
  // Nobody wants warnings yet.
  const batch = [{ alert, line: "1" }, ...formatted("2")];
  await assertRejects(() => sink.write(batch), { code: "unavailable", accepted: 1 });
  await channel.bindQueue("errors", "falco-topic", "falco.warning.*");
  await sink.write(batch.slice(1));
  assertEquals(await other.lines("errors"), ["1", "2"]);
  await sink.close();
});

testWithPeer("rabbitmq: what is missing is told, and may come later", RABBITMQ, async () => {
  await using other = await fetcher();
  const sink = sinkWith({ queue_name: "later", declare: false });
  await assertRejects(() => sink.write(formatted("1")), { code: "unavailable" });
  await other.channel.assertQueue("later");
  await sink.write(formatted("1"));
  assertEquals(await other.lines("later"), ["1"]);
  const lost = sinkWith({ exchange: "nowhere" });
  const error = await lost.write(formatted("1")).catch((error) => error);
  assertEquals(error.code, "unavailable");
  assert(error.message.includes("no exchange 'nowhere'"), error.message);
  for (const one of [sink, lost]) await one.close();
});

testWithPeer("rabbitmq: passwords are checked, and not told", RABBITMQ, async () => {
  const sink = sinkWith({ password: "TOLD-TO-NOBODY" });
  const error = await sink.write(formatted("1")).catch((error) => error);
  assertEquals(error.code, "unavailable");
  assert(/ACCESS[_-]REFUSED/.test(error.message), error.message);
  assert(!error.message.includes("TOLD"), error.message);
  await sink.close();
});

testWithPeer(
  "rabbitmq: TLS shows the client's certificate and asks for the server's",
  RABBITMQ,
  async () => {
    const { files, tlsPort } = rabbitmq;
    const address = `127.0.0.1:${tlsPort}`;
    for (const tls of files.right) {
      const sink = sinkWith({ address, tls, queue_name: "tls" });
      await sink.write(formatted("1"));
      await sink.close();
    }
    for (const tls of files.wrong) {
      const sink = sinkWith({ address, tls, queue_name: "tls" });
      await assertRejects(() => sink.write(formatted("2")), { code: "unavailable" });
      await sink.close();
    }
  },
);

/** A method of AMQP 0-9-1 as a frame; `content` behind the numbers of its class and of itself. */
function method(channel: number, ids: readonly [number, number], content: readonly number[] = []) {
  const payload = [0, ids[0], 0, ids[1], ...content];
  const size = [0, 0, payload.length >> 8, payload.length & 0xff];
  return new Uint8Array([1, 0, channel, ...size, ...payload, 0xce]);
}

const shortText = (text: string) => [text.length, ...new TextEncoder().encode(text)];
const longText = (text: string) => [0, 0, 0, ...shortText(text)];
const FRAME_END_BYTES = 8;

/** As far as a connection, a channel and a queue; the first message is answered by `answer`. */
async function scriptedServer(answer: Uint8Array) {
  const sockets: Socket[] = [];
  let messages = 0;
  const answers: Readonly<Record<string, Uint8Array>> = {
    "10,11": method(0, [10, 30], [0, 0, 0, 0, 0xff, 0xff, 0, 0]),
    "10,40": method(0, [10, 41], [0]),
    "20,10": method(1, [20, 11], [0, 0, 0, 0]),
    "85,10": method(1, [85, 11]),
    "50,10": method(1, [50, 11], [...shortText("q"), ...Array(8).fill(0)]),
  };
  const server = await listening(createServer((socket) => {
    sockets.push(socket);
    let seen: Buffer = Buffer.alloc(0);
    let isGreeted = false;
    socket.on("error", () => {}).on("data", (bytes: Buffer) => {
      seen = Buffer.concat([seen, bytes]);
      if (!isGreeted) {
        isGreeted = true;
        seen = seen.subarray(8);
        const properties = [0, 9, 0, 0, 0, 0];
        socket.write(
          method(0, [10, 10], [...properties, ...longText("PLAIN"), ...longText("en_US")]),
        );
      }
      while (seen.length >= 7 && seen.length >= seen.readUInt32BE(3) + FRAME_END_BYTES) {
        const size = seen.readUInt32BE(3);
        const ids = seen[0] === 1 ? `${seen.readUInt16BE(7)},${seen.readUInt16BE(9)}` : "";
        if (answers[ids]) socket.write(answers[ids]);
        if (ids === "60,40" && ++messages === 1) socket.write(answer);
        seen = seen.subarray(size + FRAME_END_BYTES);
      }
    });
  }));
  return Object.assign(server, { sockets, messages: () => messages });
}

/** What ends a write after so long. */
function ending(ms: number) {
  const stop = new AbortController();
  const late = new SinkError("unavailable", "nobody has said anything");
  const timer = setTimeout(() => stop.abort(late), ms);
  return { signal: stop.signal, [Symbol.dispose]: () => clearTimeout(timer) };
}

function sinkOf({ port }: { readonly port: number }) {
  return plugin.create(plugin.schema.parse({ address: `127.0.0.1:${port}` }));
}

const BLOCKED = method(0, [10, 60], shortText("low on \u001bmemory"));
const UNBLOCKED = method(0, [10, 61]);
/** Of all messages up to this one. */
const confirmed = (last: number) => method(1, [60, 80], [0, 0, 0, 0, 0, 0, 0, last, 1]);
const BLOCKED_WORDS =
  /^Cannot write to .*: the server takes no messages now: low on \\u001bmemory$/;

Deno.test("rabbitmq: what a server has that is short of memory is not published again", async () => {
  await using server = await scriptedServer(BLOCKED);
  const sink = sinkOf(server);
  {
    using context = ending(300);
    await assertRejects(() => sink.write(formatted("1", "2"), context), {
      code: "unavailable",
      accepted: 0,
      unclear: 2,
      message: BLOCKED_WORDS,
    });
  }
  // The delivery marks them, and may have more by now.
  const again = { fields: new Map([["falcod.repeated", true]]) };
  const marked = [...formatted("1", "2")].map(({ alert, line }) => ({
    alert: { ...alert, ...again },
    line: `${line}, again`,
  }));
  {
    using context = ending(300);
    await assertRejects(() => sink.write([...marked, ...formatted("3")], context), {
      accepted: 0,
      unclear: 2,
      message: BLOCKED_WORDS,
    });
  }
  assertEquals([server.sockets.length, server.messages()], [1, 2]);
  const [socket] = server.sockets;
  setTimeout(() => {
    socket!.write(confirmed(2));
    socket!.write(UNBLOCKED);
  }, 100);
  using context = ending(3000);
  const written = sink.write([...marked, ...formatted("3")], context);
  while (server.messages() < 3) await new Promise((resolve) => setTimeout(resolve, 10));
  socket!.write(confirmed(3));
  await written;
  assertEquals([server.sockets.length, server.messages()], [1, 3]);
  // What is written once more after that is another one.
  const more = sink.write(formatted("3"), context);
  while (server.messages() < 4) await new Promise((resolve) => setTimeout(resolve, 10));
  socket!.write(confirmed(4));
  await more;
  await sink.close();
});

Deno.test("rabbitmq: what came while a server takes nothing was not published, and is not unclear", async () => {
  await using server = await scriptedServer(BLOCKED);
  const sink = sinkOf(server);
  for (const [line, unclear] of [["1", 1], ["2", 0]] as const) {
    using context = ending(300);
    await assertRejects(() => sink.write(formatted(line), context), {
      accepted: 0,
      unclear,
      message: BLOCKED_WORDS,
    });
  }
  assertEquals(server.messages(), 1);
  // Nobody waits for it any more.
  server.sockets[0]!.write(UNBLOCKED);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assertEquals(server.messages(), 1);
  await sink.close();
});

Deno.test("rabbitmq: that a server takes nothing is told before the time for a write is over", async () => {
  await using server = await scriptedServer(BLOCKED);
  const sink = sinkOf(server);
  using context = ending(9000);
  await assertRejects(() => sink.write(formatted("1"), context), { message: BLOCKED_WORDS });
  await sink.close();
});

Deno.test("rabbitmq: why a server ends a connection is told, and at once", async () => {
  const bye = [1, 0x40, ...shortText("CONNECTION_FORCED - bye"), 0, 0, 0, 0];
  await using server = await scriptedServer(method(0, [10, 50], bye));
  const sink = sinkOf(server);
  using context = ending(3000);
  const error = await sink.write(formatted("1", "2"), context).catch((error) => error);
  assertEquals([error.code, error.accepted, error.unclear], ["unavailable", 0, Infinity]);
  const told = '320 (CONNECTION-FORCED) with message "CONNECTION_FORCED - bye"';
  assert(error.message.endsWith(told), error.message);
  await sink.close();
});

Deno.test("rabbitmq: a frame that would have no end is not waited for", async () => {
  await using server = await scriptedServer(new Uint8Array([1, 0, 1, 3, 0, 0, 0]));
  const sink = sinkOf(server);
  using context = ending(3000);
  await assertRejects(() => sink.write(formatted("1"), context), {
    code: "unavailable",
    message: /: Frame size 50331648 exceeds /,
  });
  await sink.close();
});

Deno.test("rabbitmq: a server that goes away at once, as one with TLS, is told in plain words", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const gone = listener.accept().then(async (connection) => {
    await connection.read(new Uint8Array(8));
    connection.close();
  });
  const sink = plugin.create(plugin.schema.parse({ address: `127.0.0.1:${port}` }));
  const error = await sink.write(formatted("1")).then(() => undefined, (error) => error);
  assertEquals(error?.code, "unavailable");
  assert(error.message.endsWith("the server closed the connection during the handshake"));
  await gone;
  await sink.close();
});
