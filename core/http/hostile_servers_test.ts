/** What becomes of requests to servers that do not speak HTTP, or not all of it, or too much. */
import { createServer as createTcpServer, type Socket } from "node:net";
import { setImmediate } from "node:timers/promises";
import { createServer as createSecureServer } from "node:tls";
import { SinkError } from "../plugin/mod.ts";
import { newAuthority } from "../../tests/certificates.ts";
import { assert, assertEquals, assertThrows } from "../../tests/assert.ts";
import { answering, listening, rejection, serve, target } from "../../tests/http_servers.ts";

for (const announced of ["100 Continue", "103 Early Hints\r\nLink: x", "100 \r\nA: b"]) {
  const name = JSON.stringify(announced);
  Deno.test(`send() gives up an answer that is announced again and again, by ${name}`, async () => {
    const OK = "HTTP/1.1 200 OK\r\nContent-Length: 22\r\n\r\nHTTP/1.1 100 no\r\n\r\nend";
    for (const [count, wanted] of [[16, "end"], [17, "the answer never begins"]] as const) {
      for (const pieceLength of [1000, 7, 1]) {
        const answer = `HTTP/1.1 ${announced}\r\n\r\n`.repeat(count) + OK;
        await using server = await listening(createTcpServer((socket) => {
          socket.on("error", () => {}).setNoDelay(true).on("data", async () => {
            for (let at = 0; at < answer.length; at += pieceLength) {
              socket.write(answer.slice(at, at + pieceLength));
              await setImmediate();
            }
          });
        }));
        await using to = target(`http://127.0.0.1:${server.port}/`);
        for (let i = 0; i < 2; i++) {
          const said = await to.send({ body: "1" })
            .then(({ body }) => body, ({ message }) => message);
          assert(said.endsWith(wanted), said);
        }
      }
    }
  });
}

/** What servers say that are none, or break off; and what is told of it. */
const BROKEN: Readonly<Record<string, string>> = {
  "": "the connection broke before the answer",
  "HTTP/1.1 200 OK\r\nContent-Le": "the connection broke before the answer",
  "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab": "the connection broke in the answer",
  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab":
    "the connection broke in the answer",
  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n":
    "the answer is no HTTP/1.1 (Invalid character in chunk size)",
  "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab":
    "the answer is not as long as it says",
  "HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n":
    "the answer is none to what was asked",
  "HTTP/1.1 100 Continue\r\n\r\n": "the connection broke before the answer",
  "SSH-2.0-OpenSSH_9.2\r\n": "the answer is no HTTP/1.1 (Expected HTTP/, RTSP/ or ICE/)",
  [`HTTP/1.1 200 OK\r\n${"A: b\r\n".repeat(100_000)}`]:
    "the head of the answer has more than 32768 bytes",
  [`HTTP/1.1 200 OK\r\nA: ${"b".repeat(100_000)}`]:
    "the head of the answer has more than 32768 bytes",
};

for (const [answer, told] of Object.entries(BROKEN)) {
  const name = JSON.stringify(answer.slice(0, 100));
  Deno.test(`send() does not know what became of an alert that ${name} is the answer to`, async () => {
    await using server = await answering(() => answer);
    await using to = target(`http://127.0.0.1:${server.port}/`);
    const { code, message, unclear } = await rejection(to.send({ body: "1" }));
    assertEquals([code, unclear], ["unavailable", Infinity]);
    assertEquals(message, `Cannot reach http://127.0.0.1:${server.port}: ${told}`);
    assertEquals(server.asked.length, 1);
  });
}

