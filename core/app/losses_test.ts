import { assertEquals } from "../../tests/assert.ts";
import type { SourceCounters } from "../plugin/mod.ts";
import { silentLogger } from "./log.ts";
import { LossTeller } from "./losses.ts";

function teller(dropsHelp?: string) {
  const warnings: string[] = [];
  let counters: SourceCounters = { "drops.file": 0, "drops.network": 0, "events.file": 9 };
  const source = {
    name: "syscall",
    counters: () => counters,
    ...(dropsHelp === undefined ? {} : { dropsHelp }),
  };
  const losses = new LossTeller(source, {
    ...silentLogger,
    warning: (message) => warnings.push(message),
  });
  return {
    warnings,
    at(seconds: number, changed: SourceCounters = {}) {
      counters = { ...counters, ...changed };
      losses.check(seconds * 1000);
    },
  };
}

Deno.test("LossTeller says by class what was lost, and what to do", () => {
  const { warnings, at } = teller("make the buffer larger");
  at(1, { "events.file": 100 });
  assertEquals(warnings, []);
  at(2, { "drops.file": 7, "drops.network": 1 });
  assertEquals(warnings, [
    "syscall events were lost before any rule saw them: 7 file, 1 network; make the buffer larger",
  ]);
});

Deno.test("LossTeller speaks at most every 30 seconds and then of all since the last time", () => {
  const { warnings, at } = teller();
  at(1, { "drops.file": 1 });
  at(2, { "drops.file": 3 });
  at(30, { "drops.file": 6 });
  assertEquals(warnings.length, 1);
  at(31);
  at(62);
  assertEquals(warnings, [
    "syscall events were lost before any rule saw them: 1 file",
    "syscall events were lost before any rule saw them: 5 file",
  ]);
});
