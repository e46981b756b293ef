/** Clients that take more by HTTP/2 than is theirs, while an honest one goes on. */
import { assert, assertEquals, assertObjectMatch } from "../../tests/assert.ts";
import { curl } from "../../tests/curl.ts";
import type { Endpoint } from "./endpoint.ts";
import {
  Fixture,
  frame,
  http2Client,
  mirror,
  postHead,
  tlsFolder,
} from "../../tests/web_server.ts";

/** All that comes until the other side hangs up. */
async function said(client: Deno.TlsConn): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  try {
    for await (const piece of client.readable) pieces.push(piece);
  } catch {
    // Cut off.
  }
  return new Uint8Array(pieces.flatMap((piece) => [...piece]));
}

Deno.test("clients are told by HTTP/2 how many requests they may have at a time", async () => {
  using made = await tlsFolder();
  await using fixture = new Fixture({ maxRequestsOfConnection: 7 });
  const { server } = await fixture.serve(mirror, made.tls);
  using client = await http2Client({ port: server.address!.port, ca: made.path("ca.pem") });
  const bytes = new Uint8Array(1000);
  await client.read(bytes);
  assertEquals(bytes[3], 4);
  const most: number[] = [];
  for (let at = 9; at < 9 + bytes[2]!; at += 6) {
    if (bytes[at + 1] === 3) most.push(...bytes.subarray(at + 2, at + 6));
  }
  assertEquals(most, [0, 0, 0, 7]);
});

Deno.test("streams that are held open by many make room for who comes with a request", async () => {
  using made = await tlsFolder();
  await using fixture = new Fixture({ maxRequests: 40, maxRequestsOfConnection: 10 });
  let most = 0;
  const slow: Endpoint = {
    path: "/slow",
    handle: async (request) => {
      most = Math.max(most, ++held);
      await request.text().catch(() => {});
      held--;
      return new Response();
    },
  };
  let held = 0;
  const { server, url } = await fixture.serve(slow, made.tls);
  server.mount(mirror);
  const { port } = server.address!;
  const clients: Deno.TlsConn[] = [];
  for (let i = 0; i < 10; i++) {
    const client = await http2Client({ port, ca: made.path("ca.pem") });
    clients.push(client);
    const heads = Array.from({ length: 10 }, (_, i) => postHead(2 * i + 1, "/slow")).flat();
    await client.write(new Uint8Array(heads)).catch(() => {});
    await postsOnce(url, made.path("ca.pem"));
  }
  // Who is cut off may not have ended yet.
  assert(most <= 60, `${most} at a time`);
  assert(server.counters.crowdedOut >= 4);
  for (const client of clients) client.close();
});

Deno.test("more streams than are allowed are refused, and too many of them end the connection", async () => {
  using made = await tlsFolder();
  await using fixture = new Fixture({ maxRequestsOfConnection: 4 });
  const silent: Endpoint = {
    path: "/silent",
    handle: async (request) => {
      await request.text().catch(() => {});
      return new Response();
    },
  };
  const { server } = await fixture.serve(silent, made.tls);
  // Answers have no room at this client: SETTINGS_INITIAL_WINDOW_SIZE is 0.
  const settings = [0, 4, 0, 0, 0, 0];
  using client = await http2Client({
    port: server.address!.port,
    ca: made.path("ca.pem"),
    settings,
  });
  const ended = said(client);
  const ask = async (from: number, to: number) => {
    const heads = Array.from(
      { length: to - from },
      (_, i) => postHead(2 * (from + i) + 1, "/silent"),
    );
    await client.write(new Uint8Array(heads.flat())).catch(() => {});
  };
  await ask(0, 12);
  while (server.counters.refused < 8) await new Promise((resolve) => setTimeout(resolve, 5));
  assertEquals(server.counters.crowdedOut, 0);
  await ask(12, 30);
  await ended;
  const { refused, crowdedOut, requests } = server.counters;
  assertEquals([refused, crowdedOut, requests], [8, 1, 12]);
});

