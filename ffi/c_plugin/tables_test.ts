import { assertEquals } from "../../tests/assert.ts";
import { duringCall, entryHandles } from "./tables.ts";

Deno.test("an entry that two threads have borrowed is there until both have given it back", () => {
  const entry = {};
  const first = entryHandles.handle(entry), second = entryHandles.handle(entry);
  entryHandles.forget(first);
  assertEquals(entryHandles.at(second), entry);
  entryHandles.forget(second);
  assertEquals(entryHandles.at(second), undefined);
});

Deno.test("an entry that a thread has borrowed is there, whatever calls do with it meanwhile", () => {
  const entry = {};
  const ofThread = entryHandles.handle(entry);
  const ofCall = duringCall(0, () => {
    const ofCall = entryHandles.handle(entry);
    entryHandles.forget(ofCall);
    return ofCall;
  });
  assertEquals(entryHandles.at(ofCall), undefined);
  assertEquals(entryHandles.at(ofThread), entry);
  entryHandles.forget(ofThread);
});
