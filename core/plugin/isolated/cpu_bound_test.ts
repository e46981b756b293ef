import { assert, assertEquals } from "../../../tests/assert.ts";
import { CpuBound } from "./cpu_bound.ts";

/** Runs on so many CPUs whenever it may, and is looked at four times a second; gives the share it got. */
function shareOf(bound: CpuBound, { cpus, seconds }: { cpus: number; seconds: number }): number {
  let cpuMs = 0, isStopped = false;
  for (let nowMs = 0; nowMs <= seconds * 1000; nowMs += 250) {
    if (!isStopped) cpuMs += 250 * cpus;
    isStopped = bound.look(nowMs, cpuMs);
  }
  return cpuMs / (seconds * 1000);
}

Deno.test("CpuBound gives its share to who wants more, on however many CPUs", () => {
  for (const share of [0.1, 0.5, 1, 2]) {
    for (const cpus of [1, 2, 4, 64]) {
      const got = shareOf(new CpuBound(share), { cpus, seconds: 1000 });
      const wanted = Math.min(share, cpus);
      assert(Math.abs(got - wanted) < 0.05, `${got} of ${wanted} on ${cpus}`);
    }
  }
});

Deno.test("CpuBound stops nobody who needs less, or more for a moment", () => {
  const bound = new CpuBound(0.5);
  assertEquals(shareOf(bound, { cpus: 0.4, seconds: 100 }).toFixed(1), "0.4");
  assertEquals(bound.heldBackMs, 0);
  const quiet = new CpuBound(1);
  assertEquals([0, 250, 500].map((now) => quiet.look(now, now)), [false, false, false]);
  assertEquals(quiet.look(750, 1500), false);
});

Deno.test("CpuBound tells for how long it stopped somebody, and takes clocks as they come", () => {
  const bound = new CpuBound(1);
  bound.look(0, 0);
  assertEquals(bound.look(250, 2250), true);
  assertEquals(bound.look(500, 2250), true);
  assertEquals(bound.heldBackMs, 250);
  assertEquals(bound.look(1250, 2250), false);
  assertEquals(bound.heldBackMs, 1000);
  assertEquals(bound.look(1500, 10), false);
});
