import { assert, assertEquals } from "../../../tests/assert.ts";
import { brokenLines, resultLines } from "./result_lines.ts";

const nothing = { path: "x.scap", eventCount: 0, lostEvents: 0, isFull: false };

Deno.test("resultLines() says why a process that waits for falcod was seen doing nothing", () => {
  const lost = new Map();
  const [, hint] = resultLines(nothing, { lost, scopeProcessId: 12 });
  assert(hint?.includes("process 12") && hint.includes("put & behind the command"), hint);
  assertEquals(resultLines(nothing, { lost, scopeProcessId: undefined }).length, 1);
  const one = { ...nothing, eventCount: 1 };
  assertEquals(resultLines(one, { lost, scopeProcessId: 12 }), [
    "falcod: recorded 1 event into x.scap",
  ]);
  assertEquals(resultLines({ ...one, captures: 3 }, { lost, scopeProcessId: 12 }), [
    "falcod: recorded 1 event into 3 captures, the last one x.scap",
  ]);
});

Deno.test("brokenLines() says what is left of a recording that could not be written on", () => {
  const [line] = brokenLines({ path: "x.scap", writtenEvents: 7 });
  assert(line?.includes("recorded at least 7 events into x.scap before"), line);
  assertEquals(brokenLines({ path: "-", writtenEvents: 7 }), []);
  assertEquals(brokenLines({ path: "x.scap", writtenEvents: 0 }), []);
});
