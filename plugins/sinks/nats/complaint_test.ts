/** What servers of NATS refuse, and how it is told. */
import { createServer } from "node:net";
import { assert, assertEquals, assertRejects } from "../../../tests/assert.ts";
import { formatted } from "../../../tests/contract/sink_suite.ts";
import { freePort } from "../../../tests/free_port.ts";
import { listening } from "../../../tests/http_servers.ts";
import { type Script, scriptedServer } from "../../../tests/nats_server.ts";
import { startServer, testWithPeer } from "../../../tests/peers/server.ts";
import { SinkError } from "../../../core/mod.ts";
import { sampleAlert } from "../../../tests/contract/formatter_suite.ts";
import plugin from "./mod.ts";

const NATS = { program: "nats-server", package: "nats-server" };

/** A sink that has nothing refused waits for ever; here it is given up. */
const patient = () => {
  const late = new SinkError("unavailable", "nobody has said anything");
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(late), 3000);
  return { signal: stop.signal, [Symbol.dispose]: () => clearTimeout(timer) };
};

function sinkAt(port: number, more: Record<string, unknown> = {}) {
  return plugin.create(plugin.schema.parse({ host_port: `127.0.0.1:${port}`, ...more }));
}

function message(reply: string, payload: string): string {
  return `MSG ${reply} 1 ${Buffer.byteLength(payload)}\r\n${payload}\r\n`;
}

const ALLOWED = `
  authorization { users = [
    { user: writer, password: s3cr3t-w0rd,
      permissions: { publish: { allow: "falco.>", deny: "falco.critical.>" }, subscribe: { deny: ">" } } }
    { user: asker, password: s3cr3t-w0rd,
      permissions: { publish: { deny: "falco.critical.>" }, subscribe: "_INBOX.>" } }
  ] }
  max_payload: 2000
  jetstream {}
`;

