import { assertEquals } from "../../tests/assert.ts";
import { Alarm } from "./_alarm.ts";

const HOUR_MS = 3_600_000;

Deno.test("an alarm rings once, and again when it is set again", async () => {
  const alarm = new Alarm();
  for (let i = 0; i < 2; i++) await new Promise<void>((resolve) => alarm.set(1, resolve));
  alarm.clear();
});

Deno.test("an alarm that was put off or set anew does not ring for what it was set for", async () => {
  const alarm = new Alarm();
  const rung: string[] = [];
  alarm.set(1, () => rung.push("put off"));
  alarm.putOff();
  alarm.set(2, () => rung.push("set anew"));
  await new Promise<void>((resolve) => alarm.set(5, resolve));
  assertEquals(rung, []);
  alarm.clear();
});

Deno.test("a deadline nearer than those before it is not met late", async () => {
  const alarm = new Alarm();
  alarm.set(HOUR_MS, () => {});
  alarm.putOff();
  await new Promise<void>((resolve) => alarm.set(1, resolve));
  // The sanitizer of tests finds a timer that stays.
  alarm.set(HOUR_MS, () => {});
  alarm.clear();
});

Deno.test("an alarm for later than a timer can be set does not ring, nor look, at once", () => {
  const { setTimeout } = globalThis;
  const waits: number[] = [];
  globalThis.setTimeout = ((_look: () => void, ms: number) => waits.push(ms)) as never;
  try {
    new Alarm().set(2 ** 31, () => {});
  } finally {
    globalThis.setTimeout = setTimeout;
  }
  assertEquals(waits, [2 ** 31 - 1]);
});
