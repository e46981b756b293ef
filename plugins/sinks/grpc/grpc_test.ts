import { ChannelCredentials, Client, type ServiceError } from "@grpc/grpc-js";
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { type Logger, type OutputValue, WireMessage } from "../../../core/mod.ts";
import { assert, assertEquals, assertRejects } from "../../../tests/assert.ts";
import { newAuthority } from "../../../tests/certificates.ts";
import { HOSTILE, sampleAlert } from "../../../tests/contract/formatter_suite.ts";
import { formatted, type SinkSubject, testSink } from "../../../tests/contract/sink_suite.ts";
import { encodeFrame, packMessages, readFrames, unpackMessages } from "./frames.ts";
import { GrpcSink } from "./mod.ts";
import { bindAddressOf, schema } from "./schema.ts";

const EMPTY = Buffer.alloc(0);
const MB = 1 << 20;

class TestClient {
  readonly #client: Client;

  constructor(target: string, credentials = ChannelCredentials.createInsecure()) {
    this.#client = new Client(target, credentials, {
      "grpc.max_receive_message_length": 16 * MB,
      "grpc.ssl_target_name_override": "localhost",
    });
  }

  /** What `get` has to give now. */
  async get(): Promise<WireMessage[]> {
    const call = this.#client.makeServerStreamRequest(
      "/falco.outputs.service/get",
      Buffer.from,
      (bytes: Buffer) => new WireMessage(bytes),
      EMPTY,
    );
    return await Array.fromAsync(call) as WireMessage[];
  }

  sub() {
    const call = this.#client.makeBidiStreamRequest(
      "/falco.outputs.service/sub",
      Buffer.from,
      (bytes: Buffer) => new WireMessage(bytes),
    );
    call.on("error", () => {});
    return call;
  }

  version(): Promise<WireMessage> {
    return new Promise((resolve, reject) =>
      this.#client.makeUnaryRequest(
        "/falco.version.service/version",
        Buffer.from,
        (bytes: Buffer) => new WireMessage(bytes),
        EMPTY,
        { deadline: Date.now() + 5000 },
        (error: ServiceError | null, message) => error ? reject(error) : resolve(message!),
      )
    );
  }

  close(): void {
    this.#client.close();
  }
}

interface Served extends AsyncDisposable {
  readonly sink: GrpcSink;
  readonly client: TestClient;
  readonly path: string;
}

