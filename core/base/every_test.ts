import { assert, assertEquals } from "../../tests/assert.ts";
import { every } from "./every.ts";

Deno.test("every: looks of one period come together, each until it is disposed of", async () => {
  const seen: string[] = [];
  const first = every(10, () => seen.push("first"));
  await new Promise((resolve) => setTimeout(resolve, 4));
  const done = Promise.withResolvers<void>();
  const second = every(10, () => {
    seen.push("second");
    if (seen.length === 2) first[Symbol.dispose]();
    if (seen.length === 4) done.resolve();
  });
  await done.promise;
  assertEquals(seen, ["first", "second", "second", "second"]);
  second[Symbol.dispose]();
  second[Symbol.dispose]();
});

Deno.test("every: what is disposed of in the same turn is not called any more", async () => {
  const seen: string[] = [];
  const done = Promise.withResolvers<void>();
  const first = every(5, () => {
    second[Symbol.dispose]();
    seen.push("first");
    if (seen.length === 2) done.resolve();
  });
  const second = every(5, () => seen.push("second"));
  await done.promise;
  first[Symbol.dispose]();
  assertEquals(seen, ["first", "first"]);
});

Deno.test("every: one look twice is two looks, and a period that ended begins anew", async () => {
  let looks = 0;
  const look = () => void looks++;
  const [one, other] = [every(5, look), every(5, look)];
  one[Symbol.dispose]();
  await new Promise<void>((resolve) => {
    const third = every(5, () => {
      if (looks < 2) return;
      third[Symbol.dispose]();
      resolve();
    });
  });
  other[Symbol.dispose]();
  using _ = every(5, look);
  const before = looks;
  await new Promise((resolve) => setTimeout(resolve, 30));
  assert(looks > before);
});
