import { assertEquals, assertObjectMatch } from "../../tests/assert.ts";
import {
  credentials,
  exec,
  exit,
  exitThread,
  fork,
  image,
  membership,
  parentId,
  SECOND,
  snapshot,
  spawn,
  table,
} from "./testing.ts";
import { UNKNOWN_IMAGE } from "./process.ts";
import { ProcessTable } from "./process_table.ts";

Deno.test("seed() links children to parents in any order", () => {
  const processes = new ProcessTable();
  processes.seed([snapshot(3, { parentId: 2 }), snapshot(2, { parentId: 1 }), snapshot(1)]);
  assertEquals([...processes.ancestors(processes.process(3)!)].map(({ id }) => id), [2, 1]);
});

Deno.test("fork gives the child its parent's program, place and identity", () => {
  const processes = table();
  processes.apply({
    kind: "cwd",
    threadId: 100,
    processId: 100,
    cwd: "/tmp",
  });
  processes.apply(fork(100, 101));
  const child = processes.process(101)!;
  assertObjectMatch(child, {
    id: 101,
    parentId: 100,
    comm: "sh",
    cwd: "/tmp",
    startClockNs: 101 * SECOND,
    execClockNs: 101 * SECOND,
    exited: false,
    threadCount: 1,
  });
  assertEquals(child.image, processes.process(100)!.image);
  assertEquals(child.membership.virtualPid, 101);
  assertEquals(parentId(processes, 101), 100);
});

Deno.test("fork within a process adds a thread that shares it", () => {
  const processes = table();
  processes.apply(spawn(100, 110));
  const thread = processes.thread(110)!;
  assertEquals(thread.process, processes.process(100)!);
  assertEquals(thread.process.threadCount, 2);
  assertEquals(processes.process(110), undefined);
});

Deno.test("fork by a thread copies that thread's name and credentials", () => {
  const processes = table();
  processes.apply(spawn(100, 110));
  processes.apply({ kind: "comm", threadId: 110, processId: 100, comm: "worker" });
  processes.apply({
    kind: "credentials",
    threadId: 110,
    processId: 100,
    credentials: credentials(7),
  });
  processes.apply({ ...fork(100, 120), threadId: 110 } as ReturnType<typeof fork>);
  assertEquals(processes.process(120)!.comm, "worker");
  assertEquals(processes.process(120)!.credentials.uid, 7);
  assertEquals(processes.process(100)!.comm, "sh");
});

Deno.test("fork with CLONE_PARENT makes a sibling", () => {
  const processes = table();
  processes.apply({ ...fork(100, 101), childParentId: 1 } as ReturnType<typeof fork>);
  assertEquals(parentId(processes, 101), 1);
});

Deno.test("fork by a process nobody knows makes a child without a past, which exec fills in", () => {
  const processes = table();
  processes.apply(fork(700, 701));
  const child = processes.process(701)!;
  assertEquals(child.image, UNKNOWN_IMAGE);
  assertEquals(child.comm, "<NA>");
  assertEquals(processes.counters.unknown, 1);
  processes.apply(exec(701, "cat", { parentId: 700 }));
  assertEquals(processes.process(701)!.comm, "cat");
});

Deno.test("exec replaces the image as a whole and keeps the start", () => {
  const processes = table();
  processes.apply(fork(100, 101));
  const program = image("cat");
  processes.apply(
    exec(101, "cat", { image: program, parentId: 100, cwd: "/etc" }),
    101 * SECOND + 5,
  );
  assertObjectMatch(processes.process(101), {
    comm: "cat",
    cwd: "/etc",
    startClockNs: 101 * SECOND,
    execClockNs: 101 * SECOND + 5,
  });
  assertEquals(processes.process(101)!.image, program);
});

Deno.test("exec of a process nobody saw forked takes it in, with its parent", () => {
  const processes = table();
  processes.apply(exec(300, "nc", { parentId: 100 }));
  assertEquals(parentId(processes, 300), 100);
  assertEquals(processes.counters.unknown, 1);
});

Deno.test("exec by a thread makes it the main thread and ends the others", () => {
  const processes = table();
  processes.apply(spawn(100, 110));
  processes.apply(spawn(100, 111));
  processes.apply({ ...exec(100, "id", { startClockNs: 100 * SECOND }), threadId: 110 });
  assertEquals(processes.thread(110), undefined);
  assertEquals(processes.thread(111), undefined);
  assertEquals(processes.thread(100)!.comm, "id");
  assertEquals(processes.process(100)!.threadCount, 1);
});

Deno.test("exec after the main thread has ended brings the main thread back", () => {
  const processes = table();
  processes.apply(spawn(100, 110));
  processes.apply(exitThread(100, 100));
  processes.flush();
  assertEquals(processes.thread(100), undefined);
  assertEquals(processes.process(100)!.threadCount, 1);
  processes.apply(exec(100, "id"));
  assertEquals(processes.thread(100)!.comm, "id");
});

