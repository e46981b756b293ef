import { assertEquals } from "../../tests/assert.ts";
import { joinBytes, readAtMost } from "./bytes.ts";

Deno.test("joinBytes() puts pieces together", () => {
  assertEquals(joinBytes([]), new Uint8Array());
  const pieces = [new Uint8Array([1, 2]), new Uint8Array(), new Uint8Array([3])];
  assertEquals(joinBytes(pieces), new Uint8Array([1, 2, 3]));
});

Deno.test("readAtMost() reads to the end, and gives nothing when there is more than allowed", () => {
  const read = (sizes: number[], maxBytes: number) =>
    readAtMost({
      readSync: (buffer) => buffer.fill(7, 0, sizes[0] ?? 0) && (sizes.shift() ?? null),
    }, maxBytes);
  assertEquals(read([2, 1], 3), new Uint8Array([7, 7, 7]));
  assertEquals(read([2, 2], 3), undefined);
  assertEquals(read([], 3), new Uint8Array());
});
