import { getEventListeners } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server } from "node:net";
import { gunzipSync } from "node:zlib";
import { Secret, SinkError } from "../plugin/mod.ts";
import { assert, assertEquals, assertRejects } from "../../tests/assert.ts";
import { freePort } from "../../tests/free_port.ts";
import {
  answering,
  handler,
  listening,
  rejection,
  type Seen,
  serve,
  target,
} from "../../tests/http_servers.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

Deno.test("send() posts a body with its type and length, on one connection", async () => {
  await using server = await serve();
  await using to = target(server.url);
  assertEquals((await to.send({ body: '{"a":"ü"}' })).body, "ok");
  await to.send({ body: "x", contentType: "text/plain", method: "PUT" });
  const [one, other] = server.seen;
  assertEquals([one!.method, one!.url, text(one!.body)], [
    "POST",
    "/hook?token=s3cr3t",
    '{"a":"ü"}',
  ]);
  assertEquals(one!.headers["content-type"], "application/json; charset=utf-8");
  assertEquals(one!.headers["content-length"], "10");
  assertEquals(one!.headers["user-agent"], "falcod");
  assertEquals([other!.method, other!.headers["content-type"]], ["PUT", "text/plain"]);
  assertEquals(one!.port, other!.port);
});

Deno.test("send() makes a connection for each request without keep_alive", async () => {
  await using server = await serve();
  await using to = target(server.url, { keep_alive: false });
  await to.send({ body: "1" });
  await to.send({ body: "2" });
  assert(server.seen[0]!.port !== server.seen[1]!.port);
});

Deno.test("send() compresses bodies when told to", async () => {
  await using server = await serve();
  await using to = target(server.url, { compress: true });
  await to.send({ body: "x".repeat(100_000) });
  const [one] = server.seen;
  assertEquals(one!.headers["content-encoding"], "gzip");
  assertEquals(gunzipSync(one!.body).toString(), "x".repeat(100_000));
});

Deno.test("send() adds headers of the settings, and credentials of the address", async () => {
  await using server = await serve();
  const url = server.url.replace("http://", "http://me:p%40ss@");
  await using to = target(url, { headers: { "X-Key": "k1" } }, { headers: { "x-key": "k0" } });
  await to.send({ body: "1" });
  assertEquals(server.seen[0]!.headers["x-key"], "k1");
  assertEquals(server.seen[0]!.headers.authorization, `Basic ${btoa("me:p@ss")}`);
});

const ANSWERS: readonly (readonly [number, "rejected" | "unavailable"])[] = [
  [301, "unavailable"],
  [400, "rejected"],
  [401, "unavailable"],
  [404, "unavailable"],
  [413, "rejected"],
  [422, "rejected"],
  [429, "unavailable"],
  [500, "unavailable"],
  [502, "unavailable"],
];

for (const [status, code] of ANSWERS) {
  Deno.test(`send() finds a batch ${code} that ${status} is the answer to`, async () => {
    await using server = await serve(() => ({ status, body: "why\n\u001b[2J" }));
    await using to = target(new Secret({ value: server.url }));
    const error = await rejection(to.send({ body: "1" }));
    assertEquals(error.code, code);
    assert(error.message.includes(`http://127.0.0.1:${server.port} answered ${status}`));
    assert(error.message.endsWith(": why\\n\\u001b[2J"), error.message);
    assertEquals(server.seen.length, 1);
  });
}

Deno.test("send() tells for how long the server wants to be left alone", async () => {
  const later = new Date(Date.now() + 3_600_000).toUTCString();
  const given = ["120", later, "soon"];
  await using server = await serve(() => ({
    status: 503,
    headers: { "retry-after": given.shift()! },
  }));
  await using to = target(server.url);
  assertEquals((await rejection(to.send({ body: "1" }))).retryAfterMs, 120_000);
  const { retryAfterMs } = await rejection(to.send({ body: "1" }));
  assert(retryAfterMs! > 3_500_000 && retryAfterMs! <= 3_600_000);
  assertEquals((await rejection(to.send({ body: "1" }))).retryAfterMs, undefined);
  const twice = "HTTP/1.1 503 No\r\nRetry-After: 7\r\nRetry-After: 8\r\nContent-Length: 0\r\n\r\n";
  await using other = await answering(() => twice);
  await using there = target(`http://127.0.0.1:${other.port}/`);
  assertEquals((await rejection(there.send({ body: "1" }))).retryAfterMs, 7000);
});

