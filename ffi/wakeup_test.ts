import { assert, assertEquals, assertThrows } from "../tests/assert.ts";
import { Wakeup } from "./wakeup.ts";

function quietWakeup() {
  const announced: boolean[] = [];
  const rings = { hasMore: false, isFillingFast: false };
  const wakeup = new Wakeup({
    fileDescriptors: [],
    setSleeping: (sleeping) => announced.push(sleeping),
    hasMore: () => rings.hasMore,
    isFillingFast: () => rings.isFillingFast,
  });
  return { wakeup, announced, rings };
}

/** Looks in vain until sleep is announced. */
async function untilAnnounced(wakeup: Wakeup, announced: readonly boolean[]): Promise<void> {
  const { signal } = new AbortController();
  while (!announced.includes(true)) await wakeup.wait(signal, 0);
}

Deno.test("Wakeup announces sleep before it sleeps, and takes it back when records come", async () => {
  const { wakeup, announced } = quietWakeup();
  using _ = wakeup;
  await untilAnnounced(wakeup, announced);
  assertEquals(announced, [true]);
  await wakeup.wait(new AbortController().signal, 1);
  assertEquals(announced, [true, false]);
});

Deno.test("Wakeup does not sleep while a ring holds something that could not be read yet", async () => {
  const { wakeup, announced, rings } = quietWakeup();
  using _ = wakeup;
  rings.hasMore = true;
  for (let look = 0; look < 10; look++) await wakeup.wait(new AbortController().signal, 0);
  assertEquals(announced, []);
});

Deno.test("Wakeup ends a sleep when the signal aborts, and when it is disposed", async () => {
  const { wakeup, announced } = quietWakeup();
  await untilAnnounced(wakeup, announced);
  const abort = new AbortController();
  const aborted = wakeup.wait(abort.signal, 0);
  abort.abort();
  await aborted;
  const disposed = wakeup.wait(new AbortController().signal, 0);
  wakeup[Symbol.dispose]();
  await disposed;
  await wakeup.wait(new AbortController().signal, 0);
});

Deno.test("Wakeup ends a sleep within about a second when a ring fills and nobody wakes it", async () => {
  const { wakeup, announced, rings } = quietWakeup();
  using _ = wakeup;
  await untilAnnounced(wakeup, announced);
  const asleepMs = performance.now();
  const waiting = wakeup.wait(new AbortController().signal, 0);
  rings.hasMore = true;
  await waiting;
  assert(performance.now() - asleepMs < 5000);
});

Deno.test("Wakeup looks again sooner where rings fill fast", async () => {
  const { wakeup, rings } = quietWakeup();
  using _ = wakeup;
  const { setTimeout } = globalThis;
  const waits: number[] = [];
  globalThis.setTimeout = ((done: () => void, ms: number) => {
    waits.push(ms);
    return setTimeout(done, 0);
  }) as typeof setTimeout;
  try {
    for (rings.isFillingFast of [false, true]) await wakeup.wait(new AbortController().signal, 1);
  } finally {
    globalThis.setTimeout = setTimeout;
  }
  assert(waits[1]! < waits[0]!);
});

Deno.test("Wakeup.wait() refuses a second caller", async () => {
  const { wakeup } = quietWakeup();
  using _ = wakeup;
  const { signal } = new AbortController();
  const first = wakeup.wait(signal, 1);
  assertThrows(() => wakeup.wait(signal, 1), /one may wait/);
  await first;
});
