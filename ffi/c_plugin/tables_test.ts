import { assert, assertEquals } from "../../tests/assert.ts";
import {
  duringCall,
  entryHandles,
  giveEntryBack,
  innerTableHandle,
  innerTableHandles,
  type Table,
} from "./tables.ts";

Deno.test("an entry that two threads have borrowed is there until both have given it back", () => {
  const entry = {};
  const first = entryHandles.handle(entry), second = entryHandles.handle(entry);
  giveEntryBack(first);
  assertEquals(entryHandles.at(second), entry);
  giveEntryBack(second);
  assertEquals(entryHandles.at(second), undefined);
});

Deno.test("an entry that a thread has borrowed is there, whatever calls do with it meanwhile", () => {
  const entry = {};
  const ofThread = entryHandles.handle(entry);
  const ofCall = duringCall(0, () => {
    const ofCall = entryHandles.handle(entry);
    giveEntryBack(ofCall);
    return ofCall;
  });
  assertEquals(entryHandles.at(ofCall), undefined);
  assertEquals(entryHandles.at(ofThread), entry);
  giveEntryBack(ofThread);
});

Deno.test("a table in an entry that threads have borrowed goes with the entry", () => {
  const entry = {};
  const first = entryHandles.handle(entry), second = entryHandles.handle(entry);
  const inner = innerTableHandle(entry, {} as Table);
  giveEntryBack(first);
  duringCall(0, () => giveEntryBack(entryHandles.handle(entry)));
  assert(innerTableHandles.at(inner));
  giveEntryBack(second);
  assertEquals(innerTableHandles.at(inner), undefined);
});
