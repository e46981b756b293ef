import { assertEquals, assertObjectMatch } from "../../tests/assert.ts";
import { type BodyOptions, readBody } from "./body.ts";

const BOUNDS: BodyOptions = { maxBytes: 1000, timeoutMs: 1000 };

function requestWith(body: BodyInit | null, headers: Record<string, string> = {}): Request {
  return new Request(
    "http://localhost/",
    { method: "POST", body, headers, duplex: "half" } as RequestInit,
  );
}

/** In pieces of these sizes, of ones, twos and so on. */
function pieces(...sizes: readonly number[]): ReadableStream<Uint8Array<ArrayBuffer>> {
  return ReadableStream.from(sizes.map((size, index) => new Uint8Array(size).fill(index + 1)));
}

async function packed(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return await new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip")))
    .bytes();
}

Deno.test("readBody() gives all pieces in one", async () => {
  for (const headers of [{}, { "content-length": "300" }, { "content-length": "nonsense" }]) {
    const body = await readBody(requestWith(pieces(100, 200), headers), BOUNDS);
    assertEquals(body, {
      kind: "read",
      bytes: new Uint8Array([...Array(100).fill(1), ...Array(200).fill(2)]),
    });
  }
  assertEquals(await readBody(requestWith(null), BOUNDS), {
    kind: "read",
    bytes: new Uint8Array(),
  });
});

Deno.test("readBody() ends at its bound, whatever was announced", async () => {
  const full = await readBody(requestWith(pieces(400, 600)), BOUNDS);
  assertObjectMatch(full, { kind: "read" });
  assertEquals(await readBody(requestWith(pieces(400, 601)), BOUNDS), { kind: "too-large" });
  const small = requestWith(pieces(400, 601), { "content-length": "3" });
  assertEquals(await readBody(small, BOUNDS), { kind: "too-large" });
  const announced = requestWith(pieces(1), { "content-length": "1001" });
  assertEquals(await readBody(announced, BOUNDS), { kind: "too-large" });
});

Deno.test("readBody() unpacks gzip, within the same bounds", async () => {
  const headers = { "content-encoding": "gzip" };
  const ask = async (bytes: Uint8Array<ArrayBuffer>) =>
    await readBody(requestWith(bytes, headers), BOUNDS);
  const bytes = new Uint8Array(1000).fill(7);
  assertEquals(await ask(await packed(bytes)), { kind: "read", bytes });
  assertEquals(await ask(await packed(new Uint8Array(1001))), { kind: "too-large" });
  assertEquals(await ask((await packed(bytes)).subarray(0, -9)), { kind: "bad-gzip" });
  assertEquals(await ask(new Uint8Array(100)), { kind: "bad-gzip" });
  const empty = await packed(new Uint8Array());
  const nothings = new Uint8Array(empty.length * 100);
  for (let i = 0; i < 100; i++) nothings.set(empty, i * empty.length);
  const { kind } = await ask(nothings);
  assertEquals(["too-large", "bad-gzip"].includes(kind), true);
  assertEquals(await readBody(requestWith("x", { "content-encoding": "br" }), BOUNDS), {
    kind: "unknown-encoding",
    encoding: "br",
  });
});

Deno.test("readBody() ends when time is over, somebody says so, or the client is gone", async () => {
  const never = () => new ReadableStream();
  const slow = await readBody(requestWith(never()), { ...BOUNDS, timeoutMs: 1 });
  assertEquals(slow, { kind: "timeout" });
  const stop = new AbortController();
  const reading = readBody(requestWith(never()), { ...BOUNDS, signal: stop.signal });
  stop.abort();
  assertEquals(await reading, { kind: "broken" });
  const aborted = { ...BOUNDS, signal: AbortSignal.abort() };
  assertEquals(await readBody(requestWith(pieces(1)), aborted), { kind: "broken" });
  const gone = new ReadableStream({ start: (to) => to.error(new Error("gone")) });
  assertEquals(await readBody(requestWith(gone), BOUNDS), { kind: "broken" });
});

Deno.test("readBody() keeps only what it may", async () => {
  let room = 250;
  const mayKeep = (bytes: number) => (room -= bytes) >= 0;
  const body = await readBody(requestWith(pieces(200, 100)), { ...BOUNDS, mayKeep });
  assertEquals(body, { kind: "no-room" });
});
