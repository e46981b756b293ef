import { readProbeTypes } from "../../ffi/btf.ts";
import { PROBE_OBJECTS, readProbeObject } from "../../scripts/generate_layout.ts";
import { assert, assertEquals } from "../assert.ts";

const root = new URL("../..", import.meta.url).pathname;

/** mulberry32: the same numbers for the same seed. */
function randomNumbers(seed: number): () => number {
  return () => {
    seed = seed + 0x6d2b79f5 | 0;
    let mixed = Math.imul(seed ^ seed >>> 15, 1 | seed);
    mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed;
    return ((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32;
  };
}

/** Hands bytes to the reader; whatever it answers, it answers. */
function mustAnswer(bytes: Uint8Array, seed: number): void {
  try {
    const types = readProbeTypes(bytes);
    assert(types.kind === "types" || types.message.length > 0);
  } catch (error) {
    throw new Error(`thrown for seed ${seed}`, { cause: error });
  }
}

Deno.test("readProbeTypes() answers whatever bytes it is given", () => {
  const firstSeed = crypto.getRandomValues(new Uint32Array(1))[0]!;
  for (let seed = firstSeed; seed < firstSeed + 500; seed++) {
    const random = randomNumbers(seed);
    const bytes = Uint8Array.from({ length: random() * 4096 | 0 }, () => random() * 256);
    mustAnswer(bytes, seed);
  }
});

Deno.test("readProbeTypes() answers whatever has been changed in an object", async () => {
  const object = await readProbeObject(root + PROBE_OBJECTS[0]);
  const firstSeed = crypto.getRandomValues(new Uint32Array(1))[0]!;
  for (let seed = firstSeed; seed < firstSeed + 300; seed++) {
    const random = randomNumbers(seed);
    const changed = object.slice(0, random() < 0.3 ? random() * object.length : object.length);
    const changes = 1 + random() * 40;
    for (let i = 0; i < changes; i++) {
      // Half of them in the file's header and section table, where sizes and offsets are.
      const zone = random() < 0.5 ? random() * 64 : changed.length - random() * 4096;
      const at = Math.floor(random() < 0.7 ? zone : random() * changed.length);
      if (at >= 0 && at < changed.length) changed[at] = random() < 0.3 ? 0xff : random() * 256;
    }
    mustAnswer(changed, seed);
  }
});

Deno.test("readProbeTypes() reports an object cut anywhere as a problem", async () => {
  const object = await readProbeObject(root + PROBE_OBJECTS[0]);
  for (let length = 0; length < object.length; length += 997) {
    assertEquals(readProbeTypes(object.slice(0, length)).kind, "problem");
  }
});

Deno.test("readProbeTypes() reports a file that is too large to be a probe", () => {
  assertEquals(readProbeTypes(new Uint8Array((16 << 20) + 1)).kind, "problem");
});