Deno.test("send() follows no redirection and says where it leads, without its path", async () => {
  await using other = await serve();
  await using server = await serve(() => ({ status: 307, headers: { location: other.url } }));
  await using to = target(server.url);
  const { message } = await rejection(to.send({ body: "1" }));
  assert(message.includes(`it has moved to http://127.0.0.1:${other.port}:`), message);
  assert(!message.includes("s3cr3t"));
  assertEquals(other.seen.length, 0);
});

Deno.test("send() never repeats what is secret, even when the server does", async () => {
  await using server = await serve(({ url, headers }) => ({
    status: 400,
    body: `${url} ${headers["x-key"]}`,
  }));
  await using to = target(new Secret({ value: server.url }), { headers: { "x-key": "k-1234567" } });
  const { message } = await rejection(to.send({ body: "1" }));
  assert(message.endsWith(": [secret] [secret]"), message);
});

Deno.test("send() tells of a secret address what is but a place", async () => {
  const place = `http://127.0.0.1:${freePort()}`;
  await using nowhere = target(new Secret({ value: place }));
  const { message } = await rejection(nowhere.send({ body: "1" }));
  assert(message.startsWith(`Cannot reach ${place}: `), message);
});

Deno.test("send() never repeats a part of what is secret", async () => {
  const password = "p@ss-1234", token = "t0k3n-12345", query = "q".repeat(20);
  for (const authorization of [`Bearer ${token}`, `Basic ${btoa(`me:${password}`)}`, undefined]) {
    await using server = await serve(({ headers }) => ({
      status: 400,
      body: `${String(headers.authorization).split(" ")[1]} ${password} ${token} ${query}`,
    }));
    const url = `http://me:${encodeURIComponent(password)}@127.0.0.1:${server.port}/?k=${query}`;
    const headers = { "x-token": new Secret({ value: token }) };
    await using to = target(new Secret({ value: url }), {}, {
      headers: {
        ...headers,
        ...authorization !== undefined && { authorization: new Secret({ value: authorization }) },
      },
    });
    const { message } = await rejection(to.send({ body: "1" }));
    assert(message.endsWith(": [secret] [secret] [secret] [secret]"), message);
  }
});

Deno.test("send() has failures judged by those who know more than their status says", async () => {
  await using server = await serve(() => ({ status: 400, body: "Throttled" }));
  await using to = target(server.url, {}, {
    judge: ({ body }, { message }) =>
      body === "Throttled" ? new SinkError("unavailable", message) : undefined,
  });
  assertEquals((await rejection(to.send({ body: "1" }))).code, "unavailable");
});

Deno.test("send() takes for an answer what was expected, whatever its status says", async () => {
  await using server = await serve(() => ({ status: 404, body: "nothing here" }));
  await using to = target(server.url);
  const { status, body } = await to.send({ body: "1", expected: [404] });
  assertEquals([status, body], [404, "nothing here"]);
  assertEquals((await rejection(to.send({ body: "1", expected: [409] }))).code, "unavailable");
});

Deno.test("send() reads of a long answer only the beginning", async () => {
  await using server = await serve(() => ({ body: "ü".repeat(500_000) }));
  await using to = target(server.url);
  assertEquals((await to.send({ body: "1", mostBytes: 100 })).body, "ü".repeat(50));
  assertEquals((await to.send({ body: "2", mostBytes: 100 })).body.length, 50);
});

Deno.test("send() leaves nothing behind with whom it was told to end by", async () => {
  await using server = await serve();
  await using to = target(server.url);
  const { signal } = new AbortController();
  for (let i = 0; i < 3; i++) await to.send({ body: "1" }, { signal });
  assertEquals(getEventListeners(signal, "abort"), []);
});

/** Takes what it is sent and never answers. */
function silentServer(): Server {
  return createTcpServer((socket) => void socket.on("error", () => {}).resume());
}

Deno.test("send() ends when it is told to, with the reason", async () => {
  await using server = await listening(silentServer());
  await using to = target(`http://127.0.0.1:${server.port}/`);
  const controller = new AbortController();
  const sending = to.send({ body: "1" }, { signal: controller.signal });
  controller.abort(new SinkError("unavailable", "no answer within 5 ms"));
  assertEquals((await rejection(sending)).message, "no answer within 5 ms");
});

