import { assert, assertEquals } from "../../tests/assert.ts";
import { Kins } from "./kins.ts";
import { KinSight } from "./sight.ts";

Deno.test("Kins gives one object for the same four numbers, and none when there are too many", () => {
  const kins = new Kins();
  const calls = Array.from({ length: 16 }, (_, call) => call);
  const first = calls.map((call) => kins.of(call, 0, 0, 0));
  assert(first.every((kin) => kin !== undefined));
  assertEquals(new Set(first).size, calls.length);
  assertEquals(kins.of(0, 1, 0, 0), undefined);
  for (const call of calls) assert(kins.of(call, 0, 0, 0) === first[call]);
});

Deno.test("KinSight notes classes of threads one by one, however many there are", () => {
  const sight = new KinSight(), by = {};
  const noted = [0, 1, 29, 30, 31, 59, 60, 500];
  for (const threadClass of noted) sight.noteQuiet(by, threadClass);
  const quiet = Array.from({ length: 600 }, (_, i) => i).filter((i) => sight.isQuiet(by, i));
  assertEquals(quiet, noted);
});

Deno.test("KinSight believes only who made the note", () => {
  const sight = new KinSight(), one = {}, other = {};
  sight.noteQuiet(one, 3);
  sight.noteQuiet(one, 40);
  assert(!sight.isQuiet(other, 3) && !sight.isQuiet(other, 40));
  sight.noteQuiet(other, 5);
  assertEquals([3, 5, 40].map((i) => sight.isQuiet(other, i)), [false, true, false]);
  assert(!sight.isQuiet(one, 3));
});
