import { assertEquals, assertThrows } from "../tests/assert.ts";
import { openFromMemory } from "./packed_library.ts";

const FOLDER = `/lib/${Deno.build.arch}-linux-gnu`;

Deno.test("openFromMemory() opens libraries, each for itself", () => {
  const math = openFromMemory(Deno.readFileSync(`${FOLDER}/libm.so.6`), {
    sqrt: { parameters: ["f64"], result: "f64" },
  });
  const compression = openFromMemory(Deno.readFileSync(`${FOLDER}/libz.so.1`), {
    crc32: { parameters: ["u64", "buffer", "u32"], result: "u64" },
  });
  assertEquals(math.symbols.sqrt(1764), 42);
  assertEquals(
    compression.symbols.crc32(0n, new TextEncoder().encode("123456789"), 9),
    0xcbf43926n,
  );
});

Deno.test("openFromMemory() throws for what is no library, and leaves nothing open", () => {
  // Of files in memory alone: other tests open others in the same process.
  const open = () =>
    [...Deno.readDirSync("/proc/self/fd")].filter(({ name }) => isInMemory(name)).length;
  const before = open();
  assertThrows(() => openFromMemory(new TextEncoder().encode("no library"), {}), Error);
  assertThrows(() => openFromMemory(new Uint8Array(), {}), Error);
  assertEquals(open(), before);
});

function isInMemory(descriptor: string): boolean {
  try {
    return Deno.readLinkSync(`/proc/self/fd/${descriptor}`).startsWith("/memfd:");
  } catch {
    return false; // closed meanwhile
  }
}
