import { assertEquals } from "../../../tests/assert.ts";
import type { KnownProcesses, Process } from "../../../core/mod.ts";
import { LostEnds } from "./lost_ends.ts";

/** Processes 1, 2, … of which some are alive. */
function scene(count: number) {
  const alive = new Set(Array.from({ length: count }, (_, index) => index + 1));
  const asked: number[] = [], ended: number[] = [];
  const known = [...alive].map((id) => ({ id, startClockNs: id * 1e9 }) as Process);
  const processes: KnownProcesses = {
    processes: () => known.values(),
    missedEnd: ({ id }) => void ended.push(id),
  };
  const ends = new LostEnds(({ id }) => {
    asked.push(id);
    return alive.has(id);
  });
  const look = (lost: number) => ends.look(lost, processes);
  return { alive, asked, ended, isDue: (lost: number) => ends.isDue(lost), look };
}

Deno.test("LostEnds looks for nobody while no record is lost", () => {
  const { alive, asked, isDue, look } = scene(3);
  alive.delete(2);
  assertEquals(isDue(0), false);
  look(0);
  assertEquals(asked, []);
  assertEquals(isDue(1), true);
  look(1);
  assertEquals(isDue(1), true);
  look(1);
  assertEquals(isDue(1), false);
});

Deno.test("LostEnds takes those for ended who are not there at two looks", () => {
  const { alive, ended, look } = scene(3);
  alive.delete(2);
  alive.delete(3);
  look(1);
  assertEquals(ended, []);
  alive.add(3);
  look(1);
  assertEquals(ended, [2]);
  look(1);
  assertEquals(ended, [2]);
});

Deno.test("LostEnds looks again when more is lost, and for some at a time", () => {
  const { alive, asked, ended, look } = scene(1200);
  look(1);
  assertEquals(asked.length, 500);
  look(1);
  look(1);
  look(1);
  assertEquals(asked.length, 1200);
  alive.delete(1100);
  for (let looks = 0; looks < 4; looks++) look(2);
  assertEquals(ended, [1100]);
});

Deno.test("LostEnds gets to everybody while more and more is lost", () => {
  const { alive, ended, look } = scene(1200);
  alive.delete(1100);
  for (let lost = 1; lost <= 4; lost++) look(lost);
  assertEquals(ended, [1100]);
});