Deno.test("exec with another start belongs to a new process of the same id", () => {
  const processes = table();
  processes.apply(fork(100, 101));
  processes.apply(fork(101, 102));
  processes.apply(exec(101, "other", { startClockNs: 900 * SECOND, parentId: 1 }));
  assertEquals(parentId(processes, 101), 1);
  // The old 101 is gone, so its child went to init.
  assertEquals(parentId(processes, 102), 1);
  assertEquals(processes.counters.repaired, 1);
});

Deno.test("fork that a snapshot has already told changes nothing", () => {
  const processes = table();
  processes.seed([snapshot(101, { comm: "cat", parentId: 100, startClockNs: 101 * SECOND })]);
  processes.apply(fork(100, 101, 101 * SECOND + 3_000_000));
  assertEquals(processes.process(101)!.comm, "cat");
});

Deno.test("find() takes a missed thread in when its process is known", () => {
  const processes = table();
  const thread = processes.find(110, 100)!;
  assertObjectMatch(thread, { id: 110, comm: "sh" });
  assertEquals(processes.process(100)!.threadCount, 2);
  assertEquals(processes.find(110, 100), thread);
  assertEquals(processes.find(900, 900), undefined);
});

Deno.test("find() throws out an entry that contradicts the event", () => {
  const processes = table();
  processes.apply(fork(100, 101));
  assertEquals(processes.find(101, 1)!.process.id, 1);
  assertEquals(processes.process(101), undefined);
});

Deno.test("credentials belong to threads, the process shows its main thread's", () => {
  const processes = table();
  processes.apply(spawn(100, 110));
  processes.apply({
    kind: "credentials",
    threadId: 110,
    processId: 100,
    credentials: credentials(5),
  });
  assertEquals(processes.thread(110)!.credentials.uid, 5);
  assertEquals(processes.process(100)!.credentials.uid, 0);
});

Deno.test("a name that a thread gives itself is its children's, until it runs a program", () => {
  const processes = table();
  processes.apply({ kind: "comm", threadId: 100, processId: 100, comm: "main" });
  processes.apply(spawn(100, 110));
  processes.apply(fork(100, 101));
  assertEquals(processes.process(100)!.comm, "sh");
  assertEquals(processes.thread(110)!.comm, "main");
  const child = processes.process(101)!;
  assertEquals([child.comm, child.image.comm, child.image.exe], [
    "main",
    "main",
    processes.process(100)!.image.exe,
  ]);
});

Deno.test("membership moves a process into a container, its later children with it", () => {
  const processes = table();
  const cgroup = "/docker/0123456789ab0000";
  processes.apply({
    kind: "membership",
    threadId: 100,
    processId: 100,
    membership: membership(100, { cgroup }),
  });
  processes.apply(fork(100, 101));
  assertEquals(processes.process(100)!.containerId, "0123456789ab");
  assertEquals(processes.process(101)!.containerId, "0123456789ab");
});

Deno.test("membership without a cgroup leaves the container as it was", () => {
  const processes = table();
  const apply = (cgroup: string) =>
    processes.apply({
      kind: "membership",
      threadId: 100,
      processId: 100,
      membership: membership(100, { cgroup }),
    });
  apply("/docker/0123456789ab0000");
  apply("");
  assertEquals(processes.process(100)!.containerId, "0123456789ab");
});

Deno.test("seed() does not overwrite what events have told", () => {
  const processes = table();
  processes.apply(exec(100, "cat", { startClockNs: 100 * SECOND }));
  processes.seed([snapshot(100, { comm: "sh" })]);
  assertEquals(processes.process(100)!.comm, "cat");
});

Deno.test("seed() does not bring back a process whose end has been seen", () => {
  const processes = table();
  processes.apply(fork(100, 101));
  processes.apply(exit(101), 105 * SECOND);
  processes.flush();
  processes.seed([snapshot(101)]);
  assertEquals(processes.process(101), undefined);
  processes.seed([snapshot(101, { startClockNs: 106 * SECOND })]);
  assertEquals(processes.process(101)!.id, 101);
});

Deno.test("seed() replaces an entry that started earlier: its end was lost", () => {
  const processes = table();
  processes.seed([snapshot(100, { comm: "new", startClockNs: 400 * SECOND })]);
  assertEquals(processes.process(100)!.comm, "new");
});

Deno.test("seed() takes in single threads and completes a process known by its id only", () => {
  const processes = table();
  processes.apply(fork(700, 701));
  processes.seed([
    snapshot(701, { comm: "late", parentId: 100 }),
    snapshot(100, { threadId: 115, comm: "io" }),
  ]);
  assertEquals(processes.process(701)!.comm, "late");
  assertEquals(processes.thread(115)!.comm, "io");
});

Deno.test("a full table evicts what was not used lately, and counts it", () => {
  const processes = table(4);
  processes.apply(fork(100, 101));
  processes.apply(fork(100, 102));
  processes.apply(fork(100, 103));
  for (const id of [1, 100, 103]) processes.thread(id);
  processes.apply(fork(100, 104));
  assertEquals(processes.counters.processes, 4);
  assertEquals(processes.counters.evicted, 2);
  assertEquals(processes.process(100)!.id, 100);
});

