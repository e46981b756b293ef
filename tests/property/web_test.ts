/** Whatever is said to a web server: it answers or hangs up, and serves the next. */
import { assert, assertEquals } from "../assert.ts";
import { newAuthority } from "../certificates.ts";
import { Folder } from "../cli/program.ts";
import { jsonReply, readBody, WebServers } from "../../core/web/mod.ts";
import { Random } from "./random.ts";

const ROUNDS = 150;
const HEAD = "POST /here HTTP/1.1\r\nHost: x\r\n";
const REQUESTS = [
  "GET /here HTTP/1.1\r\nHost: x\r\n\r\n",
  `${HEAD}Content-Length: 5\r\n\r\nhello`,
  `${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`,
  `${HEAD}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  `${HEAD}Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello`,
  `${HEAD}Expect: 100-continue\r\nContent-Length: 3\r\n\r\nabc`,
  `${HEAD}Expect: something\r\nContent-Length: 3\r\n\r\nabc`,
  "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n",
  "GET http://else.where/here HTTP/1.1\r\nHost: x\r\n\r\n",
  "GET /here HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
  "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
  "GET /%ff%00?a=%zz HTTP/1.1\r\nHost: x\r\n\r\n",
  "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
].map((text) => [...new TextEncoder().encode(text)]);

function bytes(random: Random, count: number): number[] {
  return Array.from({ length: count }, () => random.below(256));
}

/** One or two requests, cut or with some bytes changed. */
function http1(random: Random): number[] {
  const said = [...random.pick(REQUESTS), ...random.below(3) === 0 ? random.pick(REQUESTS) : []];
  for (let i = random.below(4); i > 0; i--) said[random.below(said.length)] = random.below(256);
  return random.below(4) === 0 ? said.slice(0, random.below(said.length)) : said;
}

/** Frames, some as they should be. RFC 9113, 4.1 */
function http2(random: Random): number[] {
  const said = [
    ...new TextEncoder().encode("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    ...frame(4, 0, 0, []),
  ];
  for (let i = 1 + random.below(8); i > 0; i--) {
    const stream = random.pick([0, 1, 1, 2, 3, 5]);
    const type = random.pick([0, 1, 1, 3, 4, 6, 7, 8, 9, random.below(256)]);
    const flags = random.pick([0, 1, 4, 5, random.below(256)]);
    const size = random.pick([0, 4, 5, 6, 8, random.below(200)]);
    // A POST of "/", by HPACK's table of constants.
    const content = type === 1 && random.below(2) === 0 ? [0x83, 0x84, 0x87] : bytes(random, size);
    said.push(...frame(type, flags, stream, content));
  }
  return said;
}

function frame(type: number, flags: number, stream: number, content: readonly number[]): number[] {
  return [0, content.length >> 8, content.length & 0xff, type, flags, 0, 0, 0, stream, ...content];
}

/** Until the server hangs up, or does not answer any more. */
async function say(connection: Deno.Conn, said: readonly number[]): Promise<void> {
  const timer = setTimeout(() => connection.close(), 20);
  try {
    await connection.write(new Uint8Array(said));
    while (await connection.read(new Uint8Array(4096)) !== null);
    connection.close();
  } catch {
    // Closed by one of us.
  } finally {
    clearTimeout(timer);
  }
}

Deno.test("a web server outlives whatever is said to it", async () => {
  const authority = await newAuthority();
  const { certificate, key } = await authority.issue({ commonName: "server" });
  using folder = new Folder({ "server.pem": certificate + key });
  const path = folder.file("server.pem");
  const said: string[] = [];
  const log = (message: string) => void said.push(message);
  const web = new WebServers({ log: { info: log, warning: log, error: log } });
  const plain = web.at({ hostname: "127.0.0.1", port: 0 });
  const secure = web.at({
    hostname: "localhost",
    port: 0,
    tls: { certificatePath: path, keyPath: path },
  });
  for (const server of [plain, secure]) {
    server.mount({
      path: "/here",
      handle: async (request) =>
        jsonReply((await readBody(request, { maxBytes: 100, timeoutMs: 100 })).kind),
    });
  }
  await web.start();
  try {
    const toPlain = { hostname: "127.0.0.1", port: plain.address!.port };
    const toSecure = { hostname: "localhost", port: secure.address!.port };
    const tls = { ...toSecure, caCerts: [authority.certificate] };
    const random = new Random(5);
    for (let round = 0; round < ROUNDS; round++) {
      await say(await Deno.connect(toPlain), random.below(3) ? http1(random) : bytes(random, 200));
      if (round % 5 === 0) await say(await Deno.connect(toSecure), bytes(random, 200));
      const connection = await Deno.connectTls({ ...tls, alpnProtocols: ["h2"] });
      await connection.handshake();
      await say(connection, http2(random));
    }
    const reply = await fetch(`http://127.0.0.1:${toPlain.port}/here`);
    assertEquals(await reply.json(), "read");
    assertEquals([plain.counters.faults, secure.counters.faults], [0, 0], said.join("\n"));
    assert(plain.counters.requests > 1);
  } finally {
    await web.shutdown();
  }
});
