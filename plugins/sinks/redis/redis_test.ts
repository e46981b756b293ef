import { connect, createServer } from "node:net";
import { assert, assertEquals, assertRejects } from "../../../tests/assert.ts";
import { HOSTILE, sampleAlert } from "../../../tests/contract/formatter_suite.ts";
import { formatted, type SinkSubject, testSink } from "../../../tests/contract/sink_suite.ts";
import { freePort } from "../../../tests/free_port.ts";
import { listening } from "../../../tests/http_servers.ts";
import { clientFiles } from "../../../tests/peers/certificate_files.ts";
import {
  installed,
  type PeerServer,
  startServer,
  testWithPeer,
} from "../../../tests/peers/server.ts";
import { RedisConnection } from "./connection.ts";
import plugin from "./mod.ts";

const REDIS = { program: "redis-server", package: "redis-server" };

interface Redis extends AsyncDisposable {
  readonly port: number;
  readonly server: PeerServer;
  ask(...command: string[]): Promise<unknown>;
}

async function startRedis(...args: string[]): Promise<Redis> {
  const port = freePort();
  const folder = Deno.makeTempDirSync({ prefix: "falcod-redis-" });
  const server = await startServer({
    program: REDIS.program,
    args: ["--port", `${port}`, "--bind", "127.0.0.1", "--save", "", "--dir", folder, ...args],
    ports: [port],
  });
  return {
    port,
    server,
    ask: async (...command) => {
      const socket = connect({ host: "127.0.0.1", port });
      const connection = new RedisConnection(socket);
      const [reply] = await connection.ask([command]);
      connection.destroy();
      return reply;
    },
    [Symbol.asyncDispose]: async () => {
      await server.stop();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

function sinkAt(port: number, more: Record<string, unknown> = {}) {
  return plugin.create(plugin.schema.parse({ address: `127.0.0.1:${port}`, ...more }));
}

async function open(): Promise<SinkSubject> {
  const redis = await startRedis();
  const sink = sinkAt(redis.port);
  return {
    sink,
    received: async () => await redis.ask("LRANGE", "falco", "0", "-1") as string[],
    breakDown: () => redis.server.stop(),
    [Symbol.asyncDispose]: async () => {
      await sink.close();
      await redis[Symbol.asyncDispose]();
    },
  };
}

const missing = installed(REDIS.program) ? undefined : "Debian's redis-server is not installed";
testSink(
  "redis",
  open,
  missing === undefined
    ? {}
    : { order: missing, empty: missing, long: missing, broken: missing, close: missing },
);

testWithPeer("redis: a server that comes back is connected again", REDIS, async () => {
  await using redis = await startRedis();
  const sink = sinkAt(redis.port);
  await sink.write(formatted("1"));
  await redis.server.stop();
  await assertRejects(() => sink.write(formatted("2")), { code: "unavailable" });
  await using _again = await startServer({
    program: REDIS.program,
    args: ["--port", `${redis.port}`, "--bind", "127.0.0.1", "--save", ""],
    ports: [redis.port],
  });
  await sink.write(formatted("2"));
  assertEquals(await redis.ask("LRANGE", "falco", "0", "-1"), ["2"]);
  await sink.close();
});

testWithPeer(
  "redis: lists keep the newest, streams and hashes have an entry each",
  REDIS,
  async () => {
    await using redis = await startRedis();
    const list = sinkAt(redis.port, { max_length: 2, key: "list" });
    await list.write(formatted("1", "2", "3"));
    assertEquals(await redis.ask("LRANGE", "list", "0", "-1"), ["2", "3"]);
    const stream = sinkAt(redis.port, { storage_type: "stream", key: "stream", max_length: 1000 });
    await stream.write(formatted("1", "2"));
    const entries = await redis.ask("XRANGE", "stream", "-", "+") as [string, string[]][];
    const fields = ["rule", "open_from_cat", "priority", "Warning", "source", "syscall", "alert"];
    assertEquals(entries.map(([, entry]) => entry), [[...fields, "1"], [...fields, "2"]]);
    const hash = sinkAt(redis.port, { storage_type: "hashmap", key: "hash" });
    await hash.write(formatted("1", "2"));
    assertEquals((await redis.ask("HVALS", "hash") as string[]).sort(), ["1", "2"]);
    const uuid = "7e0c1b9c-7b0f-4a53-8d3c-0b1d7b3e9a55";
    const named = { alert: sampleAlert({ uuid }), line: "3" };
    await hash.write([named]);
    // Sent again, it is there once.
    await hash.write([named]);
    assertEquals(await redis.ask("HGET", "hash", uuid), "3");
    assertEquals(await redis.ask("HLEN", "hash"), 3);
    const channel = sinkAt(redis.port, { storage_type: "channel" });
    await channel.write(formatted("nobody listens"));
    for (const sink of [list, stream, hash, channel]) await sink.close();
  },
);

testWithPeer("redis: keys are made of what alerts say, whatever that is", REDIS, async () => {
  await using redis = await startRedis();
  const sink = sinkAt(redis.port, { key: "falco:<priority>:<rule>:<hostname>" });
  const alert = sampleAlert({ rule: HOSTILE, hostname: "" });
  await sink.write([{ alert, line: HOSTILE }]);
  const [key] = await redis.ask("KEYS", "*") as [string];
  assertEquals(key, "falco:warning:x_10_00_00_000000000_emergency_forged_2j:_");
  assertEquals(await redis.ask("LRANGE", key, "0", "-1"), [HOSTILE.toWellFormed()]);
  await sink.close();
});

testWithPeer("redis: a key that holds something else is refused for good", REDIS, async () => {
  await using redis = await startRedis();
  await redis.ask("SET", "falco", "text");
  const sink = sinkAt(redis.port);
  await assertRejects(() => sink.write(formatted("1")), { code: "rejected" });
  await redis.ask("DEL", "falco");
  await sink.write(formatted("2"));
  await sink.close();
});

/** Answers the commands of a transaction with one alert. */
async function scriptedRedis(answers: () => string) {
  return await listening(createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", (bytes) => String(bytes).includes("EXEC") && socket.write(answers()));
  }));
}

Deno.test("redis: an answer that would have no end is not waited for", async () => {
  await using server = await scriptedRedis(() => "+OK\r\n+QUEUED\r\n*99999999\r\n:1\r\n");
  const sink = sinkAt(server.port, { password: "" });
  await assertRejects(() => sink.write(formatted("1")), { message: /: a reply has no end$/ });
  await sink.close();
});

Deno.test("redis: a server that takes no connection says why", async () => {
  const words = "-DENIED Redis is running in protected mode\r\n";
  for (const password of ["", "pw"]) {
    await using server = await listening(createServer((socket) => {
      socket.on("error", () => {}).end(words);
    }));
    const sink = sinkAt(server.port, { password });
    await assertRejects(() => sink.write(formatted("1")), {
      code: "unavailable",
      message: /^Cannot (connect|write) to .*: DENIED Redis is running in protected mode$/,
    });
    await sink.close();
  }
});

testWithPeer("redis: a server that has no room for a connection says so", REDIS, async () => {
  await using redis = await startRedis("--maxclients", "1");
  await redis.ask("PING");
  const first = sinkAt(redis.port);
  await first.write(formatted("1")).catch(() => {});
  const told: string[] = [];
  // A machine that is busy may part its words so that the first of what is written meets their end.
  while (told.length < 20 && !told.some((one) => /max number of clients/.test(one))) {
    const other = sinkAt(redis.port);
    told.push(await other.write(formatted("2")).then(() => "", ({ message }) => message));
    await other.close();
  }
  assert(told.length < 20, told.join("\n"));
  await first.close();
});

Deno.test("redis: only a transaction that was done has the alerts", async () => {
  let done = "";
  await using server = await scriptedRedis(() => `+OK\r\n+QUEUED\r\n${done}`);
  const sink = sinkAt(server.port, { password: "" });
  for (const other of ["*-1\r\n", "*0\r\n", "+OK\r\n", "$-1\r\n"]) {
    done = other;
    await assertRejects(() => sink.write(formatted("1")), {
      code: "unavailable",
      message: /: the transaction was not done$/,
    });
  }
  done = "*1\r\n:1\r\n";
  await sink.write(formatted("1"));
  done = `*1\r\n-WRONGTYPE \x1b[2J${"x".repeat(100_000)}\r\n`;
  const error = await sink.write(formatted("1")).catch((error) => error);
  await sink.close();
  assertEquals(error.code, "rejected");
  assert(/^Redis: WRONGTYPE \\u001b\[2Jx{200,}…$/.test(error.message), error.message);
});

testWithPeer("redis: a wrong password is not told to anybody", REDIS, async () => {
  await using redis = await startRedis("--requirepass", "right");
  const wrong = sinkAt(redis.port, { password: "TOLD-TO-NOBODY" });
  const error = await wrong.write(formatted("1")).catch((error) => error);
  assertEquals(error.code, "unavailable");
  assert(!String(error).includes("TOLD-TO-NOBODY"), String(error));
  await sinkAt(redis.port, { password: "right", username: "default" }).write(formatted("1"));
});

testWithPeer(
  "redis: TLS shows the client's certificate and asks for the server's",
  REDIS,
  async () => {
    await using files = await clientFiles();
    const tlsPort = freePort();
    await using redis = await startRedis(
      ...["--tls-port", `${tlsPort}`, "--tls-cert-file", files.serverCertificate],
      ...["--tls-key-file", files.serverKey, "--tls-ca-cert-file", files.authority],
      ...["--tls-auth-clients", "yes"],
    );
    for (const tls of files.right) {
      const sink = sinkAt(tlsPort, { tls });
      await sink.write(formatted("1"));
      await sink.close();
    }
    for (const tls of files.wrong) {
      const sink = sinkAt(tlsPort, { tls });
      await assertRejects(() => sink.write(formatted("2")), { code: "unavailable" });
      await sink.close();
    }
    assertEquals(await redis.ask("LRANGE", "falco", "0", "-1"), ["1", "1"]);
  },
);

Deno.test("redis: settings that cannot be are refused", () => {
  const wrong = [{ address: "a b" }, { address: "host:99999" }, { storage_type: "set" }, {
    more: 1,
  }];
  for (const config of wrong) assert(!plugin.schema.safeParse(config).success);
});