async function strictNats() {
  const port = freePort();
  const folder = await Deno.makeTempDir({ prefix: "falcod-nats-" });
  await Deno.writeTextFile(`${folder}/nats.conf`, ALLOWED);
  const server = await startServer({
    program: NATS.program,
    args: ["-a", "127.0.0.1", "-p", `${port}`, "-sd", folder, "-c", `${folder}/nats.conf`],
    ports: [port],
  });
  return {
    sinkOf: (user: string, more: Record<string, unknown> = {}) =>
      sinkAt(port, { user, password: "s3cr3t-w0rd", ...more }),
    [Symbol.asyncDispose]: async () => {
      await server.stop();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

const critical = () => ({ alert: sampleAlert({ priority: "Critical" }), line: "x" });

testWithPeer(
  "nats: subjects that may not be written to are told, behind what has arrived",
  NATS,
  async () => {
    await using nats = await strictNats();
    const sink = nats.sinkOf("writer");
    // Who only publishes need not be allowed to listen.
    await sink.write(formatted("1"));
    const batch = [...formatted("2"), critical(), ...formatted("3")];
    await assertRejects(() => sink.write(batch), {
      code: "unavailable",
      accepted: 1,
      message:
        /Permissions Violation for Publish to "falco\.critical\.open_from_cat" \(it does not allow this\)$/,
    });
    await sink.close();
  },
);

Deno.test("nats: what a server has behind a subject that it refuses is not published again", async () => {
  const came: string[] = [];
  let isStrict = true;
  await using server = await scriptedServer({
    answer: ({ subject, payload }) => {
      if (isStrict && subject.startsWith("falco.critical")) {
        return `-ERR 'Permissions Violation for Publish to "${subject}"'\r\n`;
      }
      came.push(String(payload));
      return "";
    },
  });
  const sink = sinkAt(server.port);
  let batch = [...formatted("1"), critical(), ...formatted("2", "3")];
  for (const accepted of [1, 0, 0]) {
    // Nothing of them may have arrived without anybody knowing.
    await assertRejects(() => sink.write(batch), { code: "unavailable", accepted, unclear: 0 });
    batch = batch.slice(accepted);
  }
  assertEquals(came, ["1", "2", "3"]);
  isStrict = false;
  await sink.write(batch);
  assertEquals(came, ["1", "2", "3", "x"]);
  // One that comes later is another one.
  await sink.write(batch.slice(1));
  assertEquals(came, ["1", "2", "3", "x", "2", "3"]);
  await sink.close();
});

testWithPeer(
  "nats: what is never answered because it is not allowed is told at once",
  NATS,
  async () => {
    await using nats = await strictNats();
    using context = patient();
    const sink = nats.sinkOf("asker", { jetstream: true });
    await assertRejects(() => sink.write([critical()], context), {
      code: "unavailable",
      message: /: the server says: Permissions Violation for Publish to "falco\.critical\./,
    });
    await sink.close();
    const deaf = nats.sinkOf("writer", { jetstream: true });
    await assertRejects(() => deaf.write(formatted("1"), context), {
      code: "unavailable",
      message: /^Cannot connect to .*: the server says: Permissions Violation for Subscription to /,
    });
    await deaf.close();
    const streaming = nats.sinkOf("asker", {
      cluster_id: "c1",
      subject_template: "falco.critical.x",
    });
    await assertRejects(() => streaming.write(formatted("1"), context), {
      message: /there is no cluster "c1"$/,
    });
    await streaming.close();
  },
);

testWithPeer("nats: a server that has no room for a connection says so", NATS, async () => {
  const folder = await Deno.makeTempDir({ prefix: "falcod-nats-" });
  await Deno.writeTextFile(`${folder}/nats.conf`, "max_connections: 1\n");
  const port = freePort();
  const server = await startServer({
    program: NATS.program,
    args: ["-a", "127.0.0.1", "-p", `${port}`, "-c", `${folder}/nats.conf`],
    ports: [port],
  });
  const first = sinkAt(port);
  // Who has looked whether the server is there counts, too, until that has seen that they have gone.
  let hasRoom = false;
  for (let tries = 0; !hasRoom; tries++) {
    assert(tries < 100);
    hasRoom = await first.write(formatted("1")).then(() => true, () => false);
  }
  const told: string[] = [];
  // A machine that is busy may part its words so that the first of what is written meets their end.
  while (told.length < 20 && !told.some((one) => /says: maximum connections/i.test(one))) {
    const other = sinkAt(port);
    told.push(await other.write(formatted("2")).catch(({ message }) => message));
    await other.close();
  }
  assert(told.length < 20, told.join("\n"));
  await first.close();
  await server.stop();
  await Deno.remove(folder, { recursive: true });
});

testWithPeer("nats: what is too large with its headers only is refused alone", NATS, async () => {
  await using nats = await strictNats();
  const sink = nats.sinkOf("asker", { jetstream: true });
  await assertRejects(() => sink.write(formatted("x".repeat(2000))), {
    code: "rejected",
    refused: 1,
    message: /takes 2000 bytes a message, an alert for "falco\.warning\.open_from_cat" has 20\d\d$/,
  });
  await sink.close();
});

Deno.test("nats: what a server says in place of a greeting, or behind it, is told", async () => {
  const words = "-ERR 'maximum connections exceeded'\r\n";
  for (const said of [words, `INFO {"max_payload":1000}\r\n${words}`]) {
    await using server = await listening(createServer((socket) => {
      socket.on("error", () => {}).end(said);
    }));
    const sink = sinkAt(server.port);
    await assertRejects(() => sink.write(formatted("1")), {
      code: "unavailable",
      message: /^Cannot connect to .*: the server says: maximum connections exceeded$/,
    });
    await sink.close();
  }
});

Deno.test("nats: a server that talks and talks loses the connection", async () => {
  const piece = 'PING\r\nINFO {"max_payload":1000}\r\n'.repeat(2000);
  let bytes = 0;
  const lost = Promise.withResolvers<void>();
  await using server = await listening(createServer((socket) => {
    socket.on("error", () => {}).once("close", () => lost.resolve());
    socket.write('INFO {"max_payload":1000}\r\n');
    const talk = () => {
      while (socket.writable && socket.write(piece)) bytes += piece.length;
      socket.once("drain", talk);
    };
    socket.resume().once("data", talk);
  }));
  const sink = sinkAt(server.port);
  using context = patient();
  await assertRejects(() => sink.write(formatted("1"), context), {
    code: "unavailable",
    message: /the server says too much$/,
  });
  await lost.promise;
  assert(bytes < 64 << 20, String(bytes));
  await sink.close();
});

Deno.test("nats: what a server says is told on one line, without secrets", async () => {
  const script: Script = { answer: () => "" };
  await using server = await scriptedServer(script);
  const sink = sinkAt(server.port, { password: "s3cr3t-w0rd", jetstream: true });
  const told = async () => {
    using context = patient();
    const error = await sink.write(formatted("1"), context).catch((error) => error);
    assertEquals(error.code, "unavailable");
    return error.message.replace(/^Cannot (\w+ \w+) NATS at \S+: /, "$1: ");
  };
  script.greeting = "-ERR 'Authorization Violation'\r\n";
  assertEquals(
    await told(),
    "connect to: the server says: Authorization Violation (it wants other credentials)",
  );
  script.greeting = undefined;
  script.answer = () => "-ERR 'Slow Consumer'\r\n";
  assertEquals(await told(), "write to: the server says: Slow Consumer");
  script.answer = () => "-ERR \x1b[2Jno s3cr3t-w0rd\u202e\r\n";
  assertEquals(await told(), "write to: the server says: \\u001b[2Jno [secret]\\u202e");
  script.answer = () => `-ERR '${"x".repeat(100_000)}'\r\n`;
  const long = await told();
  assert(long.length < 400, long);
  // The connection goes on; what is not told of this subject is of no interest.
  script.answer = ({ reply }) =>
    `-ERR 'Permissions Violation for Publish to "other"'\r\n${
      message(reply, '{"stream":"S","seq":1}')
    }`;
  await sink.write(formatted("1"));
  // And is said by a server that ends the connection after it.
  script.answer = ({ socket }) => {
    setTimeout(() => socket.destroy(), 20);
    return "-ERR 'User Authentication Expired'\r\n";
  };
  assertEquals(
    await told(),
    "write to: the server says: User Authentication Expired (it wants new credentials)",
  );
  await sink.close();
});

const KEPT = '{"stream":"S","seq":1}';
const TOO_LARGE = {
  code: 400,
  err_code: 10054,
  description: "message size exceeds maximum allowed",
};
const NO_ROOM = {
  code: 400,
  err_code: 10002,
  description: "resource limits exceeded for account s3cr3t-w0rd",
};
const ANSWERS: readonly (readonly [payload: string, code: string | undefined, told?: RegExp])[] = [
  [KEPT, undefined],
  [JSON.stringify({ error: TOO_LARGE }), "rejected", /: message size exceeds maximum allowed$/],
  [JSON.stringify({ error: { ...TOO_LARGE, err_code: undefined } }), "rejected"],
  [JSON.stringify({ error: NO_ROOM }), "unavailable", /exceeded for account \[secret\]$/],
  ["{}", "unavailable", /the answer of a stream .* cannot be read$/],
  ["null", "unavailable", /cannot be read$/],
  ["", "unavailable", /cannot be read$/],
  [KEPT.slice(0, -3), "unavailable", /cannot be read$/],
  ['{"error":{}}', "unavailable", /cannot be read$/],
];

Deno.test("nats: only a stream that says it has a message has it", async () => {
  let payload = "";
  await using server = await scriptedServer({
    answer: ({ reply }) => message(reply, payload),
  });
  const sink = sinkAt(server.port, { password: "s3cr3t-w0rd", jetstream: true });
  for (const [answer, code, told = /^/] of ANSWERS) {
    payload = answer;
    const error = await sink.write(formatted("1")).then(() => undefined, (error) => error);
    assertEquals([answer, error?.code], [answer, code]);
    if (code !== undefined) assert(told.test(error.message), error.message);
  }
  await sink.close();
});

Deno.test("nats: how large messages may be is as the server has said last", async () => {
  let info = 'INFO {"max_payload":100,"headers":true}\r\n';
  await using server = await scriptedServer({ answer: () => info });
  const sink = sinkAt(server.port);
  const long = formatted("x".repeat(500));
  await sink.write(long);
  await assertRejects(() => sink.write(long), { code: "rejected", message: / takes 100 bytes / });
  await sink.close();
  info = 'INFO {"max_payload":-1,"headers":true}\r\n';
  const unbounded = sinkAt(server.port);
  await unbounded.write(long);
  await unbounded.write(formatted("x".repeat(5000)));
  await unbounded.close();
});
