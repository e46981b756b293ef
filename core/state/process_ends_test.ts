/** Processes that end, and whose children they leave. */
import { assertEquals, assertObjectMatch } from "../../tests/assert.ts";
import { exec, exit, exitThread, fork, parentId, SECOND, spawn, table } from "./testing.ts";

Deno.test("a process that exits stays until flush(), marked as exited", () => {
  const processes = table();
  processes.apply(fork(100, 101));
  processes.apply(exit(101));
  assertEquals(processes.process(101)!.exited, true);
  assertEquals(processes.thread(101)!.comm, "sh");
  processes.flush();
  assertEquals(processes.process(101), undefined);
  assertEquals(processes.thread(101), undefined);
});

Deno.test("the next change flushes ends by itself", () => {
  const processes = table();
  processes.apply(fork(100, 101));
  processes.apply(exit(101));
  processes.apply(fork(100, 102));
  assertEquals(processes.process(101), undefined);
});

Deno.test("children of a process that exits get the parent the kernel gave them", () => {
  const processes = table();
  processes.apply(fork(1, 50));
  processes.apply(fork(100, 101));
  processes.apply(fork(101, 102));
  processes.apply(exit(101, 50));
  processes.flush();
  assertObjectMatch(processes.process(102), { parentId: 50 });
  assertEquals(parentId(processes, 102), 50);
});

Deno.test("exec that still names a parent who has ended leaves the child with its new one", () => {
  const processes = table();
  processes.apply(fork(100, 101));
  processes.apply(fork(101, 102));
  processes.apply(exit(101, 100));
  processes.apply(exec(102, "cat", { parentId: 101 }));
  assertEquals(parentId(processes, 102), 100);
  processes.apply(exec(102, "cat", { parentId: 1 }));
  assertEquals(parentId(processes, 102), 1);
});

Deno.test("an unknown reaper is the nearest ancestor that inherited before, else init", () => {
  const processes = table();
  processes.apply(fork(100, 101));
  processes.apply(fork(101, 102));
  processes.apply(fork(102, 103));
  processes.apply(exit(102, 0));
  processes.flush();
  assertEquals(parentId(processes, 103), 1);
  processes.apply(fork(101, 104));
  processes.apply(fork(104, 105));
  processes.apply(exit(104, 100));
  processes.apply(fork(101, 106));
  processes.apply(fork(106, 107));
  processes.apply(exit(106, 0));
  processes.flush();
  assertEquals([parentId(processes, 105), parentId(processes, 107)], [100, 100]);
});

Deno.test("an unknown reaper inside a pid namespace is the namespace's init", () => {
  const processes = table();
  processes.apply({ ...fork(100, 200), childVirtualPid: 1 } as ReturnType<typeof fork>);
  processes.apply({ ...fork(200, 201), childVirtualPid: 7 } as ReturnType<typeof fork>);
  processes.apply({ ...fork(201, 202), childVirtualPid: 8 } as ReturnType<typeof fork>);
  processes.apply(exit(201, 0));
  processes.flush();
  assertEquals(parentId(processes, 202), 200);
});

Deno.test("the end of one thread leaves the process and the others", () => {
  const processes = table();
  processes.apply(spawn(100, 110));
  processes.apply(exitThread(100, 110));
  processes.flush();
  assertEquals(processes.thread(110), undefined);
  assertEquals(processes.process(100)!.threadCount, 1);
});

Deno.test("the last exit takes all threads along, told or not", () => {
  const processes = table();
  processes.apply(spawn(100, 110));
  processes.apply(exit(100));
  processes.flush();
  assertEquals([processes.thread(100), processes.thread(110)], [undefined, undefined]);
  assertEquals(processes.counters.threads, 1);
});

Deno.test("fork of an id whose end was lost starts afresh and repairs the old one's children", () => {
  const processes = table();
  processes.apply(fork(100, 101));
  processes.apply(fork(101, 102));
  processes.apply(fork(1, 101, 500 * SECOND));
  assertEquals(parentId(processes, 101), 1);
  assertEquals(parentId(processes, 102), 1);
  assertEquals(processes.process(101)!.startClockNs, 500 * SECOND);
  assertEquals(processes.counters.repaired, 1);
});

Deno.test("fork of a thread whose id was a process's makes that process vanish", () => {
  const processes = table();
  processes.apply(fork(100, 101));
  processes.apply(spawn(100, 101));
  assertEquals(processes.process(101), undefined);
  assertEquals(processes.thread(101)!.process.id, 100);
  assertEquals(processes.process(100)!.threadCount, 2);
});

Deno.test("missedEnd() removes a process, and nobody who has its id by now", () => {
  const processes = table();
  processes.apply(fork(100, 101));
  processes.apply(fork(101, 102));
  const { id, startClockNs } = processes.process(101)!;
  const counted = processes.counters.repaired;
  processes.missedEnd({ id, startClockNs: startClockNs - SECOND });
  assertEquals(processes.process(101)?.id, 101);
  processes.missedEnd({ id, startClockNs });
  assertEquals(processes.process(101), undefined);
  assertEquals(processes.counters.repaired, counted + 1);
  processes.missedEnd({ id, startClockNs });
  assertEquals(processes.counters.repaired, counted + 1);
  assertEquals(parentId(processes, 102), 1);
});