Deno.test("streams of all clients have a bound before anybody looks at them, and what is over it waits", async () => {
  using made = await tlsFolder();
  await using fixture = new Fixture({ maxRequests: 20, maxRequestsOfConnection: 5 });
  let held = 0, most = 0;
  const slow: Endpoint = {
    path: "/slow",
    handle: async (request) => {
      most = Math.max(most, ++held);
      await new Promise((resolve) => setTimeout(resolve, 20));
      await request.text().catch(() => {});
      held--;
      return new Response();
    },
  };
  const { server, url } = await fixture.serve(slow, made.tls);
  server.mount(mirror);
  const { port } = server.address!;
  const open = () => http2Client({ port, ca: made.path("ca.pem") });
  const clients = await Promise.all(Array.from({ length: 30 }, open));
  const heads = Array.from({ length: 5 }, (_, i) => postHead(2 * i + 1, "/slow")).flat();
  await Promise.all(clients.map((client) => client.write(new Uint8Array(heads)).catch(() => {})));
  const found = await curl("--http2", "--cacert", made.path("ca.pem"), "-d", "x", `${url}/mirror`);
  assertObjectMatch(found, { status: 200, httpVersion: "2" });
  assert(most <= 40, `${most} at a time`);
  for (const client of clients) client.close();
});

Deno.test("who goes away while its streams wait takes no room for good", async () => {
  using made = await tlsFolder();
  await using fixture = new Fixture({ maxRequests: 4, maxRequestsOfConnection: 2, lingerMs: 1000 });
  const slow: Endpoint = {
    path: "/slow",
    handle: async (request) => {
      await request.text().catch(() => {});
      return new Response();
    },
  };
  const { server, url } = await fixture.serve(slow, made.tls);
  server.mount(mirror);
  const open = () => http2Client({ port: server.address!.port, ca: made.path("ca.pem") });
  const heads = Array.from({ length: 7 }, (_, i) => postHead(2 * i + 1, "/slow")).flat();
  const hasAll = () => new Promise((resolve) => setTimeout(resolve, 100));
  for (let round = 0; round < 3; round++) {
    const clients = await Promise.all(Array.from({ length: 10 }, open));
    await Promise.all(
      clients.map((client) => client.write(new Uint8Array(heads)).catch(() => {})),
    );
    await hasAll();
    for (const client of clients) client.close();
  }
  const found = await curl("--http2", "--cacert", made.path("ca.pem"), "-d", "x", `${url}/mirror`);
  assertObjectMatch(found, { status: 200, httpVersion: "2" });
});

Deno.test("requests that are taken back at once leave nothing behind (rapid reset)", async () => {
  using made = await tlsFolder();
  await using fixture = new Fixture();
  const { server, url } = await fixture.serve(mirror, made.tls);
  const { port } = server.address!;
  for (let i = 0; i < 5; i++) {
    using client = await http2Client({ port, ca: made.path("ca.pem") });
    const resets = Array.from({ length: 2000 }, (_, i) => {
      const stream = 2 * i + 1;
      return [...postHead(stream, "/mirror"), ...frame(3, stream, [0, 0, 0, 8])];
    });
    await client.write(new Uint8Array(resets.flat())).catch(() => {});
    await postsOnce(url, made.path("ca.pem"));
  }
  while (server.counters.open > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  assertEquals(server.counters.faults, 0);
  const told = "a client broke the rules of HTTP/2 (ENHANCE_YOUR_CALM) and was sent away";
  assertEquals(fixture.said.filter((text) => text.endsWith(told)).length, 1, fixture.said.join());
});

/** An honest client, meanwhile. */
async function postsOnce(url: string, ca: string): Promise<void> {
  const found = await curl("--http2", "--cacert", ca, "-d", "x", `${url}/mirror`);
  assertObjectMatch(found, { status: 200, httpVersion: "2" });
}
