import { assertEquals } from "../../tests/assert.ts";
import { SecondChance, type Usable } from "./_second_chance.ts";

function entries(...used: boolean[]): Map<number, Usable> {
  return new Map(used.map((used, key) => [key, { used }]));
}

Deno.test("victim() spares what was used once, and not again", () => {
  const table = entries(true, false, true);
  const chance = new SecondChance(table);
  assertEquals(chance.victim(), table.get(1));
  table.delete(1);
  assertEquals(chance.victim(), table.get(0));
});

Deno.test("victim() finds one among entries that are all used", () => {
  const table = entries(true, true, true);
  assertEquals(new SecondChance(table).victim(), table.get(0));
});

Deno.test("victim() never gives an entry that is to be kept", () => {
  const table = entries(false);
  assertEquals(new SecondChance(table).victim(table.get(0)), undefined);
  assertEquals(new SecondChance(new Map<number, Usable>()).victim(), undefined);
});

Deno.test("victim() goes on where it stopped, also after entries came and went", () => {
  const table = entries(false, false, false);
  const chance = new SecondChance(table);
  chance.victim();
  table.delete(0);
  table.delete(1);
  table.set(9, { used: false });
  assertEquals(chance.victim(), table.get(2));
  assertEquals(chance.victim(), table.get(9));
  assertEquals(chance.victim(), table.get(2));
});
