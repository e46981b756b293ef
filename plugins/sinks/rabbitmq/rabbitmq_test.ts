import { alertId, SinkError } from "../../../core/mod.ts";
import { assert, assertEquals, assertRejects } from "../../../tests/assert.ts";
import { HOSTILE, sampleAlert } from "../../../tests/contract/formatter_suite.ts";
import { formatted, type SinkSubject, testSink } from "../../../tests/contract/sink_suite.ts";
import { method, scriptedServer, shortText } from "../../../tests/peers/amqp.ts";
import { Fetcher, startRabbitmq } from "../../../tests/peers/rabbitmq.ts";
import { installed, testWithPeer } from "../../../tests/peers/server.ts";
import plugin from "./mod.ts";

const RABBITMQ = { program: "rabbitmq-server", package: "rabbitmq-server" };

const isThere = installed(RABBITMQ.program) !== undefined;
/** One for all tests: it takes its time to start. */
let rabbitmq: Awaited<ReturnType<typeof startRabbitmq>>;
if (isThere) {
  Deno.test.beforeAll(async () => void (rabbitmq = await startRabbitmq()));
  Deno.test.afterAll(() => rabbitmq[Symbol.asyncDispose]());
}

function sinkWith(more: Record<string, unknown> = {}) {
  return plugin.create(plugin.schema.parse({ address: `127.0.0.1:${rabbitmq.port}`, ...more }));
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
  const other = await Fetcher.open(rabbitmq.port);
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
  await using other = await Fetcher.open(rabbitmq.port);
  await other.makeExchange("falco-topic", "topic");
  await other.makeQueue("errors");
  await other.bindQueue("errors", "falco-topic", "falco.error.*");
  const sink = sinkWith({ exchange: "falco-topic" });
  const alert = sampleAlert({ rule: HOSTILE, priority: "Error" });
  await sink.write([{ alert, line: `{"output":${JSON.stringify(HOSTILE)}}` }]);
  const message = await other.get("errors");
  assert(message);
  assertEquals(message.routingKey, "falco.error.x_10_00_00_000000000_emergency_forged_2j");
  const { contentType, contentEncoding, deliveryMode, appId } = message;
  assertEquals([contentType, contentEncoding, deliveryMode, appId], [
    "application/json",
    "utf-8",
    2,
    "falcod",
  ]);
  assertEquals(message.messageId, await alertId(alert));
  assertEquals(message.timeSeconds, alert.timeNs / 1_000_000_000n);
  // Nobody wants warnings yet.
  const batch = [{ alert, line: "1" }, ...formatted("2")];
  await assertRejects(() => sink.write(batch), { code: "unavailable", accepted: 1 });
  await other.bindQueue("errors", "falco-topic", "falco.warning.*");
  await sink.write(batch.slice(1));
  assertEquals(await other.lines("errors"), ["1", "2"]);
  await sink.close();
});

testWithPeer(
  "rabbitmq: a key is cut where AMQP ends, and between characters",
  RABBITMQ,
  async () => {
    await using other = await Fetcher.open(rabbitmq.port);
    await other.makeExchange("long", "fanout");
    await other.makeQueue("long");
    await other.bindQueue("long", "long", "");
    const sink = sinkWith({ exchange: "long", routing_key: `<rule>${"é".repeat(100)}` });
    const rule = "r".repeat(128);
    await sink.write([{ alert: sampleAlert({ rule }), line: "1" }]);
    assertEquals((await other.get("long"))?.routingKey, rule + "é".repeat(63));
    await sink.close();
  },
);

testWithPeer("rabbitmq: what is missing is told, and may come later", RABBITMQ, async () => {
  await using other = await Fetcher.open(rabbitmq.port);
  const sink = sinkWith({ queue_name: "later", declare: false });
  await assertRejects(() => sink.write(formatted("1")), { code: "unavailable" });
  await other.makeQueue("later");
  await sink.write(formatted("1"));
  assertEquals(await other.lines("later"), ["1"]);
  const lost = sinkWith({ exchange: "nowhere" });
  const error = await lost.write(formatted("1")).catch((error) => error);
  assertEquals(error.code, "unavailable");
  assert(error.message.includes("no exchange 'nowhere'"), error.message);
  for (const one of [sink, lost]) await one.close();
});

testWithPeer(
  "rabbitmq: many that no queue takes come back, and are told of as that",
  RABBITMQ,
  async () => {
    const sink = sinkWith({ queue_name: "nowhere", declare: false });
    const lines = Array.from({ length: 1000 }, () => "x".repeat(3000));
    await assertRejects(() => sink.write(formatted(...lines)), {
      message: /no queue takes messages for "nowhere"$/,
    });
    await sink.close();
  },
);

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
    const sink = sinkWith({ address });
    await assertRejects(() => sink.write(formatted("3")), {
      message: /the server closed the connection during the handshake: it speaks TLS$/,
    });
    await sink.close();
  },
);

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
