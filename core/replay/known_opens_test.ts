import { Buffer } from "node:buffer";
import { assert, assertEquals } from "../../tests/assert.ts";
import { Random } from "../../tests/property/random.ts";
import { KinSight, type NamedPath } from "../event/mod.ts";
import { type CaptureBytes, ScapEvent } from "../scap/mod.ts";
import { Descriptor } from "./descriptor.ts";
import { KnownOpens } from "./_known_opens.ts";

/** An event as the reader hands it out, with parameters of these bytes. */
function eventOf(params: readonly Uint8Array[]): ScapEvent {
  const event = new ScapEvent();
  // What lies before and behind is of other events.
  const bytes = Buffer.concat([Buffer.from("xyz"), ...params, Buffer.from("/other\0")]);
  event.bytes = bytes as CaptureBytes;
  event.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  event.paramCount = params.length;
  let at = 3;
  params.forEach((param, index) => {
    event.paramOffsets[index] = at;
    at += param.length;
  });
  event.paramOffsets[params.length] = event.end = at;
  return event;
}

function number(value: number, length: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(value));
  return bytes.subarray(0, length);
}

function openat(
  { result = 3, directory = -100, path = "/etc/passwd", flags = 1, mode = 0, inode = 7 } = {},
): readonly Uint8Array[] {
  const name = Buffer.from(`${path}\0`);
  const tail = [number(flags, 4), number(mode, 4), number(5, 4), number(inode, 8)];
  return [number(result, 8), number(directory, 8), name, ...tail];
}

const path = (raw: string): NamedPath => ({ raw, given: raw, resolved: undefined });
const descriptor = Descriptor.of({ kind: "file" });

/** All that counts of an event: its parameters, but for the number that a success gave. */
function keyOf(params: readonly Uint8Array[]): string {
  const failed = (params[0]?.[7] ?? 0) >= 128;
  const parts = params.map((param) => Buffer.from(param).toString("hex"));
  return (failed ? parts : ["", ...parts.slice(1)]).join(" ");
}

Deno.test("a call is known when nothing but the number of the descriptor differs", () => {
  const opens = new KnownOpens(2);
  const first = eventOf(openat());
  assert(!opens.find(first));
  const passwd = path("/etc/passwd");
  opens.keep(first, passwd, descriptor);
  assert(opens.find(eventOf(openat({ result: 77 }))));
  assert(opens.path === passwd && opens.descriptor === descriptor);
  for (
    const other of [
      { result: -2 },
      { directory: 4 },
      { path: "/etc/passwe" },
      { path: "/etc/passwd2" },
      { path: "etc/passwd" },
      { flags: 2 },
      { mode: 1 },
      { inode: 8 },
    ]
  ) assert(!opens.find(eventOf(openat(other))), JSON.stringify(other));
});

Deno.test("whatever parameters look like, only what is the same is found", () => {
  const random = new Random(5);
  const opens = new KnownOpens(2);
  const kept = new Map<string, NamedPath>();
  let found = 0;
  for (let round = 0; round < 20_000; round++) {
    const params = openat({
      result: random.below(3) - 1,
      directory: random.below(2) - 100,
      path: "/".repeat(random.below(2)) + "a".repeat(random.below(90)) +
        "b".repeat(random.below(3)),
      flags: random.below(2),
    }).slice();
    // Hostile captures: parameters that are missing, or of other lengths that add up to the same.
    if (random.below(4) === 0) params.splice(random.below(params.length), 1);
    if (random.below(4) === 0) {
      const at = 1 + random.below(params.length - 1),
        all = Buffer.concat(params.slice(at - 1, at + 1));
      const cut = random.below(all.length + 1);
      params[at - 1] = all.subarray(0, cut);
      params[at] = all.subarray(cut);
    }
    const event = eventOf(params), key = keyOf(params);
    if (opens.find(event)) {
      assert(opens.path === kept.get(key));
      found++;
    } else {
      const made = path(key);
      kept.set(key, made);
      opens.keep(event, made, descriptor);
    }
  }
  assert(found > 2000, `${found} found`);
});

Deno.test("a table that grows keeps what it has, and one that is full begins anew", () => {
  const opens = new KnownOpens(2);
  const event = (n: number) => eventOf(openat({ path: `/dir/${n}` }));
  const keep = (n: number) => {
    assert(!opens.find(event(n)));
    opens.keep(event(n), path(`${n}`), descriptor);
  };
  for (let n = 0; n < 1 << 14; n++) keep(n);
  let known = 0;
  for (let n = 0; n < 1 << 14; n++) if (opens.find(event(n)) && opens.path.raw === `${n}`) known++;
  // What is too far from its place is not kept.
  assert(known > (1 << 14) - 16, `${known} known`);
  keep(1 << 14);
  assert(!opens.find(event(0)));
  assert(opens.find(event(1 << 14)));
});

Deno.test("notes are those of the call that was found, and of the judge that made them", () => {
  const random = new Random(9);
  const opens = new KnownOpens(2);
  const judges = [{}, {}];
  const event = (n: number) => eventOf(openat({ path: `/dir/${n}` }));
  for (let n = 0; n < 8; n++) {
    opens.find(event(n));
    opens.keep(event(n), path(`${n}`), descriptor);
  }
  let sights = Array.from({ length: 8 }, () => new KinSight());
  let by = judges[0]!;
  let quiet = 0;
  for (let round = 0; round < 20_000; round++) {
    if (random.below(2000) === 0) {
      by = random.pick(judges);
      // The notes of another judge replace all.
      const other = by === judges[0] ? judges[1]! : judges[0]!;
      assert(opens.find(event(0)));
      opens.noteQuiet(other, 1);
      opens.noteQuiet(by, 0);
      sights = Array.from({ length: 8 }, () => new KinSight());
      sights[0]!.noteQuiet(by, 0);
    }
    const n = random.below(8), threadClass = random.below(100);
    assert(opens.find(event(n)));
    assertEquals(opens.isQuiet(by, threadClass), sights[n]!.isQuiet(by, threadClass));
    if (opens.isQuiet(by, threadClass)) quiet++;
    if (random.below(3) === 0) {
      opens.noteQuiet(by, threadClass);
      sights[n]!.noteQuiet(by, threadClass);
    }
  }
  assert(quiet > 1000, `${quiet} quiet`);
});
