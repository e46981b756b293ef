import { assertEquals } from "../../tests/assert.ts";
import type { ProcessSnapshot, StateChange } from "../event/mod.ts";
import { event, exec, exit, fork, image, membership, SECOND, snapshot } from "./testing.ts";
import type { HostFiles } from "./host_files.ts";
import { State, type StateOptions } from "./state.ts";

const A = "7951fb549ab99e0722a949b6c121634e1f3a36b5bacbe5392991e3b12251e6b8";

function files(cgroup: string): HostFiles {
  return {
    read: (path) => path === "/proc/self/cgroup" ? cgroup : "",
    version: () => "1",
  };
}

function state(options: StateOptions = {}): State {
  const made = new State({ files: files("0::/\n"), ...options });
  made.seed([snapshot(1), snapshot(100, { comm: "sh", parentId: 1 })]);
  return made;
}

Deno.test("begin() finds the thread and process an event comes from", () => {
  const known = state();
  known.begin(event(100));
  assertEquals(known.thread!.id, 100);
  assertEquals(known.process!.comm, "sh");
  known.end(event(100));
  assertEquals(known.thread, undefined);
});

Deno.test("begin() shows names as given, whatever the last event was judged by", () => {
  const known = state();
  known.view = "resolved";
  known.begin(event(100));
  assertEquals(known.view, "given");
});

Deno.test("begin() keeps the clock of other events when one stands alone", () => {
  const known = state();
  known.begin({ ...event(100), clockNs: 5 * SECOND });
  known.end(event(100));
  const alone = { ...event(100), standsAlone: true, clockNs: 7, originClockNs: 3 };
  known.begin(alone);
  assertEquals([known.thread, known.firstClockNs], [undefined, 3]);
  known.end(alone);
  known.begin({ ...event(100), clockNs: 6 * SECOND });
  assertEquals([known.previousClockNs, known.firstClockNs], [5 * SECOND, 5 * SECOND]);
});

Deno.test("begin() applies the event's change before the rules see it", () => {
  const known = state();
  const change = exec(100, "cat", { image: image("cat"), startClockNs: 100 * SECOND });
  known.begin(event(100, { change }));
  assertEquals(known.process!.comm, "cat");
});

Deno.test("begin() gives an exec by a thread to the process it has become", () => {
  const known = state();
  known.begin(event(115, { processId: 100, change: exec(100, "cat") }));
  assertEquals(known.thread!.id, 100);
  known.end(event(100));
  assertEquals(known.processes.thread(115), undefined);
});

Deno.test("end() lets go of a process only after the rules saw its exit", () => {
  const known = state();
  known.apply(fork(100, 101), 0);
  const last = event(101, { change: exit(101) });
  known.begin(last);
  assertEquals([known.process!.comm, known.process!.exited], ["sh", true]);
  known.end(last);
  assertEquals(known.processes.process(101), undefined);
});

Deno.test("begin() asks about a thread nobody has heard of", () => {
  const asked: number[] = [];
  const known = state({
    lookUpThread: (threadId) => {
      asked.push(threadId);
      return threadId === 500 ? snapshot(500, { comm: "late", parentId: 100 }) : undefined;
    },
  });
  known.begin(event(500));
  assertEquals(known.process!.comm, "late");
  assertEquals(known.processes.parent(known.process!)!.id, 100);
  known.begin(event(500));
  known.begin(event(501));
  assertEquals(known.thread, undefined);
  known.begin(event(501));
  assertEquals(asked, [500, 501]);
});

Deno.test("begin() asks no more than 200 times a second of events", () => {
  let asked = 0;
  const known = state({ lookUpThread: () => (asked++, undefined) });
  for (let id = 1000; id < 2000; id++) known.begin(event(id, { clockNs: SECOND }));
  assertEquals(asked, 200);
  assertEquals(known.counters.lookupsSkipped, 800);
  for (let id = 2000; id < 3000; id++) known.begin(event(id, { clockNs: 1.5 * SECOND }));
  assertEquals(asked, 300);
});

Deno.test("begin() does not ask about who is just ending, nor about no thread", () => {
  const known = state({
    lookUpThread: () => {
      throw new Error("asked");
    },
  });
  known.begin(event(900, { change: exit(900) }));
  known.begin(event(0));
  known.begin(event(-1));
  assertEquals(known.thread, undefined);
});

Deno.test("descriptor is read from the event only when somebody asks", () => {
  const known = state();
  let reads = 0;
  const lazy = event(100);
  Object.defineProperty(lazy, "descriptor", { get: () => (reads++, undefined) });
  known.begin(lazy);
  assertEquals(reads, 0);
  assertEquals(known.descriptor, undefined);
  assertEquals(reads, 1);
  known.end(lazy);
  assertEquals(known.descriptor, undefined);
  assertEquals(reads, 1);
});

Deno.test("a process whose cgroup is a container's brings the container into the table", () => {
  const told: string[] = [];
  const known = state({ onUnknownContainer: ({ fullId }) => told.push(fullId) });
  const cgroup = `/docker/${A}`;
  known.seed([snapshot(300, { membership: membership(300, { cgroup }) })]);
  known.apply(fork(300, 301), 0);
  assertEquals(known.processes.process(301)!.containerId, A.slice(0, 12));
  assertEquals(known.containers.get(A.slice(0, 12))!.engine, "docker");
  assertEquals(told, [A]);
  assertEquals(known.counters.containers, 1);
});