Deno.test("children of an evicted process are linked again when it turns up", () => {
  const processes = table(3);
  processes.apply(fork(100, 101));
  // 100 has to go: 1 and 101 are kept by being used in between.
  for (let id = 200; processes.process(100) && id < 210; id++) {
    processes.thread(1);
    processes.thread(101);
    processes.apply(fork(1, id));
    processes.apply(exit(id));
    processes.flush();
    processes.apply(fork(101, id + 50));
    processes.apply(exit(id + 50, 101));
    processes.flush();
  }
  assertEquals(processes.process(100), undefined);
  assertEquals(parentId(processes, 101), undefined);
  assertEquals(processes.process(101)!.parentId, 100);
  processes.seed([snapshot(100, { comm: "sh", parentId: 1 })]);
  assertEquals(parentId(processes, 101), 100);
});

Deno.test("children of an evicted process go to its heir when its end is told", () => {
  const processes = new ProcessTable();
  processes.seed([snapshot(1), snapshot(101, { parentId: 100 })]);
  processes.apply(exit(100, 1));
  processes.flush();
  assertEquals(parentId(processes, 101), 1);
});

Deno.test("threads do not push processes out of a full table", () => {
  const processes = table(4);
  for (let id = 110; id < 200; id++) processes.apply(spawn(100, id));
  assertEquals(processes.counters.threads, 4);
  assertEquals(processes.counters.evicted, 0);
  assertEquals(processes.counters.threadsNotKept, 88);
  // Events of a thread that was not kept show its process; its own name is not taken for the process's.
  assertEquals(processes.find(150, 100)!.process.id, 100);
  processes.apply({ kind: "comm", threadId: 150, processId: 100, comm: "other" });
  assertEquals(processes.process(100)!.comm, "sh");
});

Deno.test("main threads that come back are within the bounds of a full table", () => {
  const processes = table(4);
  processes.apply(exitThread(100, 100));
  for (let id = 101; processes.counters.threads < 4; id++) processes.apply(fork(1, id));
  processes.apply(exec(100, "id"));
  assertEquals(processes.thread(100)!.comm, "id");
  assertEquals(processes.counters.threads, 4);
  processes.apply(exitThread(100, 100));
  for (let id = 110; id < 120; id++) processes.apply(spawn(100, id));
  processes.find(100, 100);
  assertEquals(processes.thread(100)!.comm, "id");
  assertEquals(processes.counters.threads, 4);
});

Deno.test("changes of processes nobody knows are counted", () => {
  const processes = table();
  processes.apply({ kind: "cwd", threadId: 900, processId: 900, cwd: "/" });
  processes.apply(exit(901));
  processes.flush();
  assertEquals(processes.counters.unknown, 2);
  assertEquals(processes.counters.processes, 2);
});

Deno.test("a thread is whose it is told to be, whatever was known of either", () => {
  const processes = table();
  const told = (threadId: number, processId: number) => {
    const found = snapshot(processId, { threadId, comm: `t${threadId}` });
    processes.apply({ kind: "thread", ...found });
    const { comm, process } = processes.thread(threadId)!;
    return [comm, process.id];
  };
  assertEquals(told(110, 100), ["t110", 100]);
  // Nobody has heard of the process.
  assertEquals(told(110, 300), ["t110", 300]);
  assertEquals(processes.process(100)!.otherThreadCount, 0);
  // The first thread of one becomes one of another, which ends its own.
  assertEquals(told(300, 100), ["t300", 100]);
  assertEquals(processes.process(300), undefined);
  // Known as such: what is known stays.
  assertEquals(told(100, 100), ["sh", 100]);
});

Deno.test("a thread has the words that its process was called with when it began", () => {
  const processes = table();
  const rewritten = { ...image("sh"), comm: "worker", args: ["serving"], env: ["A=B"] };
  processes.apply({ kind: "thread", ...snapshot(100, { threadId: 110, image: rewritten }) });
  processes.apply(spawn(100, 111));
  const argsOf = (id: number) => processes.thread(id)!.image.args;
  assertEquals([argsOf(100), argsOf(110), argsOf(111)], [[], ["serving"], []]);
  // The same under another name is no other program.
  const renamed = snapshot(100, { threadId: 112, comm: "other", image: image("sh") });
  processes.seed([{ ...renamed, image: { ...image("sh"), comm: "other" } }]);
  assertEquals(processes.thread(112)!.image, processes.process(100)!.image);
  processes.apply(exec(100, "cat"));
  assertEquals(processes.find(110, 100)!.image.exe, "cat");
});

Deno.test("ids that are none are ignored", () => {
  const processes = table();
  for (const id of [0, -1, NaN, 1.5]) {
    processes.apply(fork(100, id));
    processes.apply(exec(id, "x"));
    processes.seed([snapshot(id)]);
    processes.apply({ kind: "thread", ...snapshot(100, { threadId: id }) });
    processes.apply({ kind: "thread", ...snapshot(id, { threadId: 100 }) });
    processes.find(id, 100);
  }
  assertEquals(processes.counters.processes, 2);
  assertEquals(processes.counters.threads, 2);
});
