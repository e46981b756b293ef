import { assert, assertEquals, assertThrows } from "../../../tests/assert.ts";
import { Random } from "../../../tests/property/random.ts";
import { type Frame, FrameError, frameOf, FrameReader, jsonOf, MAX_FRAME_BYTES } from "./frames.ts";

const SEED = Number(Deno.env.get("FALCOD_SEED") ?? Date.now() % 2 ** 32);

/** Frames outlive the reader's memory here. */
const kept = ({ type, id, payload }: Frame) => ({ type, id, payload: payload.slice() });

Deno.test(`FrameReader finds the same frames however the bytes are cut (seed ${SEED})`, () => {
  const random = new Random(SEED);
  for (let round = 0; round < 300; round++) {
    const frames = Array.from({ length: 1 + random.below(8) }, () => ({
      type: random.below(256),
      id: random.below(2 ** 32),
      payload: new Uint8Array(random.below(random.pick([1, 20, 3000]))).fill(random.below(256)),
    }));
    const bytes = new Uint8Array(
      frames.flatMap(({ type, id, payload }) => [...frameOf(type, id, payload)]),
    );
    const reader = new FrameReader();
    const found: Frame[] = [];
    for (let at = 0; at < bytes.length;) {
      const end = at + 1 + random.below(random.pick([1, 9, 50, 5000]));
      for (const frame of reader.push(bytes.slice(at, end))) found.push(kept(frame));
      at = end;
    }
    assertEquals(found, frames);
  }
});

Deno.test(`FrameReader finds frames in any bytes or throws a FrameError (seed ${SEED})`, () => {
  const random = new Random(SEED);
  for (let round = 0; round < 2000; round++) {
    const reader = new FrameReader(100);
    try {
      for (let chunks = random.below(6); chunks >= 0; chunks--) {
        const chunk = Uint8Array.from({ length: random.below(40) }, () => random.pick([0, 5, 255]));
        for (const frame of reader.push(chunk)) {
          assert(frame.payload.length <= 100);
          jsonOf(frame);
        }
      }
    } catch (error) {
      assert(error instanceof FrameError, String(error));
    }
  }
});

Deno.test("FrameReader refuses a frame that is too large when it has seen its head", () => {
  const head = frameOf(1, 1).slice();
  new DataView(head.buffer).setUint32(0, MAX_FRAME_BYTES + 1, true);
  assertThrows(() => [...new FrameReader().push(head)], { name: "FrameError" });
});
