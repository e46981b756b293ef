/** Requests by HTTP/2: what is told of answers, and of servers that do not speak it. */
import {
  createSecureServer,
  createServer,
  type Http2Server,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import { createServer as createTcpServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { SinkError } from "../plugin/mod.ts";
import { newAuthority } from "../../tests/certificates.ts";
import { assert, assertEquals } from "../../tests/assert.ts";
import { answering, listening, proxyServer, rejection, target } from "../../tests/http_servers.ts";

type Answer = (stream: ServerHttp2Stream, path: string) => void;

/** Answers with what it was sent, in capital letters, and a trailer. */
function echo(stream: ServerHttp2Stream): void {
  const pieces: Uint8Array[] = [];
  stream.on("data", (piece: Uint8Array) => pieces.push(piece));
  stream.on("end", () => {
    stream.respond({ ":status": 200, "x-head": "h" }, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ "x-tail": "t" }));
    stream.end(String(Buffer.concat(pieces)).toUpperCase());
  });
}

function answeredBy(server: Http2Server, answer: Answer) {
  const sessions: ServerHttp2Session[] = [];
  const seen: Record<string, unknown>[] = [];
  server.on("session", (session) => {
    sessions.push(session);
    session.on("error", () => {});
  });
  server.on("stream", (stream, headers) => {
    stream.on("error", () => {});
    seen.push(headers);
    answer(stream as ServerHttp2Stream, String(headers[":path"]));
  });
  return { sessions, seen };
}

async function http2Server(answer: Answer = echo) {
  const server = createServer();
  const seen = answeredBy(server, answer);
  const address = await listening(server as unknown as Server);
  return Object.assign(address, { ...seen, url: `http://127.0.0.1:${address.port}/a?b` });
}

