import { assert, assertEquals, assertObjectMatch } from "../../tests/assert.ts";
import { BodyRoom } from "./body_room.ts";

const BOUNDS = { maxBytes: 1000, timeoutMs: 10_000 };

/** A body of which this many bytes come at once, and the end when it is asked for. */
function posted(size: number) {
  let end = () => {};
  const body = new ReadableStream<Uint8Array>({
    start(to) {
      if (size > 0) to.enqueue(new Uint8Array(size));
      end = () => to.close();
    },
  });
  const init = { method: "POST", body, duplex: "half" };
  return { request: new Request("http://localhost/", init as RequestInit), end: () => end() };
}

const soon = () => new Promise((resolve) => setTimeout(resolve));

Deno.test("BodyRoom has the body that came first and not to its end make room for another", async () => {
  const room = new BodyRoom({ maxBodies: 2, maxBytes: 10_000, patienceMs: 0 });
  const first = room.take()!, second = room.take()!;
  const slow = posted(10), slower = posted(10);
  const isFirst = first.read(slow.request, BOUNDS), isSecond = second.read(slower.request, BOUNDS);
  await soon();
  const third = room.take()!;
  assertEquals(await isFirst, { kind: "no-room" });
  first.leave();
  slower.end();
  assertObjectMatch(await isSecond, { kind: "read" });
  const whole = posted(5);
  whole.end();
  assertObjectMatch(await third.read(whole.request, BOUNDS), { kind: "read" });
  assertEquals(room.take(), undefined);
  second.leave();
  assert(room.take());
});

Deno.test("BodyRoom bounds the bytes of all bodies, and frees those of who had to go", async () => {
  const room = new BodyRoom({ maxBodies: 100, maxBytes: 1000, patienceMs: 0 });
  const hold = (size: number) => {
    const place = room.take()!, { request, end } = posted(size);
    return { place, end, body: place.read(request, BOUNDS) };
  };
  const slow = hold(600), slower = hold(300);
  await soon();
  const honest = hold(500);
  await soon();
  honest.end();
  assertObjectMatch(await honest.body, { kind: "read" });
  assertEquals(await slow.body, { kind: "no-room" });
  slow.place.leave();
  slow.place.leave();
  // Nobody is cut off who has sent all.
  const later = hold(900);
  assertEquals(await later.body, { kind: "no-room" });
  assertEquals(await slower.body, { kind: "no-room" });
  honest.place.leave();
  const last = hold(900);
  last.end();
  assertObjectMatch(await last.body, { kind: "read" });
});

Deno.test("BodyRoom cuts nobody off who has only begun", async () => {
  const room = new BodyRoom({ maxBodies: 1, maxBytes: 1000, patienceMs: 100_000 });
  const place = room.take()!, { request, end } = posted(5);
  const body = place.read(request, BOUNDS);
  await soon();
  assertEquals(room.take(), undefined);
  end();
  assertObjectMatch(await body, { kind: "read" });
});

Deno.test("BodyRoom takes one body however large it is, and counts what stays of it", async () => {
  const room = new BodyRoom({ maxBodies: 2, maxBytes: 50 });
  const pieces = ReadableStream.from([100, 100, 100].map((size) => new Uint8Array(size)));
  const init = { method: "POST", body: pieces, duplex: "half" };
  const request = new Request("http://localhost/", init as RequestInit);
  const place = room.take()!;
  const makeRoom = () => Promise.resolve(new Uint8Array(10));
  const body = await place.read(request, { ...BOUNDS, maxBytes: 150, makeRoom });
  assert(body.kind === "read");
  assertEquals(body.bytes.length, 20);
  place.leave();
  const small = posted(40);
  small.end();
  assertObjectMatch(await room.take()!.read(small.request, BOUNDS), { kind: "read" });
});
