import { assert, assertEquals } from "../../tests/assert.ts";
import { FairShares } from "./_fair_shares.ts";

function shares(sizes: Record<string, readonly number[]>): FairShares {
  const shares = new FairShares();
  for (const [group, all] of Object.entries(sizes)) for (const n of all) shares.add(group, n);
  return shares;
}

Deno.test("sharesOf() gives a single group all there is, and takes from its largest", () => {
  const share = shares({ a: [10, 20, 500, 900] }).sharesOf(430)("a");
  assertEquals(share, 200);
});

Deno.test("sharesOf() takes from the group with the most, however many it has", () => {
  const shareOf = shares({ small: [40, 60], many: Array(1000).fill(10) }).sharesOf(1000);
  assert(shareOf("small") >= 60);
  assert(shareOf("many") < 1);
});

Deno.test("sharesOf() leaves a group its small ones, however many groups there are", () => {
  const many = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`${n}`, [1000]]));
  const shareOf = shares({ ...many, small: Array(20).fill(40) }).sharesOf(10_000);
  assert(shareOf("small") >= 40);
  assert(shareOf("7") < 100);
});