Deno.test("a process in another container with the same first digits has its whole id", () => {
  const known = state({ onUnknownContainer: () => {} });
  const inGroup = (id: number, cgroup: string): ProcessSnapshot =>
    snapshot(id, { membership: membership(id, { cgroup }) });
  const other = A.slice(0, 12).padEnd(64, "f");
  const ofUser = `/user.slice/user-1000.slice/user@1000.service/libpod-${other}.scope`;
  known.seed([inGroup(300, `/docker/${A}`), inGroup(301, ofUser), inGroup(302, ofUser)]);
  const ids = [300, 301, 302].map((id) => known.processes.process(id)!.containerId);
  assertEquals(ids, [A.slice(0, 12), other, other]);
  assertEquals(known.containers.get(other)?.userId, 1000);
});

Deno.test("processes in falcod's own cgroup are on the host", () => {
  const known = state({ files: files("4:memory:/jobs/4711\n0::/\n") });
  const inGroup = (id: number, cgroup: string): ProcessSnapshot =>
    snapshot(id, { membership: membership(id, { cgroup }) });
  known.seed([inGroup(300, "/jobs/4711"), inGroup(301, "/jobs/4712")]);
  assertEquals(known.processes.process(300)!.containerId, "host");
  assertEquals(known.processes.process(301)!.containerId, "4712");
});

Deno.test("apply() takes changes that come without an event", () => {
  const known = state();
  const changes: readonly StateChange[] = [fork(100, 101), exit(101)];
  for (const change of changes) known.apply(change, SECOND);
  assertEquals(known.processes.process(101), undefined);
});

Deno.test("a process whose cgroup is longer than what is kept is in the container at its beginning", () => {
  const known = state();
  const cgroup = `/docker/${A}${`/${"n".repeat(250)}`.repeat(18)}`;
  known.seed([snapshot(300, { membership: membership(300, { cgroup }) })]);
  assertEquals(known.processes.process(300)!.containerId, A.slice(0, 12));
});

Deno.test("a process whose cgroup nobody could tell stays where it or its parent is", () => {
  const known = state();
  const among = (id: number, cgroup: string) => ({ membership: membership(id, { cgroup }) });
  known.seed([
    snapshot(300, among(300, `/docker/${A}`)),
    snapshot(301, { ...among(301, ""), parentId: 300 }),
    snapshot(302, { ...among(302, ""), parentId: 1 }),
  ]);
  known.apply({ kind: "membership", threadId: 300, processId: 300, ...among(300, "") }, 0);
  known.apply(fork(300, 303), 0);
  known.apply(exec(300, "id", { ...among(300, ""), startClockNs: 300 * SECOND }), 0);
  known.apply(exec(304, "id", { ...among(304, ""), parentId: 300 }), 0);
  const ids = [300, 301, 302, 303, 304].map((id) => known.processes.process(id)!.containerId);
  const inside = A.slice(0, 12);
  assertEquals(ids, [inside, inside, "host", inside, inside]);
});

Deno.test("who started a container and is in no file did not log in as root, who he is inside", () => {
  const loginOf = (uidMap: string, uid: number) => {
    const known = new State({
      files: { read: () => "", version: () => "1" },
      readAccounts: () => ({ passwd: "root:x:0:0::/:/bin/sh\n", group: "", uidMap, gidMap: "" }),
    });
    known.seed([snapshot(100, { membership: membership(100, { cgroup: `/docker/${A}` }) })]);
    known.begin(event(100));
    return known.loginUser(uid)?.name;
  };
  // One whom a server of LDAP knows.
  assertEquals(loginOf("0 70001 1\n1 100000 65536\n", 70001), undefined);
  // Somebody who came by the container's own sshd.
  assertEquals(loginOf("0 100000 65536\n", 100000), "root");
});

Deno.test("a container's users are known by their ids on the host, and who logged in by the host's name", () => {
  const passwd = "root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/:/bin/sh\n";
  const known = new State({
    files: {
      read: (path) => path === "/etc/passwd" ? "bob:x:1000:1000::/:/bin/sh\n" : "",
      version: () => "1",
    },
    readAccounts: () => ({ passwd, group: "", uidMap: "0 1000 1\n1 100000 65536\n", gidMap: "" }),
  });
  const cgroup = `/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-${A}.scope`;
  known.seed([snapshot(1), snapshot(100, { membership: membership(100, { cgroup }) })]);
  known.begin(event(100));
  assertEquals([1000, 100999].map((uid) => known.loginUser(uid)?.name), ["bob", "ann"]);
  const nameOf = (uid: number) => known.user(uid)?.name;
  assertEquals([1000, 100999, 0, 7].map(nameOf), ["root", "ann", "root", undefined]);
  known.end(event(100));
  known.begin(event(1));
  assertEquals([known.user(1000)?.name, known.loginUser(1000)?.name], ["bob", "bob"]);
});
