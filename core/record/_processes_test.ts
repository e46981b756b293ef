import { assertEquals } from "../../tests/assert.ts";
import { snapshot, spawn, table } from "../state/testing.ts";
import { cloneValues, listedProcess } from "./_processes.ts";

const CLONE_FILES = 1, CLONE_THREAD = 0x2000;
const NOWHEN = { descriptorLimit: 0, namespaceStartClockNs: 0 };

Deno.test("threads are told of as such, and as having their process's descriptors", () => {
  const processes = table();
  processes.seed([snapshot(10)]);
  processes.apply(spawn(10, 11));
  const flags = [10, 11].map((id) => {
    const thread = processes.thread(id)!;
    return [listedProcess(thread, 0n).flags, cloneValues(thread, NOWHEN).flags];
  });
  assertEquals(flags, [[0, 0], [CLONE_THREAD | CLONE_FILES, CLONE_THREAD | CLONE_FILES]]);
});