Deno.test("send() comes through when the one before it was given up", async () => {
  await using server = await serve();
  await using silent = await listening(silentServer());
  const proxies = { proxy: `http://127.0.0.1:${silent.port}` };
  for (const [url, settings] of [[server.url, {}], ["https://127.0.0.1:1/", proxies]] as const) {
    await using to = target(url, settings);
    for (let i = 0; i < 2; i++) {
      const controller = new AbortController();
      const sending = to.send({ body: "1", url: hanging(url, silent.port) }, controller);
      setTimeout(() => controller.abort(new SinkError("unavailable", "late")), 20);
      assertEquals((await rejection(sending)).message, "late");
    }
    if (url === server.url) assertEquals((await to.send({ body: "2" })).status, 200);
  }
});

/** Where nobody answers: the server itself, or the proxy before it. */
function hanging(url: string, port: number): string {
  return url.startsWith("https") ? url : `http://127.0.0.1:${port}/`;
}

Deno.test("send() uses another connection when the one that waited has been ended", async () => {
  const sockets: { destroy(): void }[] = [];
  const seen: Seen[] = [];
  const server = createServer(handler(seen, () => ({})));
  server.on("connection", (socket) => void sockets.push(socket));
  await using address = await listening(server);
  await using to = target(`http://127.0.0.1:${address.port}/`);
  await to.send({ body: "1" });
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => setTimeout(resolve, 20)); // until both ends know
  await to.send({ body: "2" });
  assertEquals(seen.map(({ body }) => text(body)), ["1", "2"]);
});

Deno.test("send() does not repeat what goes out while the connection ends, and says that it is unclear", async () => {
  const asked: string[] = [];
  await using server = await listening(createTcpServer((socket) => {
    socket.on("error", () => {}).once("data", () => {
      asked.push("1");
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
      socket.once("data", () => {
        asked.push("2");
        socket.destroy();
      });
    });
  }));
  await using to = target(`http://127.0.0.1:${server.port}/`);
  await to.send({ body: "1" });
  assertEquals((await rejection(to.send({ body: "2" }))).unclear, Infinity);
  assertEquals(asked, ["1", "2"]);
});

Deno.test("send() waits with a connection only as long as the server does", async () => {
  await using server = await serve(() => ({ headers: { "keep-alive": "timeout=1" } }));
  await using to = target(server.url);
  await to.send({ body: "1" });
  await to.send({ body: "2" });
  assert(server.seen[0]!.port !== server.seen[1]!.port);
});

Deno.test("send() says who cannot be reached, and why", async () => {
  await using to = target("http://user:pass@127.0.0.1:1/x?token=abc");
  const error = await rejection(to.send({ body: "1" }));
  assertEquals([error.code, error.message], [
    "unavailable",
    "Cannot reach http://127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1",
  ]);
  await using unknown = target("http://nobody.invalid/");
  assert(/ENOTFOUND|EAI_AGAIN/.test((await rejection(unknown.send({ body: "1" }))).message));
});

Deno.test("a request that was given up on a connection kept alive is not sent again", async () => {
  let asked = 0;
  const server = createServer((request, response) => {
    request.resume();
    if (++asked === 1) response.end("ok");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await using to = target(`http://127.0.0.1:${port}`);
  assertEquals((await to.send({ body: "1" })).status, 200);
  const late = AbortSignal.any([AbortSignal.timeout(50)]);
  await assertRejects(() => to.send({ body: "2" }, { signal: late }));
  await new Promise((resolve) => setTimeout(resolve, 200));
  assertEquals(asked, 2);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

Deno.test("close() ends what is under way, and may be called twice", async () => {
  await using server = await listening(silentServer());
  const place = `http://127.0.0.1:${server.port}/`;
  for (const to of [target(place), target("https://127.0.0.1:1/", { proxy: place })]) {
    const connected = to.send({ body: "1" });
    connected.catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 20));
    await to.close();
    await to.close();
    await assertRejects(() => connected, SinkError);
    assertEquals((await rejection(to.send({ body: "1" }))).code, "closed");
  }
});
