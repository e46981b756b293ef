/** What becomes of a spool whose files the disk has not kept as they were. */
import { assert, assertEquals } from "../../../tests/assert.ts";
import { Random } from "../../../tests/property/random.ts";
import { inFolder, Log, openSpool } from "../testing.ts";
import { encodeEntry } from "./entry.ts";
import { HEADER, segmentPath } from "./segment.ts";
import type { Spool } from "./spool.ts";

const FIRST = 1;

function framesOf(texts: readonly string[]): Uint8Array<ArrayBuffer>[] {
  return [HEADER, ...texts.map((text) => encodeEntry({ acceptedMs: 1_700_000_000_000, text }))]
    .map((bytes) => new Uint8Array(bytes));
}

async function rest(spool: Spool): Promise<string[]> {
  const texts: string[] = [];
  for (;;) {
    const taken = await spool.take(100);
    if (taken.length === 0) return texts;
    texts.push(...taken.map(({ entry, sizeBytes }) => entry?.text ?? `${sizeBytes} bytes`));
  }
}

Deno.test("an entry with a wrong length costs no other, and is told in bytes", async () => {
  const frames = framesOf(["first", "second", "third"]);
  for (const length of [0, 3, 13, 1000, 2 ** 31]) {
    await inFolder(async (folder) => {
      const path = segmentPath(folder, FIRST);
      const bytes = frames.map((frame) => frame.slice());
      new DataView(bytes[2]!.buffer).setUint32(0, length, true);
      await Deno.writeFile(path, new Uint8Array(await new Blob(bytes).arrayBuffer()));
      // Another one behind it: what is spoilt is not the end of all.
      await Deno.writeFile(segmentPath(folder, 2), HEADER);
      const spool = await openSpool(folder);
      assertEquals(spool.unread, 3, `${length}`);
      assertEquals(await rest(spool), ["first", `${frames[2]!.length} bytes`, "third"]);
      await spool.close();
    });
  }
});

Deno.test("whatever bytes change, each entry that has not changed comes, in order", async () => {
  const random = new Random(7);
  for (let round = 0; round < 60; round++) {
    const texts = Array.from(
      { length: 1 + random.below(30) },
      (_, index) => `{"rule":"${index} ${"x".repeat(random.below(300))}"}`,
    );
    const frames = framesOf(texts);
    const bytes = new Uint8Array(await new Blob(frames).arrayBuffer());
    const changed = new Set<number>();
    for (let i = random.below(4); i >= 0; i--) {
      const size = 1 + random.below(random.pick([2, 20, 500]));
      const at = HEADER.length + random.below(bytes.length - HEADER.length);
      for (let place = at; place < Math.min(at + size, bytes.length); place++) {
        bytes[place] = random.pick([0, random.below(256)]);
        changed.add(place);
      }
    }
    let end = HEADER.length;
    const whole = texts.filter((_, index) => {
      const from = end;
      end += frames[index + 1]!.length;
      return !changed.keys().some((place) => place >= from && place < end);
    });
    await inFolder(async (folder) => {
      await Deno.writeFile(segmentPath(folder, FIRST), bytes);
      const spool = await openSpool(folder);
      const { unread } = spool;
      const found = await rest(spool);
      assertEquals(found.length, unread);
      const unchanged = new Set(whole);
      assertEquals(found.filter((text) => unchanged.has(text)), whole);
      await spool.close();
    });
  }
});

Deno.test("a segment of 30 GB without content is not read to its end, and is told", async () => {
  await inFolder(async (folder) => {
    const path = segmentPath(folder, FIRST);
    await Deno.writeFile(path, new Uint8Array(await new Blob(framesOf(["1", "2"])).arrayBuffer()));
    await Deno.truncate(path, 30e9);
    const log = new Log();
    const spool = await openSpool(folder, { log });
    assert(log.lines[0]?.includes("has 30000000000 bytes, which no segment"), log.lines.join());
    assert(log.lines[1]?.includes("ends inside an entry"), log.lines.join());
    assertEquals(await rest(spool), ["1", "2"]);
    await spool.close();
  });
});
