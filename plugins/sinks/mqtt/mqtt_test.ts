import { Buffer } from "node:buffer";
import { type AddressInfo, createServer } from "node:net";
import { connectAsync } from "mqtt";
import { assert, assertEquals, assertRejects } from "../../../tests/assert.ts";
import { HOSTILE, sampleAlert } from "../../../tests/contract/formatter_suite.ts";
import { formatted, type SinkSubject, testSink } from "../../../tests/contract/sink_suite.ts";
import { freePort } from "../../../tests/free_port.ts";
import { listening } from "../../../tests/http_servers.ts";
import { clientFiles } from "../../../tests/peers/certificate_files.ts";
import { installed, startServer, testWithPeer } from "../../../tests/peers/server.ts";
import plugin from "./mod.ts";

const MOSQUITTO = { program: "mosquitto", package: "mosquitto" };

async function startMosquitto(...lines: string[]) {
  const port = freePort();
  const folder = await Deno.makeTempDir({ prefix: "falcod-mqtt-" });
  await Deno.writeTextFile(
    `${folder}/mosquitto.conf`,
    [
      "per_listener_settings true",
      `listener ${port} 127.0.0.1`,
      "allow_anonymous true",
      "user root",
      ...lines,
      "",
    ].join("\n"),
  );
  const server = await startServer({
    program: MOSQUITTO.program,
    args: ["-c", `${folder}/mosquitto.conf`],
    ports: [port],
  });
  return {
    port,
    server,
    restart: () =>
      startServer({
        program: MOSQUITTO.program,
        args: ["-c", `${folder}/mosquitto.conf`],
        ports: [port],
      }),
    sinkWith: (more: Record<string, unknown> = {}) =>
      plugin.create(plugin.schema.parse({ broker: `127.0.0.1:${port}`, ...more })),
    [Symbol.asyncDispose]: async () => {
      await server.stop();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function listen(port: number) {
  const client = await connectAsync({
    host: "127.0.0.1",
    port,
    protocol: "mqtt",
    reconnectPeriod: 0,
  });
  const messages: { topic: string; text: string; retain: boolean }[] = [];
  let wake = () => {};
  client.on("message", (topic, payload, { retain }) => {
    messages.push({ topic, text: payload.toString(), retain });
    wake();
  });
  await client.subscribeAsync("#", { qos: 1 });
  return {
    messages,
    until: async (count: number) => {
      while (messages.length < count) await new Promise<void>((resolve) => wake = resolve);
    },
    /** Messages of others that the broker has had before this. */
    settled: async () => {
      const mark = crypto.randomUUID();
      await client.publishAsync("mark", mark, { qos: 1 });
      while (!messages.some(({ text }) => text === mark)) {
        await new Promise<void>((resolve) => wake = resolve);
      }
      return messages.filter(({ topic }) => topic !== "mark");
    },
    [Symbol.asyncDispose]: async () => void await client.endAsync(true),
  };
}

async function open(): Promise<SinkSubject> {
  const mosquitto = await startMosquitto();
  const listener = await listen(mosquitto.port);
  const sink = mosquitto.sinkWith();
  return {
    sink,
    received: async () => (await listener.settled()).map(({ text }) => text),
    breakDown: () => mosquitto.server.stop(),
    [Symbol.asyncDispose]: async () => {
      await sink.close();
      await listener[Symbol.asyncDispose]();
      await mosquitto[Symbol.asyncDispose]();
    },
  };
}

const missing = installed(MOSQUITTO.program) ? undefined : "Debian's mosquitto is not installed";
testSink(
  "mqtt",
  open,
  missing === undefined
    ? {}
    : { order: missing, empty: missing, long: missing, broken: missing, close: missing },
);

testWithPeer("mqtt: topics are made of what alerts say, whatever that is", MOSQUITTO, async () => {
  await using mosquitto = await startMosquitto();
  await using listener = await listen(mosquitto.port);
  const sink = mosquitto.sinkWith({ topic: "falco/<priority>/<rule>/<hostname>", retained: true });
  const alert = sampleAlert({ rule: `#/+/${HOSTILE}`, hostname: "" });
  await sink.write([{ alert, line: HOSTILE }]);
  assertEquals(await listener.settled(), [{
    topic: "falco/warning/x_10_00_00_000000000_emergency_forged_2j/_",
    text: HOSTILE.toWellFormed(),
    retain: false,
  }]);
  await using late = await listen(mosquitto.port);
  await late.until(1);
  assert(late.messages[0]!.retain);
  await sink.close();
});

for (const protocol of ["3.1.1", "5"]) {
  for (const qos of ["0", "1", "2"]) {
    testWithPeer(`mqtt: ${protocol} with quality ${qos} keeps the order`, MOSQUITTO, async () => {
      await using mosquitto = await startMosquitto();
      await using listener = await listen(mosquitto.port);
      const sink = mosquitto.sinkWith({ protocol, qos });
      const lines = Array.from({ length: 500 }, (_, index) => `${index}`);
      await sink.write(formatted(...lines));
      await listener.until(500);
      assertEquals(listener.messages.map(({ text }) => text), lines);
      await sink.close();
    });
  }
}

testWithPeer(
  "mqtt: what is larger than a broker says it takes is refused alone",
  MOSQUITTO,
  async () => {
    await using mosquitto = await startMosquitto("max_packet_size 2000");
    await using listener = await listen(mosquitto.port);
    const sink = mosquitto.sinkWith({ protocol: "5", qos: "1" });
    const batch = formatted("1", "x".repeat(2000), "3");
    await assertRejects(() => sink.write(batch), {
      code: "rejected",
      accepted: 1,
      refused: 1,
      message: /takes 2000 bytes a packet, an alert for "falco[\w\/]*" has 20\d\d$/,
    });
    await sink.write(batch.slice(2));
    assertEquals((await listener.settled()).map(({ text }) => text), ["1", "3"]);
    await sink.close();
  },
);

/** A broker of version 5 that takes so many bytes a packet, and tells how many each one had. */
async function measuringBroker(mostBytes: number) {
  const sizes: number[] = [];
  const server = await listening(createServer((socket) => {
    let pending = Buffer.alloc(0);
    socket.on("error", () => {}).on("data", (bytes: Uint8Array) => {
      pending = Buffer.concat([pending, bytes]);
      for (;;) {
        let length = 0, at = 1;
        do {
          if (at >= pending.length) return;
          length += (pending[at]! & 0x7f) << 7 * (at - 1);
        } while (pending[at++]! & 0x80);
        if (pending.length < at + length) return;
        const kind = pending[0]! >> 4;
        const topicEnd = at + 2 + pending.readUInt16BE(at);
        const number = pending.subarray(topicEnd, topicEnd + 2);
        if (kind === 1) {
          socket.write(Buffer.from([0x20, 8, 0, 0, 5, 0x27, 0, 0, ...u16(mostBytes)]));
        }
        if (kind === 3) sizes.push(at + length);
        if (kind === 3 && (pending[0]! & 6) === 2) socket.write(Buffer.from([0x40, 2, ...number]));
        pending = pending.subarray(at + length);
        if (pending.length < 2) return;
      }
    });
  }));
  return Object.assign(server, { sizes });
}

const u16 = (value: number) => [value >> 8, value & 0xff];

Deno.test("mqtt: what just fits into a broker's packets is sent, and no byte more", async () => {
  // The length of the rest has a byte more from 128 and from 16 384 on.
  for (
    const [mostBytes, lengthBytes, next] of [[129, 1, 131], [2000, 2, 2001], [20_000, 3, 20_001]]
  ) {
    for (const qos of ["0", "1"]) {
      await using broker = await measuringBroker(mostBytes!);
      const sink = plugin.create(plugin.schema.parse({
        broker: `127.0.0.1:${broker.port}`,
        protocol: "5",
        qos,
        topic: "ü",
      }));
      // Head, its length, the topic, a number, no properties.
      const most = mostBytes! - (1 + lengthBytes! + 4 + (qos === "0" ? 0 : 2) + 1);
      await sink.write(formatted("x".repeat(most)));
      await assertRejects(() => sink.write(formatted("x".repeat(most + 1))), {
        code: "rejected",
        message: new RegExp(` has ${next}$`),
      });
      while (broker.sizes.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
      await sink.close();
      assertEquals(broker.sizes, [mostBytes]);
    }
  }
});

Deno.test("mqtt: what a broker says when it ends the connection is told", async () => {
  const quota = [0xe0, 2, 0x97, 0], other = [0xe0, 9, 0x8b, 7, 0x1f, 0, 4, 27, 98, 121, 101];
  for (
    const [bytes, told] of [
      [quota, ": Quota exceeded"],
      [other, ": Server shutting down, \\u001bbye"],
      [[0xe0, 0], ""],
    ] as const
  ) {
    await using server = await listening(createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => {
        socket.write(new Uint8Array([0x20, 3, 0, 0, 0]));
        socket.once("data", () => socket.end(new Uint8Array(bytes)));
      });
    }));
    const broker = `127.0.0.1:${server.port}`;
    const sink = plugin.create(plugin.schema.parse({ broker, protocol: "5", qos: "1" }));
    await assertRejects(() => sink.write(formatted("x")), {
      code: "unavailable",
      message: `Cannot write to MQTT at ${broker}: the broker ended the connection${told}`,
    });
    await sink.close();
  }
});

testWithPeer("mqtt: a broker that comes back is connected again", MOSQUITTO, async () => {
  await using mosquitto = await startMosquitto();
  const sink = mosquitto.sinkWith();
  await sink.write(formatted("1"));
  await mosquitto.server.stop();
  await assertRejects(() => sink.write(formatted("2")), { code: "unavailable" });
  await using _again = await mosquitto.restart();
  await using listener = await listen(mosquitto.port);
  await sink.write(formatted("2"));
  await listener.until(1);
  assertEquals(listener.messages[0]!.text, "2");
  await sink.close();
});

testWithPeer("mqtt: passwords are checked, and not told", MOSQUITTO, async () => {
  const folder = await Deno.makeTempDir({ prefix: "falcod-mqtt-" });
  const passwords = `${folder}/passwords`;
  await Deno.writeTextFile(passwords, "falco:right\n", { mode: 0o600 });
  await new Deno.Command("mosquitto_passwd", { args: ["-U", passwords] }).output();
  await using mosquitto = await startMosquitto(
    ...["allow_anonymous false", `password_file ${passwords}`],
  );
  const wrong = mosquitto.sinkWith({ user: "falco", password: "TOLD-TO-NOBODY" });
  const error = await wrong.write(formatted("1")).catch((error) => error);
  assertEquals(error.code, "unavailable");
  assert(/not authorized/i.test(error.message) && !error.message.includes("TOLD"), error.message);
  const right = mosquitto.sinkWith({ user: "falco", password: "right" });
  await right.write(formatted("1"));
  for (const sink of [wrong, right]) await sink.close();
  await Deno.remove(folder, { recursive: true });
});

testWithPeer(
  "mqtt: TLS shows the client's certificate and asks for the broker's",
  MOSQUITTO,
  async () => {
    await using files = await clientFiles();
    const tlsPort = freePort();
    await using mosquitto = await startMosquitto(
      `listener ${tlsPort} 127.0.0.1`,
      `cafile ${files.authority}`,
      `certfile ${files.serverCertificate}`,
      `keyfile ${files.serverKey}`,
      "require_certificate true",
      "allow_anonymous true",
    );
    const broker = `127.0.0.1:${tlsPort}`;
    for (const tls of files.right) {
      const sink = mosquitto.sinkWith({ broker, tls });
      await sink.write(formatted("1"));
      await sink.close();
    }
    for (const tls of [...files.wrong, { enabled: false }]) {
      const sink = mosquitto.sinkWith({ broker, tls });
      await assertRejects(() => sink.write(formatted("2")), { code: "unavailable" });
      await sink.close();
    }
  },
);

Deno.test("mqtt: a broker that talks and talks loses the connection", async () => {
  const pings = new Uint8Array(60_000).map((_, index) => index % 2 === 0 ? 0xd0 : 0);
  // One packet of 256 MiB.
  const message = [0x30, 0xff, 0xff, 0xff, 0x7f];
  for (const [first, piece] of [[[], pings], [message, new Uint8Array(60_000)]] as const) {
    let bytes = 0;
    const { promise: lost, resolve } = Promise.withResolvers<void>();
    const server = createServer((socket) => {
      socket.on("error", () => {}).once("close", () => resolve());
      const talk = () => {
        while (socket.writable && socket.write(piece)) bytes += piece.length;
        socket.once("drain", talk);
      };
      socket.once("data", () => {
        socket.write(new Uint8Array([0x20, 2, 0, 0, ...first]));
        talk();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const sink = plugin.create(plugin.schema.parse({ broker: `127.0.0.1:${port}`, qos: "1" }));
    await assertRejects(() => sink.write(formatted("x")), { code: "unavailable" });
    await sink.close();
    await lost;
    await new Promise<void>((resolve) => server.close(() => resolve()));
    assert(bytes < 64 << 20, String(bytes));
  }
});
