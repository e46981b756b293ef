import { assert, assertEquals, assertRejects } from "../../../tests/assert.ts";
import { HOSTILE, sampleAlert } from "../../../tests/contract/formatter_suite.ts";
import { formatted, type SinkSubject, testSink } from "../../../tests/contract/sink_suite.ts";
import { freePort } from "../../../tests/free_port.ts";
import { clientFiles } from "../../../tests/peers/certificate_files.ts";
import { installed, startServer, testWithPeer } from "../../../tests/peers/server.ts";
import plugin from "./mod.ts";
import { ServerReader } from "./protocol.ts";

const NATS = { program: "nats-server", package: "nats-server" };

async function startNats(...args: string[]) {
  const port = freePort();
  const folder = await Deno.makeTempDir({ prefix: "falcod-nats-" });
  const server = await startServer({
    program: NATS.program,
    args: ["-a", "127.0.0.1", "-p", `${port}`, "-js", "-sd", folder, ...args],
    ports: [port],
  });
  return {
    port,
    server,
    sinkWith: (more: Record<string, unknown> = {}) =>
      plugin.create(plugin.schema.parse({ host_port: `127.0.0.1:${port}`, ...more })),
    [Symbol.asyncDispose]: async () => {
      await server.stop();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Somebody else who listens, with nothing but the protocol. */
async function listen(port: number, subject = ">") {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const messages: { subject: string; payload: string }[] = [];
  const reader = new ServerReader();
  let pongs = 0;
  const say = (text: string) => connection.write(new TextEncoder().encode(text));
  await say('CONNECT {"verbose":false,"headers":true,"protocol":1}\r\n');
  await say(`SUB ${subject} 1\r\n`);
  const reading = (async () => {
    for await (const bytes of connection.readable) {
      for (const message of reader.take(bytes)) {
        if (message.kind === "pong") pongs++;
        if (message.kind !== "message") continue;
        const { subject, payload } = message;
        messages.push({ subject, payload: new TextDecoder().decode(payload) });
      }
    }
  })().catch(() => {});
  const settled = async () => {
    const before = pongs;
    await say("PING\r\n");
    while (pongs === before) await new Promise((resolve) => setTimeout(resolve, 2));
  };
  await settled();
  return {
    messages,
    settled,
    /** What a service answers. */
    ask: async (subject: string, payload: string): Promise<string> => {
      const inbox = `test.${crypto.randomUUID()}`;
      await say(`PUB ${subject} ${inbox} ${payload.length}\r\n${payload}\r\n`);
      for (;;) {
        const answer = messages.find((message) => message.subject === inbox);
        if (answer) return answer.payload;
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    },
    [Symbol.asyncDispose]: async () => {
      try {
        connection.close();
      } catch {
        // The server has closed it.
      }
      await reading;
    },
  };
}

async function open(): Promise<SinkSubject> {
  const nats = await startNats();
  const listener = await listen(nats.port);
  const sink = nats.sinkWith();
  return {
    sink,
    received: async () => {
      await listener.settled();
      return listener.messages.map(({ payload }) => payload);
    },
    breakDown: () => nats.server.stop(),
    [Symbol.asyncDispose]: async () => {
      await sink.close();
      await listener[Symbol.asyncDispose]();
      await nats[Symbol.asyncDispose]();
    },
  };
}

const missing = installed(NATS.program) ? undefined : "Debian's nats-server is not installed";
testSink(
  "nats",
  open,
  missing === undefined
    ? {}
    : { order: missing, empty: missing, long: missing, broken: missing, close: missing },
);

testWithPeer("nats: subjects are made of what alerts say, whatever that is", NATS, async () => {
  await using nats = await startNats();
  await using listener = await listen(nats.port);
  const sink = nats.sinkWith();
  const alert = sampleAlert({ rule: `> * ${HOSTILE} PUB x 0\r\n`, priority: "Critical" });
  await sink.write([{ alert, line: HOSTILE }, { alert: sampleAlert({ rule: "" }), line: "" }]);
  await listener.settled();
  assertEquals(listener.messages.map(({ subject, payload }) => [subject, payload]), [
    ["falco.critical.x_10_00_00_000000000_emergency_forged_2j_pub_x_0", HOSTILE.toWellFormed()],
    ["falco.warning._", ""],
  ]);
  await sink.close();
});

testWithPeer("nats: a stream keeps each alert once", NATS, async () => {
  await using nats = await startNats();
  await using listener = await listen(nats.port, "test.>");
  const sink = nats.sinkWith({ jetstream: true });
  await assertRejects(() => sink.write(formatted("1")), {
    code: "unavailable",
    accepted: 0,
    message: /no stream keeps the subject "falco\.[\w.]+"/,
  });
  const stream = { name: "FALCO", subjects: ["falco.>"], storage: "memory" };
  await listener.ask("$JS.API.STREAM.CREATE.FALCO", JSON.stringify(stream));
  await sink.write(formatted("1", "2"));
  await sink.write(formatted("2", "3"));
  // As JSON it says so when it is sent again.
  await sink.write(formatted("3").map((one) => ({ ...one, line: `${one.line} repeated` })));
  const info = JSON.parse(await listener.ask("$JS.API.STREAM.INFO.FALCO", ""));
  assertEquals(info.state.messages, 3);
  await sink.close();
});

testWithPeer("nats: what is too large is refused alone", NATS, async () => {
  await using nats = await startNats();
  await using listener = await listen(nats.port);
  const sink = nats.sinkWith();
  const batch = formatted("1", "x".repeat(2_000_000), "3");
  await assertRejects(() => sink.write(batch), { code: "rejected", accepted: 1, refused: 1 });
  await sink.write(batch.slice(2));
  await listener.settled();
  assertEquals(listener.messages.map(({ payload }) => payload), ["1", "3"]);
  await sink.close();
});

testWithPeer("nats: a server that comes back is connected again", NATS, async () => {
  await using nats = await startNats();
  const sink = nats.sinkWith();
  await sink.write(formatted("1"));
  await nats.server.stop();
  await assertRejects(() => sink.write(formatted("2")), { code: "unavailable" });
  await using _again = await startServer({
    program: NATS.program,
    args: ["-a", "127.0.0.1", "-p", `${nats.port}`],
    ports: [nats.port],
  });
  await using listener = await listen(nats.port);
  await sink.write(formatted("2"));
  await listener.settled();
  assertEquals(listener.messages.map(({ payload }) => payload), ["2"]);
  await sink.close();
});

testWithPeer("nats: passwords are checked, and not told", NATS, async () => {
  await using nats = await startNats("--user", "falco", "--pass", "right");
  const wrong = nats.sinkWith({ user: "falco", password: "WRONG-ONE" });
  const error = await wrong.write(formatted("1")).catch((error) => error);
  assertEquals(error.code, "unavailable");
  assert(String(error).includes("Authorization Violation"), String(error));
  assert(!String(error).includes("WRONG-ONE"));
  const right = nats.sinkWith({ user: "falco", password: "right" });
  await right.write(formatted("1"));
  for (const sink of [wrong, right]) await sink.close();
});

testWithPeer(
  "nats: TLS shows the client's certificate and asks for the server's",
  NATS,
  async () => {
    await using files = await clientFiles();
    await using nats = await startNats(
      ...["--tls", "--tlsverify", "--tlscert", files.serverCertificate],
      ...["--tlskey", files.serverKey, "--tlscacert", files.authority],
    );
    for (const tls of files.right) {
      const sink = nats.sinkWith({ tls });
      await sink.write(formatted("1"));
      await sink.close();
    }
    for (const tls of [...files.wrong, { enabled: false }]) {
      const sink = nats.sinkWith({ tls });
      await assertRejects(() => sink.write(formatted("1")), { code: "unavailable" });
      await sink.close();
    }
  },
);

Deno.test("nats: subjects that cannot be are refused", () => {
  const parse = (subject: string) => plugin.schema.safeParse({ subject_template: subject }).success;
  for (const right of ["falco", "falco.<rule>", "a.<priority>-<source>.b"]) assert(parse(right));
  for (const wrong of ["", "a..b", "a b", "a.*", "a.>", ".a", "a.", "a\r\nPUB"]) {
    assert(!parse(wrong), wrong);
  }
});

Deno.test("nats: what is no NATS is told from it", async () => {
  using server = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const greetings = ["220 mail.example ESMTP\r\n", "INFO null\r\n", "INFO 5\r\n"];
  const serving = (async () => {
    for await (const connection of server) {
      await connection.write(new TextEncoder().encode(greetings.shift()));
      await connection.read(new Uint8Array(10)).catch(() => {});
      connection.close();
    }
  })();
  const sink = plugin.create(plugin.schema.parse({ host_port: `127.0.0.1:${server.addr.port}` }));
  while (greetings.length > 0) {
    await assertRejects(() => sink.write(formatted("1")), {
      code: "unavailable",
      message: /this is no NATS server/,
    });
  }
  await sink.close();
  server.close();
  await serving.catch(() => {});
});
