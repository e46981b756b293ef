import { assertEquals } from "../../../tests/assert.ts";
import { RecordWriter } from "../../../tests/records.ts";
import { ByteCache } from "./byte_cache.ts";

const decoder = new TextDecoder();
const LONGEST = 128;

function cache() {
  const memory = new RecordWriter(4096).memory;
  let decoded = 0;
  const texts = new ByteCache<string>({ slots: 2048, longest: LONGEST });
  return {
    /** Writes bytes, with something else behind them, and reads them back. */
    read(bytes: Uint8Array, { behind = 0xff, kind = 0 } = {}): string {
      memory.u8.fill(behind, 0, LONGEST + 8);
      memory.u8.set(bytes, 4);
      const known = texts.find(memory, 4, bytes.length, kind);
      if (known !== undefined) return known;
      decoded++;
      const text = decoder.decode(bytes);
      if (texts.missedTwice) texts.keep(memory, 4, text);
      return text;
    },
    get decoded() {
      return decoded;
    },
  };
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

Deno.test("ByteCache keeps a text from the second time on, whatever stands behind it", () => {
  for (const text of ["/", "/ab", "/etc", "/etc/passwd", "x".repeat(LONGEST)]) {
    const texts = cache();
    for (const behind of [0, 1, 0x2f, 0xff]) {
      assertEquals(texts.read(bytesOf(text), { behind }), text);
    }
    assertEquals(texts.decoded, 2, text);
  }
});

Deno.test("ByteCache is not pushed out by texts that come once", () => {
  const texts = cache();
  const known = bytesOf("/etc/passwd");
  for (let i = 0; i < 2; i++) texts.read(known);
  for (let i = 0; i < 50_000; i++) texts.read(bytesOf(`/tmp/file-${i}`));
  const before = texts.decoded;
  assertEquals(texts.read(known), "/etc/passwd");
  assertEquals(texts.decoded, before);
});

Deno.test("ByteCache tells apart whatever bytes there are", () => {
  const texts = cache();
  let seed = 42;
  const random = (below: number) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor(seed / 2 ** 32 * below);
  };
  for (let i = 0; i < 50_000; i++) {
    const bytes = Uint8Array.from(
      { length: 1 + random(9) },
      () => [0, 0x2f, 0x61, 0xc3][random(4)]!,
    );
    assertEquals(
      texts.read(bytes, { behind: random(256), kind: random(3) }),
      decoder.decode(bytes),
    );
  }
});