async function secureHttp2Server() {
  const authority = await newAuthority();
  const folder = await Deno.makeTempDir();
  const { certificate, key } = await authority.issue({ commonName: "server" });
  const client = await authority.issue({ commonName: "client" });
  const names = { "ca.pem": authority.certificate, "own.pem": client.certificate + client.key };
  for (const [name, text] of Object.entries(names)) {
    await Deno.writeTextFile(`${folder}/${name}`, text);
  }
  const server = createSecureServer({
    cert: certificate,
    key,
    ca: authority.certificate,
    requestCert: true,
    rejectUnauthorized: true,
  });
  const seen = answeredBy(server as unknown as Http2Server, echo);
  const address = await listening(server as unknown as Server);
  return {
    ...seen,
    place: `127.0.0.1:${address.port}`,
    url: `https://127.0.0.1:${address.port}/a?b`,
    tls: { ca: `${folder}/ca.pem`, client_certificate: `${folder}/own.pem` },
    [Symbol.asyncDispose]: async () => {
      await address[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

const http2 = { isHttp2: true };

Deno.test("send() by HTTP/2 tells head, body and trailers, over one connection", async () => {
  await using server = await http2Server();
  await using to = target(server.url, { headers: { "X-Own": "1", Host: "other" } }, http2);
  const long = "a".repeat(200_000);
  const { status, headers, body, trailers } = await to.send({ body: "one" });
  assertEquals([status, headers["x-head"], body, trailers?.["x-tail"]], [200, "h", "ONE", "t"]);
  assertEquals((await to.send({ body: long })).bytes.length, 64 << 10);
  const some = await Promise.all(["b", "c"].map((body) => to.send({ body })));
  assertEquals(some.map(({ body }) => body), ["B", "C"]);
  const { ":method": method, ":path": path, ":authority": authority, ...rest } = server.seen[0]!;
  assertEquals([method, path, authority], ["POST", "/a?b", "other"]);
  assertEquals([rest["x-own"], rest["content-length"]], ["1", "3"]);
});

Deno.test("send() by HTTP/2 makes another connection where the last one has ended", async () => {
  await using server = await http2Server();
  await using to = target(server.url, {}, http2);
  await to.send({ body: "1" });
  await to.send({ body: "2" });
  assertEquals(server.sessions.length, 1);
  const ended = new Promise((resolve) => server.sessions[0]!.once("close", resolve));
  server.sessions[0]!.close();
  await ended;
  await new Promise((resolve) => setTimeout(resolve, 20));
  assertEquals((await to.send({ body: "c" })).body, "C");
  assertEquals(server.sessions.length, 2);
  await using short = target(server.url, { keep_alive: false }, http2);
  await short.send({ body: "1" });
  await short.send({ body: "2" });
  assertEquals(server.sessions.length, 4);
});

Deno.test("send() by HTTP/2 speaks TLS with a certificate of its own, also through a proxy", async () => {
  await using server = await secureHttp2Server();
  await using to = target(server.url, { tls: server.tls }, http2);
  assertEquals((await to.send({ body: "a" })).body, "A");
  await using proxy = await proxyServer();
  await using far = target(
    server.url,
    { tls: server.tls, proxy: `http://${proxy.place}` },
    http2,
  );
  assertEquals((await far.send({ body: "b" })).body, "B");
  assertEquals(proxy.asked, [server.place]);
  const { ca } = server.tls;
  for (const tls of [{}, { ca }, { insecure: true }]) {
    await using other = target(server.url, { tls }, http2);
    const { code, message } = await rejection(other.send({ body: "1" }));
    assertEquals(code, "unavailable");
    assert(/certificate/i.test(message), message);
  }
});

Deno.test("send() by HTTP/2 without TLS has a proxy lead there, who reads nothing", async () => {
  await using server = await http2Server();
  await using proxy = await proxyServer();
  await using to = target(server.url, { proxy: `http://${proxy.place}` }, http2);
  assertEquals((await to.send({ body: "a" })).body, "A");
  assertEquals(proxy.asked, [`127.0.0.1:${server.port}`]);
  await using nowhere = target(server.url, { proxy: "http://127.0.0.1:1" }, http2);
  const { message } = await rejection(nowhere.send({ body: "1" }));
  assert(message.includes("no way to the proxy"), message);
});

Deno.test("send() by HTTP/2 tells of servers that do not speak it", async () => {
  for (const said of ["HTTP/1.1 400 Bad Request\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n", ""]) {
    await using server = await answering(() => said);
    await using to = target(`http://127.0.0.1:${server.port}/`, {}, http2);
    const { code, message } = await rejection(to.send({ body: "1" }));
    assertEquals(code, "unavailable");
    assert(message.includes("the connection broke before the answer"), message);
  }
  const { certificate, key } = await (await newAuthority()).issue({ commonName: "server" });
  const server = createTlsServer({ cert: certificate, key }, (socket) => {
    socket.on("error", () => {}).resume();
  });
  await using address = await listening(server);
  await using to = target(
    `https://127.0.0.1:${address.port}/`,
    { tls: { insecure: true } },
    http2,
  );
  const { message, unclear } = await rejection(to.send({ body: "1" }));
  assert(message.endsWith("the server speaks no HTTP/2"), message);
  assertEquals(unclear, undefined);
});

/** RFC 9113 4.1 */
function frame(type: number, flags: number, stream: number, payload: readonly number[] = []) {
  return Buffer.from([0, 0, payload.length, type, flags, 0, 0, 0, stream, ...payload]);
}

const PREFACE_BYTES = 24, HEAD_BYTES = 9;
const DATA = 0, HEADERS = 1, RST_STREAM = 3, SETTINGS = 4, GOAWAY = 7;
const ACK = 1, END_STREAM = 1, END_HEADERS = 4;
/** HPACK of `:status: 200`, and of `x-tail: t`. */
const STATUS_200 = 0x88, TAIL = [0, 6, ...Buffer.from("x-tail"), 1, ...Buffer.from("t")];

/** Streams whose requests have ended, in all that a client has sent. */
function requestsIn(bytes: Uint8Array): readonly number[] {
  const streams: number[] = [];
  for (let at = PREFACE_BYTES; at + HEAD_BYTES <= bytes.length;) {
    const head = Buffer.from(bytes.subarray(at, at + HEAD_BYTES));
    const [type, flags] = [head[3]!, head[4]!];
    if ((type === DATA || type === HEADERS) && (flags & END_STREAM) !== 0) {
      streams.push(head.readUInt32BE(5));
    }
    at += HEAD_BYTES + head.readUIntBE(0, 3);
  }
  return streams;
}

Deno.test("send() by HTTP/2 outlives a server that pushes what nobody asked for", async () => {
  const PUSH_PROMISE = 5;
  const GET_FROM_A = [0x82, 0x86, 0x84, 0x41, 1, 0x61];
  await using server = await listening(createTcpServer((socket) => {
    let seen: Uint8Array = new Uint8Array();
    let answered = 0;
    socket.write(Buffer.concat([frame(SETTINGS, 0, 0), frame(SETTINGS, 1, 0)]));
    socket.on("error", () => {}).on("data", (bytes: Uint8Array) => {
      seen = Buffer.concat([seen, bytes]);
      const asked = requestsIn(seen);
      for (; answered < asked.length; answered++) {
        const stream = asked[answered]!;
        socket.write(Buffer.concat([
          // Each time the same: from the second on nobody may promise it any more.
          frame(PUSH_PROMISE, END_HEADERS, stream, [0, 0, 0, 2, ...GET_FROM_A]),
          frame(HEADERS, END_HEADERS, 2, [STATUS_200]),
          frame(HEADERS, END_HEADERS | END_STREAM, stream, [STATUS_200]),
        ]));
      }
    });
  }));
  await using to = target(`http://127.0.0.1:${server.port}/`, {}, http2);
  for (let n = 0; n < 4; n++) {
    const stop = new AbortController();
    const late = setTimeout(() => stop.abort(new SinkError("unavailable", "late")), 300);
    const sending = to.send({ body: "1" }, { signal: stop.signal });
    await sending.catch(({ code }) => assertEquals(code, "unavailable"));
    clearTimeout(late);
    // An error that nobody hears is told a moment later.
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
});

const BREAKS: Readonly<Record<string, Answer>> = {
  "/reset": (stream) => stream.close(2),
  "/nothing": (stream) => stream.session!.destroy(),
};

Deno.test("send() by HTTP/2 does not know what became of an alert without an answer", async () => {
  await using server = await http2Server((stream, path) => (BREAKS[path] ?? echo)(stream, path));
  await using to = target(server.url, {}, http2);
  for (const path of Object.keys(BREAKS)) {
    const url = `http://127.0.0.1:${server.port}${path}`;
    const { code, message, unclear } = await rejection(to.send({ body: "1", url }));
    assertEquals([path, code, unclear], [path, "unavailable", Infinity]);
    assert(message.includes("the connection broke"), `${path}: ${message}`);
    assertEquals((await to.send({ body: "b" })).body, "B");
  }
});

type End = (stream: number) => readonly Uint8Array[] | undefined;

/** Answers each request with a head, a piece of a body, and then as `end` says; absent: it hangs up. */
function answersThatEnd(end: End) {
  return (socket: Socket): void => {
    let seen: Uint8Array = new Uint8Array();
    let answered = 0;
    socket.write(Buffer.concat([frame(SETTINGS, 0, 0), frame(SETTINGS, ACK, 0)]));
    socket.on("error", () => {}).on("data", (bytes: Uint8Array) => {
      seen = Buffer.concat([seen, bytes]);
      const asked = requestsIn(seen);
      for (; answered < asked.length; answered++) {
        const stream = asked[answered]!;
        const begun = [
          frame(HEADERS, END_HEADERS, stream, [STATUS_200]),
          frame(DATA, 0, stream, [97]),
        ];
        const ended = end(stream);
        // Byte by byte: no frame comes as a whole.
        for (const byte of Buffer.concat([...begun, ...ended ?? []])) {
          socket.write(new Uint8Array([byte]));
        }
        if (!ended) socket.end();
      }
    });
  };
}

function rawServer(end: End) {
  return listening(createTcpServer(answersThatEnd(end)));
}

async function secureRawServer(end: End) {
  const { certificate, key } = await (await newAuthority()).issue({ commonName: "server" });
  const options = { cert: certificate, key, ALPNProtocols: ["h2"] };
  return await listening(createTlsServer(options, answersThatEnd(end)));
}

const NO_ERROR = [0, 0, 0, 0], CANCEL = [0, 0, 0, 8];
const BROKEN_OFF: Readonly<Record<string, End>> = {
  "a reset": (stream) => [frame(RST_STREAM, 0, stream, CANCEL)],
  "a reset without an error": (stream) => [frame(RST_STREAM, 0, stream, NO_ERROR)],
  "the end of all": (stream) => [
    frame(GOAWAY, 0, 0, [0, 0, 0, stream, ...NO_ERROR]),
    frame(RST_STREAM, 0, stream, NO_ERROR),
  ],
  "nothing more": () => undefined,
};

for (const [name, end] of Object.entries(BROKEN_OFF)) {
  Deno.test(`send() by HTTP/2 takes no answer for a whole one that ends with ${name}`, async () => {
    await using server = await rawServer(end);
    await using to = target(`http://127.0.0.1:${server.port}/`, {}, http2);
    for (let n = 0; n < 2; n++) {
      const { code, message, unclear } = await rejection(to.send({ body: "1" }));
      assertEquals([code, unclear], ["unavailable", Infinity]);
      assert(message.includes("the connection broke in the answer"), message);
    }
  });
}

Deno.test("send() by HTTP/2 knows of answers within TLS, too, which were whole", async () => {
  let end = BROKEN_OFF["a reset without an error"]!;
  await using server = await secureRawServer((stream) => end(stream));
  const url = `https://127.0.0.1:${server.port}/`;
  await using to = target(url, { tls: { insecure: true } }, http2);
  const { message } = await rejection(to.send({ body: "1" }));
  assert(message.includes("the connection broke in the answer"), message);
  end = (stream) => [frame(DATA, END_STREAM, stream, [98])];
  assertEquals((await to.send({ body: "1" })).body, "ab");
});

Deno.test("send() by HTTP/2 takes an answer for whole that ends with its body or with trailers", async () => {
  let end: End = (stream) => [
    frame(DATA, END_STREAM, stream, [98]),
    frame(RST_STREAM, 0, stream, NO_ERROR),
  ];
  await using server = await rawServer((stream) => end(stream));
  await using to = target(`http://127.0.0.1:${server.port}/`, {}, http2);
  assertEquals((await to.send({ body: "1" })).body, "ab");
  end = (stream) => [frame(HEADERS, END_HEADERS | END_STREAM, stream, TAIL)];
  const { body, trailers } = await to.send({ body: "1" });
  assertEquals([body, trailers?.["x-tail"]], ["a", "t"]);
});

Deno.test("send() by HTTP/2 hears a server that answers before it has read all", async () => {
  await using server = await http2Server((stream, path) => {
    if (path !== "/large") return echo(stream);
    stream.respond({ ":status": 200, "x-head": "too large" }, { endStream: true });
    stream.close(0);
  });
  await using to = target(server.url, {}, http2);
  const url = `http://127.0.0.1:${server.port}/large`;
  const { headers } = await to.send({ body: new Uint8Array(8 << 20), url });
  assertEquals(headers["x-head"], "too large");
  assertEquals((await to.send({ body: "b" })).body, "B");
  assertEquals(server.sessions.length, 1);
});

Deno.test("send() by HTTP/2 ends with its signal, and with the sink", async () => {
  await using server = await http2Server((stream, path) => path === "/hang" || echo(stream));
  await using to = target(server.url, {}, http2);
  const url = `http://127.0.0.1:${server.port}/hang`;
  const stop = new AbortController();
  const sending = rejection(to.send({ body: "1", url }, { signal: stop.signal }));
  const late = new SinkError("unavailable", "no answer within 1 ms");
  setTimeout(() => stop.abort(late), 50);
  assertEquals(await sending, late);
  assertEquals((await to.send({ body: "b" })).body, "B");
  const hanging = rejection(to.send({ body: "1", url }));
  setTimeout(() => to.close(), 50);
  assert((await hanging).message.includes("The sink was closed"));
});

Deno.test("send() by HTTP/2 gives up servers that take the connection and say nothing", async () => {
  await using server = await listening(createTcpServer((socket) => {
    socket.on("error", () => {}).resume();
  }));
  await using to = target(`http://127.0.0.1:${server.port}/`, {}, http2);
  const signal = AbortSignal.timeout(50);
  const { code } = await rejection(to.send({ body: "1" }, { signal }));
  assertEquals(code, "unavailable");
});
