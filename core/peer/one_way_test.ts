import { createServer, type Socket } from "node:net";
import { assert, assertEquals, assertRejects } from "../../tests/assert.ts";
import { listening } from "../../tests/http_servers.ts";
import { SinkError } from "../plugin/mod.ts";
import { OneWayLink } from "./one_way.ts";

const NO_TLS = {
  enabled: false,
  ca: "",
  client_certificate: "",
  client_key: "",
  server_name: "",
  insecure: false,
};

function linkTo(port: number, hint?: string) {
  const to = { host: "127.0.0.1", port };
  return new OneWayLink({ peer: "X", to, tls: NO_TLS, timeoutMs: 5000, ...hint && { hint } });
}

async function took(work: Promise<void>): Promise<number> {
  const since = performance.now();
  await work;
  return performance.now() - since;
}

Deno.test("OneWayLink waits for a connection to stay after its first batch, and no more", async () => {
  const came: string[] = [];
  await using server = await listening(createServer((socket) => {
    socket.setEncoding("utf8").on("error", () => {}).on(
      "data",
      (text) => void came.push(`${text}`),
    );
  }));
  const link = linkTo(server.port, "is it right?");
  assert(await took(link.send("a")) > 200);
  assert(await took(link.send("b")) < 200);
  await link.close();
  const trusting = linkTo(server.port);
  assert(await took(trusting.send("c")) < 200);
  await trusting.close();
  while (came.join("") !== "abc") await new Promise((resolve) => setTimeout(resolve, 5));
});

Deno.test("OneWayLink gives its hint of connections that end after their first batch only", async () => {
  let ends = true;
  const open: Socket[] = [];
  await using server = await listening(createServer((socket) => {
    open.push(socket.on("error", () => {}));
    socket.on("data", () => ends && socket.end());
  }));
  const link = linkTo(server.port, "is it right?");
  await assertRejects(() => link.send("a"), {
    code: "unavailable",
    message: "Cannot write to X: the connection was closed after the first alerts: is it right?",
  });
  ends = false;
  await link.send("b");
  open.at(-1)!.destroy();
  // What is noticed between batches costs none.
  await new Promise((resolve) => setTimeout(resolve, 50));
  await link.send("c");
  assertEquals(open.length, 3);
  await link.close();
});

/**
 * Sockets of this machine's processes that lead to the port, each with the kind of timer that runs; the
 * kernel's own rests do not count. linux Documentation/networking/proc_net_tcp.rst
 */
function timersTo(port: number): readonly string[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, "0");
  const rows = Deno.readTextFileSync("/proc/net/tcp").trim().split("\n").slice(1);
  return rows.map((row) => row.trim().split(/\s+/))
    .filter(([, , remote, , , , , , , inode]) => remote!.endsWith(`:${wanted}`) && inode !== "0")
    .map(([, , , , , timer]) => timer!.slice(0, 2));
}

Deno.test("OneWayLink has the kernel ask whether an idle connection is still there", async () => {
  await using server = await listening(
    createServer((socket) => socket.on("error", () => {}).resume()),
  );
  const link = linkTo(server.port, "is it right?");
  await link.send("a");
  assertEquals(timersTo(server.port), ["02"]);
  await link.close();
});

Deno.test("OneWayLink leaves no connections behind to who takes nothing", async () => {
  await using server = await listening(
    createServer((socket) => socket.on("error", () => {}).pause()),
  );
  const link = linkTo(server.port, "is it right?");
  const batch = "x".repeat(16 << 20);
  for (const _ of [1, 2]) {
    const late = new SinkError("unavailable", "no answer in time");
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(late), 100);
    await assertRejects(() => link.send(batch, stop.signal), { message: late.message });
    clearTimeout(timer);
  }
  const since = performance.now();
  while (timersTo(server.port).length > 0) {
    assert(performance.now() - since < 5000, "there are sockets left");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await link.close();
});