const PARTS = [
  "HTTP/1.1 200 OK\r\n",
  "HTTP/1.1 100 C\r\n\r\n",
  ...["HTTP/1.0 200\r\n", "HTTP/1.1 103 E\r\n\r\n", "HTTP/2 204\r\n", "HTTP/1.1 200 OK\r\n\r\n"],
  ...["Content-Length: 3\r\n", "Content-Length: 99999999999999999999\r\n", "Connection: close\r\n"],
  ...["Transfer-Encoding: chunked\r\n", "Transfer-Encoding: x, chunked\r\n", "__proto__: 1\r\n"],
  ...[
    "Keep-Alive: timeout=0\r\n",
    "Upgrade: h2c\r\n",
    "A\r\n b\r\n",
    ": x\r\n",
    "\u0000",
    "\u00ff",
  ],
  ...["\r\n", "\r\n\r\n", "3\r\nabc\r\n", "0\r\n\r\n", "0\r\nTrailer: x\r\n\r\n", "ffffffff\r\n"],
  ...["abc", "\x16\x03\x01\x02\x00", "\x15\x03\x03\x00\x02\x02\x28"],
];
const WAYS_TO_END: readonly ((socket: Socket) => void)[] = [
  (socket) => void socket.end(),
  (socket) => void socket.destroy(),
  () => {},
];

/** Answers at random, also before anybody has asked. */
function randomly(socket: Socket, random: (below: number) => number): void {
  const some = () => Array.from({ length: random(9) }, () => PARTS[random(PARTS.length)]).join("");
  socket.on("error", () => {});
  if (random(8) === 0) socket.write(some(), "latin1");
  if (random(12) === 0) return void socket.destroy();
  socket.on("data", () => {
    socket.write(`${random(2) === 0 ? PARTS[0] : ""}${some()}`, "latin1");
    setTimeout(WAYS_TO_END[random(WAYS_TO_END.length)]!, random(3), socket);
  });
}

for (const kind of ["servers", "servers with TLS", "proxies"]) {
  Deno.test(`send() ends in an answer or a SinkError, whatever ${kind} say`, async () => {
    let state = 1;
    const random = (below: number) => (state = state * 48271 % 0x7fffffff) % below;
    const own = await (await newAuthority()).issue({ commonName: "localhost" });
    const answer = (socket: Socket) => randomly(socket, random);
    await using server = await listening(
      kind === "servers with TLS"
        ? createSecureServer({ cert: own.certificate, key: own.key }, answer)
        : createTcpServer(answer),
    );
    const place = `127.0.0.1:${server.port}`;
    const proxy = kind === "proxies" ? { proxy: `http://${place}` } : {};
    const address = kind === "servers" ? `http://${place}` : `https://${place}`;
    await using to = target(address, { tls: { insecure: true }, ...proxy });
    for (let i = 0; i < 200; i++) {
      const late = new AbortController();
      const timer = setTimeout(() => late.abort(new SinkError("unavailable", "late")), 20);
      const body = "x".repeat(random(3) === 0 ? 300_000 : 1);
      await to.send({ body, mostBytes: 2 }, { signal: late.signal })
        .catch((error) => assert(error instanceof SinkError, String(error)));
      clearTimeout(timer);
    }
  });
}

Deno.test("a request is the one that was made, whatever headers and addresses hold", async () => {
  await using server = await serve();
  const smuggled = "1\r\nX-More: 1";
  for (const name of ["content-length", "Transfer-Encoding", "expect", "a b", "a\r\nb"]) {
    assertThrows(() => target(server.url, { headers: { [name]: "1" } }), /another name/);
  }
  await using to = target(`${server.url}&b=${smuggled} HTTP/1.1`, { headers: { "x-a": "\u00ff" } });
  await to.send({ body: "1" });
  const headers = { "x-a": smuggled };
  const { message } = await rejection(to.send({ body: "1", headers }));
  assertEquals(message, 'The header "x-a" has characters it cannot have');
  const [one, ...others] = server.seen;
  assertEquals(others, []);
  assertEquals(one!.url, "/hook?token=s3cr3t&b=1X-More:%201%20HTTP/1.1");
  assertEquals([one!.headers["x-a"], one!.headers["x-more"]], ["\u00ff", undefined]);
});
