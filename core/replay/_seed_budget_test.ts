import { UNKNOWN_PROCESS } from "../scap/mod.ts";
import { assertEquals } from "../../tests/assert.ts";
import { SeedBudget } from "./_seed_budget.ts";

const process = (more: object) => ({ ...UNKNOWN_PROCESS, threadId: 1, processId: 1, ...more });

Deno.test("what a capture lists has room until there is none, smaller ones still after that", () => {
  const budget = new SeedBudget(10_000);
  assertEquals(budget.admitsProcess(process({ env: ["A=1", "B=2"] })), true);
  assertEquals(budget.admitsProcess(process({ env: ["x".repeat(9000)] })), false);
  assertEquals(budget.admitsProcess(process({})), true);
});

Deno.test("texts that say nothing, and places in between, take room too", () => {
  const empty = Array.from({ length: 1000 }, () => "");
  for (const list of ["args", "env", "cgroups"]) {
    assertEquals(new SeedBudget(10_000).admitsProcess(process({ [list]: empty })), false, list);
  }
  const found = { type: "file", threadId: 1, number: 1023, path: "/a" } as never;
  assertEquals(new SeedBudget(1000).admitsDescriptor(found, 1), true);
  assertEquals(new SeedBudget(1000).admitsDescriptor(found, 1024), false);
});
