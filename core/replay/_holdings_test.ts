import { assert, assertEquals } from "../../tests/assert.ts";
import type { Descriptor } from "./descriptor.ts";
import type { Follower } from "./follower.ts";
import { Holdings } from "./_holdings.ts";
import { ReplayThread, Threads } from "./threads.ts";

const DESCRIPTORS = 2000, KEPT = 1 << 20;

/** How often all threads were gone through, when `sharers` have a table by a fork, or a copy of it. */
function passesWith(sharers: number, { areCopies = false } = {}): number {
  const threads = new Threads();
  const parent = threads.process(1);
  const [raw, given] = ["r".repeat(500), "g".repeat(500)];
  for (let number = 0; number < DESCRIPTORS; number++) {
    const path = { raw, given };
    parent.descriptors.set(number, { path, nameLength: 0 } as unknown as Descriptor);
  }
  threads.add(new ReplayThread(1, parent, threads));
  for (let id = 2; id < 2 + sharers; id++) {
    const process = threads.process(id);
    process.descriptors = parent.descriptors.fork();
    // Now it is its own; what is in it is not.
    for (let number = 0; areCopies && number < id; number++) process.descriptors.delete(number);
    threads.add(new ReplayThread(id, process, threads));
  }
  let passes = 0;
  const follower = {
    get threads() {
      passes++;
      return threads;
    },
    told: { tell() {} },
    sink: { change() {} },
  };
  const holdings = new Holdings(follower as unknown as Follower, KEPT);
  holdings.look();
  assert(holdings.descriptorsForgotten >= DESCRIPTORS);
  assertEquals(
    [...threads].map(({ process }) => process.descriptors.size > 0).includes(true),
    false,
  );
  return passes;
}

Deno.test("to empty tables takes no longer the more processes share them", () => {
  assertEquals([10, 100].map((sharers) => passesWith(sharers)), [passesWith(0), passesWith(0)]);
  // Each round empties twice as many as the one before.
  assert(passesWith(100, { areCopies: true }) <= passesWith(0) + Math.log2(128));
});
