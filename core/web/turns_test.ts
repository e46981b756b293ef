import { setImmediate } from "node:timers/promises";
import { assertEquals } from "../../tests/assert.ts";
import { Turns } from "./turns.ts";

Deno.test("so many have their turn at once, the others later and in order", async () => {
  const turns = new Turns(2);
  const done: number[] = [];
  const all = Promise.all(
    Array.from({ length: 7 }, (_, index) => turns.next().then(() => done.push(index))),
  );
  await Promise.resolve();
  assertEquals(done, [0, 1]);
  await all;
  assertEquals(done, [0, 1, 2, 3, 4, 5, 6]);
});

Deno.test("when all had their turn, the next ones have theirs at once again", async () => {
  const turns = new Turns(1);
  await Promise.all([turns.next(), turns.next()]);
  for (let i = 0; i < 3; i++) await setImmediate();
  let isDone = false;
  turns.next().then(() => isDone = true);
  await Promise.resolve();
  assertEquals(isDone, true);
  await setImmediate();
  await setImmediate();
});
