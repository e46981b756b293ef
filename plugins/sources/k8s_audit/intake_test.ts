import { setImmediate } from "node:timers/promises";
import { assert, assertEquals, assertObjectMatch } from "../../../tests/assert.ts";
import type { Event } from "../../../core/mod.ts";
import { Intake, type IntakeOptions } from "./intake.ts";

const TIME = "2020-10-25T13:58:49.730588Z";
const list = (ids: readonly number[]) =>
  JSON.stringify({
    kind: "EventList",
    items: ids.map((id) => ({ auditID: String(id), stageTimestamp: TIME })),
  });

function intakeInto(numbers: number[], more: Partial<IntakeOptions["context"]> = {}): Intake {
  const context = {
    deliver: ({ number }: Event) => void numbers.push(number),
    settle: () => undefined,
    ...more,
  };
  return new Intake({ context, maxEventBytes: 4096, maxDepth: 32, maxWaitingBytes: 1000 });
}

Deno.test("an intake says that all was judged when it was, payload after payload", async () => {
  const numbers: number[] = [];
  const intake = intakeInto(numbers);
  const first = intake.take(list([1, 2])), second = intake.take(list([3]));
  assertObjectMatch(await second, { kind: "taken", events: 1, problemCount: 0 });
  assertEquals(numbers, [1, 2, 3]);
  assertObjectMatch(await first, { kind: "taken", events: 2 });
});

Deno.test("an intake tells what is wrong with a payload, and judges the rest", async () => {
  const numbers: number[] = [];
  const intake = intakeInto(numbers);
  const payload = `[${"{},".repeat(100)}${list([1])}]`;
  const taken = await intake.take(payload);
  assertObjectMatch(taken, { kind: "taken", events: 1, problemCount: 100 });
  assertEquals(taken.kind === "taken" && taken.problems.length, 16);
  assertEquals(numbers, [1]);
  assertEquals([...intake.counters.problems], [["not-an-event", 100]]);
});

Deno.test("an intake has events judged that are too deep, as far as they are not", async () => {
  const numbers: number[] = [];
  const intake = intakeInto(numbers);
  const deep = `{"auditID":"1","stageTimestamp":"${TIME}","x":${"[".repeat(50)}${"]".repeat(50)}}`;
  const taken = await intake.take(`${deep}\n${list([2])}`);
  assertObjectMatch(taken, { kind: "taken", events: 1, problemCount: 1 });
  assertEquals(numbers, [1, 2]);
});

Deno.test("an intake takes no more than may wait, but always one payload", async () => {
  const numbers: number[] = [];
  let settled = Promise.withResolvers<void>();
  const intake = intakeInto(numbers, { settle: () => settled.promise });
  const large = list(Array.from({ length: 100 }, (_, i) => i));
  const first = intake.take(large);
  assertObjectMatch(await intake.take(list([1])), { kind: "busy", waitingBytes: large.length });
  settled.resolve();
  await first;
  settled = Promise.withResolvers();
  settled.resolve();
  assertObjectMatch(await intake.take(list([1])), { kind: "taken" });
  assertEquals(numbers.length, 101);
  assertEquals(intake.counters.refused, 1);
});

Deno.test("an intake that ends finishes what it took", async () => {
  const numbers: number[] = [];
  const intake = intakeInto(numbers);
  const taken = intake.take(list([1]));
  const ended = intake.end();
  assertEquals(await intake.take(list([2])), { kind: "ended" });
  await ended;
  assertEquals(numbers, [1]);
  assertObjectMatch(await taken, { kind: "taken" });
});

Deno.test("an intake lets others have their turn between payloads that are small, too", async () => {
  const busy = () => {
    for (const end = performance.now() + 2; performance.now() < end;);
  };
  const intake = intakeInto([], { deliver: busy });
  let isDone = false, turns = 0;
  const taken = Promise.all(Array.from({ length: 10 }, () => intake.take(list([1]))));
  taken.then(() => isDone = true);
  for (; !isDone; turns++) await setImmediate();
  assert(turns >= 4, `${turns}`);
});
