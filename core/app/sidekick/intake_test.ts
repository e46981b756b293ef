import { assertEquals } from "../../../tests/assert.ts";
import type { Alert } from "../../alert/mod.ts";
import { silentLogger } from "../log.ts";
import { Intake, type IntakeLimits } from "./intake.ts";

const ALERT = JSON.stringify({
  output: "10:00:00.000000001: Notice A shell",
  priority: "Notice",
  rule: "Shell",
  time: "2024-01-31T10:00:00.000000001Z",
  output_fields: { "proc.name": "sh" },
});
const CLIENT = { address: "127.0.0.1", port: 1 };

function intakeWith(limits: Partial<IntakeLimits> = {}) {
  const stop = new AbortController();
  const taken: Alert[] = [];
  let rejected = 0;
  const said: string[] = [];
  const intake = new Intake({
    take: (alert) => void taken.push(alert),
    rejected: () => void rejected++,
    log: { ...silentLogger, warning: (text) => void said.push(text) },
    signal: stop.signal,
    limits,
  });
  const [root] = intake.endpoints();
  const post = async (init: RequestInit) =>
    await root!.handle(new Request("http://localhost/", { method: "POST", ...init }), CLIENT);
  return { post, taken, said, rejected: () => rejected, stop: () => stop.abort() };
}

async function packed(text: string): Promise<ArrayBuffer> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return await new Response(stream).arrayBuffer();
}

Deno.test("Intake takes an alert, packed or not", async () => {
  const { post, taken } = intakeWith();
  assertEquals((await post({ body: ALERT })).status, 200);
  const headers = { "content-encoding": "gzip" };
  assertEquals((await post({ body: await packed(ALERT), headers })).status, 200);
  assertEquals(taken.map(({ rule }) => rule), ["Shell", "Shell"]);
});

Deno.test("Intake refuses what is too large, packed large, broken or packed otherwise", async () => {
  const { post, taken, said, rejected } = intakeWith({ maxBodyBytes: 1000 });
  const gzip = { "content-encoding": "gzip" };
  const cases: readonly (readonly [RequestInit, number])[] = [
    [{ body: " ".repeat(1001) }, 413],
    [{ body: await packed(" ".repeat(1_000_000)), headers: gzip }, 413],
    [{ body: "no gzip", headers: gzip }, 400],
    [{ body: ALERT, headers: { "content-encoding": "br" } }, 415],
    [{ body: "" }, 400],
    [{ method: "PUT", body: ALERT }, 400],
  ];
  for (const [init, status] of cases) assertEquals((await post(init)).status, status);
  assertEquals([taken.length, rejected()], [0, cases.length]);
  assertEquals(said, [
    "a request from 127.0.0.1 was refused: the body has more than 1000 bytes",
  ]);
});

Deno.test("Intake has no more under way than it may, and takes none when it ends", async () => {
  const { post, taken, said, rejected, stop } = intakeWith({
    maxRequests: 1,
    bodyTimeoutMs: 60_000,
  });
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const slow = post({ body: readable as ReadableStream<Uint8Array<ArrayBuffer>> });
  const refused = await post({ body: ALERT });
  assertEquals([refused.status, refused.headers.get("retry-after")], [503, "1"]);
  const writer = writable.getWriter();
  await writer.write(new TextEncoder().encode(ALERT));
  await writer.close();
  assertEquals((await slow).status, 200);
  stop();
  assertEquals((await post({ body: ALERT })).status, 503);
  assertEquals([taken.length, rejected()], [1, 2]);
  assertEquals(said, ["a request from 127.0.0.1 was refused: 1 requests are under way"]);
});
