import { assert, assertEquals, assertThrows } from "../../tests/assert.ts";
import { addEntrySegment, type Elf, readElf, segmentBytes } from "./elf.ts";

/** A small program that is everywhere. */
const program = Deno.readFileSync("/bin/true");

Deno.test("readElf() knows processor, loader and segments", () => {
  const elf = readElf(program);
  assertEquals(elf.architecture, Deno.build.arch);
  assert(elf.loader?.includes("/ld-linux-"));
  assert(
    elf.segments.some(({ type, offset, fileBytes }) =>
      type === "load" && elf.entry >= offset && elf.entry < offset + fileBytes
    ),
  );
});

Deno.test("addEntrySegment() hides the loader from the kernel and shows it to who comes next", () => {
  const content = new TextEncoder().encode("code and an order");
  let full: { address: number; table: number; count: number } | undefined;
  const made = addEntrySegment(program, ({ address, fullTable, fullCount }) => {
    full = { address, table: fullTable, count: fullCount };
    return content;
  });
  const before = readElf(program), after = readElf(made);
  assertEquals(made.slice(64, program.length), program.slice(64));
  assertEquals(after.loader, undefined);
  assertEquals(after.segments.length, before.segments.length);
  const added = after.segments.at(-1)!;
  assertEquals(after.entry, full!.address);
  const entryAt = added.offset + full!.address - added.address;
  assertEquals(made.slice(entryAt), content);
  // the other table, read as the one of the program
  const other = made.slice();
  const view = new DataView(other.buffer);
  view.setBigUint64(32, BigInt(added.offset + full!.table - added.address), true);
  view.setUint16(56, full!.count, true);
  assertEquals(readElf(other).loader, before.loader);
  const textOf = ({ segments }: Elf) =>
    segments.filter(({ type }) => type !== "headers").map(({ bytes }) => bytes.toHex());
  assertEquals(textOf(readElf(other)).slice(0, -1), textOf(before));
  for (const elf of [after, readElf(other)]) {
    const ends = elf.segments.filter(({ type }) => type === "load").map(({ address }) => address);
    assertEquals(ends, ends.toSorted((one, other) => one - other));
    const headers = elf.segments.find(({ type }) => type === "headers")!;
    assertEquals(segmentBytes(made, headers).length, elf.segments.length * 56);
  }
});

Deno.test("readElf() throws for what is none, and for one that leads out of itself", () => {
  for (const bytes of [new Uint8Array(), program.slice(0, 63), new Uint8Array(4096)]) {
    assertThrows(() => readElf(bytes), Error);
  }
  const fields: readonly [at: number, bytes: number][] = [[4, 1], [5, 1], [18, 2], [32, 8], [
    54,
    2,
  ]];
  for (const [at, count] of fields) {
    const changed = program.slice();
    changed.fill(0xff, at, at + count);
    assertThrows(() => readElf(changed), Error);
  }
});

Deno.test("readElf() makes something of any header, or throws an Error", () => {
  let state = 1;
  const random = () => state = Math.imul(state, 1103515245) + 12345 & 0x7fffffff;
  for (let round = 0; round < 2000; round++) {
    const changed = program.slice(0, 1024);
    for (let count = 0; count < 4; count++) changed[6 + (random() >> 8) % 600] = random() >> 16;
    try {
      readElf(changed);
    } catch (error) {
      assert(error instanceof Error && !(error instanceof RangeError), String(error));
    }
  }
});