async function serve(more: Record<string, unknown> = {}, log?: Logger): Promise<Served> {
  const folder = await Deno.makeTempDir({ prefix: "falcod-grpc-" });
  const path = `${folder}/run/falco.sock`;
  const sink = new GrpcSink(schema.parse({ bind_address: `unix://${path}`, ...more }), log);
  await sink.server.listening;
  const client = new TestClient(`unix:${path}`);
  return {
    sink,
    client,
    path,
    [Symbol.asyncDispose]: async () => {
      client.close();
      await sink.close().catch(() => {});
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function open(): Promise<SinkSubject> {
  const served = await serve();
  const lines: string[] = [];
  return {
    sink: {
      write: (batch) => served.sink.write(batch),
      close: async () => {
        const left = await served.client.get().catch(() => []);
        lines.push(...left.map((message) => message.text(5)));
        await served.sink.close();
      },
    },
    received: async () => {
      const more = await served.client.get().catch(() => []);
      return [...lines.splice(0), ...more.map((message) => message.text(5))];
    },
    breakDown: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => served[Symbol.asyncDispose](),
  };
}

testSink("grpc", open, { broken: "alerts wait here whether or not somebody fetches them" });

Deno.test("grpc: get answers what Falco answered, each alert once", async () => {
  await using served = await serve({ time_format_iso_8601: true });
  const alert = sampleAlert({ tags: ["testing", "process", "testing"] });
  await served.sink.write([{ alert, line: "a line" }]);
  const [message] = await served.client.get();
  assert(message);
  assertEquals(message.message(1)?.integer(1), 1470327477n);
  assertEquals(message.message(1)?.integer(2), 881785348n);
  assertEquals([message.integer(2), message.integer(3)], [4n, 0n]);
  assertEquals([4, 5, 7, 9].map((field) => message.text(field)), [
    "open_from_cat",
    "a line",
    "host-1",
    "syscall",
  ]);
  assertEquals(message.allTexts(8), ["process", "testing"]);
  assertEquals(Object.fromEntries(message.texts(6)), {
    "proc.cmdline": "cat /dev/null",
    "evt.time.iso8601": "2016-08-04T16:17:57.881785348+0000",
  });
  assertEquals(await served.client.get(), []);
});

Deno.test("grpc: values of fields are text, priorities and sources their numbers", async () => {
  await using served = await serve();
  const fields = new Map<string, OutputValue>([["a", 1n], ["b", null], ["c", true], [
    "d",
    HOSTILE,
  ]]);
  await served.sink.write([
    { alert: sampleAlert({ fields, priority: "Emergency", source: "okta" }), line: HOSTILE },
    { alert: sampleAlert({ priority: "Debug", source: "internal" }), line: "" },
  ]);
  const [first, second] = await served.client.get();
  const { "evt.time": time, ...others } = Object.fromEntries(first!.texts(6));
  assert(/^\d\d:\d\d:\d\d\.\d{9}$/.test(time!), time);
  assertEquals(others, { a: "1", b: "<NA>", c: "true", d: HOSTILE.toWellFormed() });
  assertEquals([first!.integer(2), first!.integer(3)], [0n, 3n]);
  assertEquals([second!.integer(2), second!.integer(3)], [7n, 2n]);
});

Deno.test("grpc: sub gives alerts as they come, to one of those who listen", async () => {
  await using served = await serve();
  const calls = [served.client.sub(), served.client.sub()];
  const lines: string[] = [];
  const arrived = Promise.withResolvers<void>();
  for (const call of calls) {
    call.on("data", (message: WireMessage) => {
      if (lines.push(message.text(5)) === 4) arrived.resolve();
    });
    call.write(EMPTY);
  }
  await served.sink.write(formatted("1", "2"));
  await served.sink.write(formatted("3", "4"));
  await arrived.promise;
  assertEquals(lines.sort(), ["1", "2", "3", "4"]);
  const ends = calls.map((call) => once(call, "end"));
  for (const call of calls) call.end();
  await Promise.all(ends);
});

Deno.test("grpc: what a client left behind is the next one's", async () => {
  await using served = await serve();
  const call = served.client.sub();
  call.write(EMPTY);
  await served.sink.write(formatted("1"));
  await once(call, "data");
  call.cancel();
  await once(call, "close").catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 50));
  await served.sink.write(formatted("2"));
  assertEquals((await served.client.get()).map((message) => message.text(5)), ["2"]);
});

Deno.test("grpc: version tells whose alerts these are", async () => {
  await using served = await serve({ version: "1.2.3-rc1+abc", engine_version: "0.63.4" });
  const message = await served.client.version();
  assertEquals([message.text(1), message.text(5), message.text(6)], [
    "1.2.3-rc1+abc",
    "rc1",
    "abc",
  ]);
  assertEquals([2, 3, 4, 9, 7, 10].map((field) => Number(message.integer(field))), [
    ...[1, 2, 3],
    ...[0, 63, 4],
  ]);
  assertEquals(message.text(11), "0.63.4");
});

Deno.test("grpc: when nobody fetches, the rest waits outside and is told at the end", async () => {
  await using served = await serve({ capacity: 2 });
  const stop = new AbortController();
  const writing = served.sink.write(formatted("1", "2", "3"), { signal: stop.signal });
  await new Promise((resolve) => setTimeout(resolve, 10));
  stop.abort();
  await assertRejects(() => writing, { code: "unavailable", accepted: 2 });
  await assertRejects(() => served.sink.close(), {
    message: "no gRPC client has fetched 2 alerts",
  });
  await served.sink.close();
});

Deno.test("grpc: a socket left over is replaced, another program's is not", async () => {
  await using first = await serve();
  const errors: string[] = [];
  const log = { debug() {}, info() {}, warning() {}, error: (text: string) => errors.push(text) };
  const second = new GrpcSink(schema.parse({ bind_address: `unix:${first.path}` }), log);
  await second.started;
  assert(second.trouble()?.includes("another program listens"), second.trouble());
  assertEquals(first.sink.trouble(), undefined);
  await second.close();
  assert(errors[0]?.includes("another program listens"), errors[0]);
  assertEquals((await Deno.stat(first.path)).mode! & 0o777, 0o600);

  const stale = `${first.path}.stale`;
  await leaveSocket(stale);
  const third = new GrpcSink(schema.parse({ bind_address: `unix://${stale}` }));
  assert(await third.server.listening);
  await third.close();
});

/** As a program leaves it that was killed. */
async function leaveSocket(path: string): Promise<void> {
  const script = `Deno.listen({ transport: "unix", path: ${JSON.stringify(path)} });
    Deno.kill(Deno.pid, "SIGKILL");`;
  await new Deno.Command(Deno.execPath(), { args: ["eval", script], stderr: "null" }).output();
}

Deno.test("grpc: over TCP both sides show certificates", async () => {
  const folder = await Deno.makeTempDir({ prefix: "falcod-grpc-" });
  const [authority, other] = [await newAuthority(), await newAuthority("another")];
  const server = await authority.issue({ commonName: "server" });
  const client = await authority.issue({ commonName: "client" });
  const stranger = await other.issue({ commonName: "stranger" });
  await Deno.writeTextFile(`${folder}/server.key`, server.key);
  await Deno.writeTextFile(`${folder}/server.crt`, server.certificate);
  await Deno.writeTextFile(`${folder}/ca.crt`, authority.certificate);
  const sink = new GrpcSink(schema.parse({
    bind_address: "127.0.0.1:0",
    private_key: `${folder}/server.key`,
    cert_chain: `${folder}/server.crt`,
    root_certs: `${folder}/ca.crt`,
  }));
  const port = (await sink.server.listening)!.port;
  const clientWith = (own?: { readonly certificate: string; readonly key: string }) =>
    new TestClient(
      `127.0.0.1:${port}`,
      ChannelCredentials.createSsl(
        Buffer.from(authority.certificate),
        own ? Buffer.from(own.key) : null,
        own ? Buffer.from(own.certificate) : null,
      ),
    );
  await sink.write(formatted("1"));
  const known = clientWith(client);
  for (const unknown of [clientWith(), clientWith(stranger)]) {
    await assertRejects(() => unknown.version());
    unknown.close();
  }
  assertEquals((await known.get()).map((message) => message.text(5)), ["1"]);
  known.close();
  await sink.close();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("grpc: a certificate that is not there is told", async () => {
  const told = Promise.withResolvers<string>();
  const nothing = () => {};
  const log = { debug: nothing, info: nothing, warning: nothing, error: told.resolve };
  const [private_key, cert_chain, root_certs] = new Array(3).fill("/no/such/file.pem");
  const sink = new GrpcSink(
    schema.parse({ bind_address: "127.0.0.1:0", private_key, cert_chain, root_certs }),
    log,
  );
  assertEquals(
    await told.promise,
    "Cannot serve gRPC at 127.0.0.1:0, which is tried again: " +
      'cannot read "/no/such/file.pem": there is no such file',
  );
  await sink.close();
});

Deno.test("grpc: when its server is killed, falcod goes on, and no alert is lost", async () => {
  await using served = await serve();
  const { sink, path } = served;
  await sink.write(formatted("1", "2"));
  const killed = sink.server.pid!;
  Deno.kill(killed, "SIGKILL");
  while (sink.server.pid === killed) await new Promise((resolve) => setTimeout(resolve, 10));
  const client = new TestClient(`unix:${path}`);
  const found = await eventually(() => client.get());
  assertEquals(found.map((message) => message.text(5)), ["1", "2"]);
  client.close();
});

/** The server may not listen yet. */
async function eventually<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** The preface of HTTP/2, then frames: length, type, flags, stream, payload. */
const PREFACE = new TextEncoder().encode("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
const SETTINGS = Uint8Array.of(0, 0, 0, 4, 0, 0, 0, 0, 0);
const GOAWAY = Uint8Array.of(0, 0, 8, 7, 0, 0, 0, 0, 0, ...new Array<number>(8).fill(0));

/** What no client should say after that it goes away. */
function randomFrame(): Uint8Array {
  const [type = 0, flags = 0, stream = 0, ...payload] = crypto.getRandomValues(new Uint8Array(15));
  return Uint8Array.of(0, 0, payload.length, type % 11, flags, 0, 0, 0, stream % 6, ...payload);
}

Deno.test("grpc: clients that break the rules of HTTP/2, many and fast, cost no alert", async () => {
  const errors: string[] = [];
  const log = { debug() {}, info() {}, warning() {}, error: (text: string) => errors.push(text) };
  await using served = await serve({}, log);
  await served.sink.write(formatted("1"));
  for (let round = 0; round < 100 && errors.length === 0; round++) {
    await Promise.all(Array.from({ length: 5 }, async (_, index) => {
      const socket = await Deno.connect({ transport: "unix", path: served.path }).catch(() => {});
      // Its server has just been brought down.
      if (!socket) return;
      const frames = Array.from({ length: index + 1 }, randomFrame);
      await socket.write(Buffer.concat([PREFACE, SETTINGS, GOAWAY, ...frames])).catch(() => {});
      if (round % 2 > 0) await new Promise((resolve) => setTimeout(resolve, 2));
      socket.close();
    }));
  }
  const client = new TestClient(`unix:${served.path}`);
  const found = await eventually(() => client.get());
  assertEquals(found.map((message) => message.text(5)), ["1"]);
  client.close();
  for (const error of errors) assert(error.includes("is started again"), error);
});

Deno.test("grpc: what falcod and its server say to each other comes in any pieces", async () => {
  const sent = [new Uint8Array(), Uint8Array.of(1, 2, 3), new Uint8Array(5000).fill(7)];
  const bytes = Buffer.concat([
    encodeFrame(1, { id: 7, payload: packMessages(sent) }),
    encodeFrame(2, { id: 2 ** 32 - 1, number: 9 }),
  ]);
  for (const size of [1, 7, 1000, bytes.length]) {
    const pieces = Array.from(
      { length: Math.ceil(bytes.length / size) },
      (_, index) => bytes.subarray(index * size, (index + 1) * size),
    );
    const [first, second] = await Array.fromAsync(readFrames(stream(pieces), 1 << 20));
    assertEquals([first!.kind, first!.id, unpackMessages(first!.payload)], [1, 7, sent]);
    assertEquals([second!.id, second!.number, second!.payload.length], [2 ** 32 - 1, 9, 0]);
  }
  const tooMuch = stream([encodeFrame(0, { payload: new Uint8Array(101) })]);
  await assertRejects(() => Array.fromAsync(readFrames(tooMuch, 100)));
  for (let i = 0; i < 1000; i++) {
    const garbage = crypto.getRandomValues(new Uint8Array(64));
    await Array.fromAsync(readFrames(stream([garbage]), 32)).catch((error) => {
      if (!(error instanceof RangeError)) throw error;
    });
  }
});

async function* stream(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}

Deno.test("grpc: addresses are sockets or host and port", () => {
  assertEquals(bindAddressOf("unix:///run/falco.sock"), { path: "/run/falco.sock" });
  assertEquals(bindAddressOf("unix:/run/falco.sock"), { path: "/run/falco.sock" });
  assertEquals(bindAddressOf("[::1]:5060"), { address: "[::1]:5060" });
  for (
    const wrong of ["", "unix:falco.sock", "5060", "http://host:1", `unix:/${"x".repeat(108)}`]
  ) {
    assertEquals(bindAddressOf(wrong), undefined);
  }
});
