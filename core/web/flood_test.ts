/** What clients can do that come in large numbers. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { assert, assertEquals } from "../../tests/assert.ts";
import { Fixture, mirror, tlsFolder } from "../../tests/web_server.ts";
import { STANDARD_LIMITS } from "./limits.ts";

const REQUEST = "GET /mirror HTTP/1.1\r\nHost: h\r\n\r\n";

async function send(conn: Deno.Conn, text: string): Promise<void> {
  await conn.write(new TextEncoder().encode(text)).catch(() => {});
}

/** All that comes until the other end closes. */
async function rest(conn: Deno.Conn): Promise<string> {
  return await new Response(conn.readable).text().catch(() => "");
}

Deno.test("who asks far ahead loses the connection, and whoever asks for one thing is answered", async () => {
  await using fixture = new Fixture();
  const { server } = await fixture.serve();
  const { port } = server.address!;
  const floods = await Promise.all(
    Array.from({ length: 60 }, async () => {
      const conn = await Deno.connect({ port });
      await send(conn, REQUEST.repeat(500));
      return conn;
    }),
  );
  const conn = await Deno.connect({ port });
  await send(conn, REQUEST.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
  assert((await rest(conn)).startsWith("HTTP/1.1 200"));
  await Promise.all(floods.map(rest));
  const { crowdedOut, requests, faults } = server.counters;
  assertEquals([crowdedOut, faults], [60, 0]);
  assertEquals(requests, 60 * (STANDARD_LIMITS.maxPipelined + 1) + 1);
});

Deno.test("a few requests ahead are answered in order", async () => {
  await using fixture = new Fixture();
  const { server } = await fixture.serve();
  const conn = await Deno.connect({ port: server.address!.port });
  const bodies = ["1", "2", "3"];
  const posts = bodies.map((body) =>
    `POST /mirror HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n${body}`
  );
  await send(conn, posts.join("") + REQUEST.replace("h\r\n", "h\r\nConnection: close\r\n"));
  const found = [...(await rest(conn)).matchAll(/"body":"(.?)"/g)].map(([, body]) => body);
  assertEquals(found, [...bodies, ""]);
});

Deno.test("what never came to a TLS session is not kept", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  using made = await tlsFolder();
  await using fixture = new Fixture();
  const { server } = await fixture.serve(mirror, made.tls);
  const { port } = server.address!;
  const fail = async (count: number) => {
    const before = server.counters.failedHandshakes;
    for (let i = 0; i < count; i++) (await Deno.connect({ port })).close();
    while (server.counters.failedHandshakes < before + count) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    collect();
    return Deno.memoryUsage().heapUsed;
  };
  const before = await fail(200);
  const kept = await fail(1000) - before;
  // Deno's own timer for handshakes would keep 5 MB of them for two minutes.
  assert(kept < 2 << 20, `${kept} bytes`);
});

Deno.test("a body in crumbs costs its connection, with TLS, too, and is answered", async () => {
  using made = await tlsFolder();
  const head = "POST /mirror HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const tls of [undefined, made.tls]) {
    await using fixture = new Fixture();
    const { server } = await fixture.serve(mirror, tls);
    const { port } = server.address!;
    const caCerts = [Deno.readTextFileSync(made.path("ca.pem"))];
    const connect = () =>
      tls ? Deno.connectTls({ hostname: "localhost", port, caCerts }) : Deno.connect({ port });
    const conn = await connect();
    await send(conn, `${head}${"1\r\nx\r\n".repeat(5000)}0\r\n\r\n`);
    assert((await rest(conn)).startsWith("HTTP/1.1 400"));
    const honest = await connect();
    const pieces = `${"2\r\nxy\r\n".repeat(400)}0\r\n\r\n`;
    await send(honest, head.replace("h\r\n", "h\r\nConnection: close\r\n") + pieces);
    const answer = await rest(honest);
    assert(answer.includes("xyxy"), answer);
    assertEquals(server.counters.faults, 0);
  }
});
