import { createServer, type Socket } from "node:net";
import { assert, assertEquals, assertRejects } from "../../tests/assert.ts";
import { listening } from "../../tests/http_servers.ts";
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
