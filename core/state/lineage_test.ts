import { assertEquals } from "../../tests/assert.ts";
import { exec, exit, fork, membership, snapshot, table } from "./testing.ts";
import { ProcessTable } from "./process_table.ts";

/** Whom `namespaceInit` finds for each process. */
function inits(
  ...described:
    readonly (readonly [id: number, parentId: number, virtualPid: number, cgroup?: string])[]
) {
  const processes = new ProcessTable({
    containerIdOf: (cgroup) => cgroup.startsWith("/docker/") ? cgroup.slice(8) : "host",
  });
  processes.seed(
    described.map(([id, parentId, virtualPid, cgroup = "/"]) =>
      snapshot(id, { parentId, membership: membership(id, { virtualPid, cgroup }) })
    ),
  );
  return Object.fromEntries(
    described.map(([id]) => [id, processes.namespaceInit(processes.process(id)!)?.id]),
  );
}

Deno.test("namespaceInit() is the ancestor that is number 1 of the namespace", () => {
  assertEquals(inits([1, 0, 1], [100, 1, 100], [200, 100, 1], [201, 200, 2], [202, 201, 3]), {
    1: 1,
    100: 1,
    200: 200,
    201: 200,
    202: 200,
  });
});

Deno.test("namespaceInit() of what entered a container is the container's first process", () => {
  const a = "/docker/a", b = "/docker/b";
  assertEquals(
    inits(
      [1, 0, 1],
      [100, 1, 100],
      [200, 100, 1, b],
      [300, 100, 1, a],
      // Entered from outside, with a child; a namespace of its own within the container.
      [400, 100, 7, a],
      [401, 400, 8, a],
      [500, 300, 1, a],
      // Nobody knows who made it.
      [600, 0, 9, b],
    ),
    { 1: 1, 100: 1, 200: 200, 300: 300, 400: 300, 401: 300, 500: 500, 600: 200 },
  );
});

Deno.test("namespaceInit() is not the machine's for what entered another namespace", () => {
  assertEquals(inits([1, 0, 1], [100, 1, 100], [200, 100, 1], [300, 100, 2], [301, 300, 3]), {
    1: 1,
    100: 1,
    200: 200,
    300: undefined,
    301: undefined,
  });
  // Of a container whose first is not known.
  assertEquals(inits([1, 0, 1], [300, 1, 2, "/docker/a"])[300], undefined);
});

Deno.test("namespaceInit() looks again when the container's first has ended", () => {
  const processes = new ProcessTable({ containerIdOf: () => "a" });
  const seed = (id: number, virtualPid: number, startClockNs: number) =>
    processes.seed([snapshot(id, { startClockNs, membership: membership(id, { virtualPid }) })]);
  seed(300, 1, 3);
  seed(400, 7, 4);
  const entered = processes.process(400)!;
  assertEquals(processes.namespaceInit(entered)?.id, 300);
  processes.apply({
    kind: "exit",
    threadId: 300,
    processId: 300,
    last: true,
    exitCode: 0,
    reaperId: 0,
  }, 5);
  processes.flush();
  assertEquals(processes.namespaceInit(entered), undefined);
  seed(500, 1, 9);
  assertEquals(processes.namespaceInit(entered)?.id, 500);
});

Deno.test("namespaceInit() of a container without a first one looks at none of the others", () => {
  const processes = new ProcessTable({ containerIdOf: (cgroup) => cgroup.slice(1) });
  const seed = (id: number, virtualPid: number, cgroup: string) =>
    processes.seed([snapshot(id, { membership: membership(id, { virtualPid, cgroup }) })]);
  seed(300, 7, "/a");
  seed(400, 1, "/b");
  let asked = 0;
  Object.defineProperty(processes.process(400)!, "membership", {
    get: () => (asked++, membership(400, { virtualPid: 1, cgroup: "/b" })),
  });
  for (let n = 0; n < 3; n++) {
    assertEquals(processes.namespaceInit(processes.process(300)!), undefined);
  }
  assertEquals(asked, 0);
});

Deno.test("namespaceInit() follows what moves into a container and out of it", () => {
  const processes = new ProcessTable({ containerIdOf: (cgroup) => cgroup.slice(1) || "host" });
  const place = (id: number, virtualPid: number, cgroup: string) =>
    membership(id, { virtualPid, cgroup });
  const move = (id: number, virtualPid: number, cgroup: string) =>
    processes.apply({
      kind: "membership",
      threadId: id,
      processId: id,
      membership: place(id, virtualPid, cgroup),
    });
  const first = () => processes.namespaceInit(processes.process(400)!)?.id;
  for (const id of [300, 310, 320]) {
    processes.seed([snapshot(id, { startClockNs: id, membership: place(id, 1, "/") })]);
  }
  processes.seed([snapshot(400, { parentId: 0, membership: place(400, 7, "/a") })]);
  assertEquals(first(), undefined);
  move(310, 1, "/a");
  assertEquals(first(), 310);
  move(300, 1, "/a");
  move(320, 1, "/a");
  assertEquals(first(), 300);
  move(300, 1, "/b");
  assertEquals(first(), 310);
  move(310, 9, "/a");
  assertEquals(first(), 320);
});

Deno.test("sessionLeader() is the session's process, or the oldest ancestor left in it", () => {
  const processes = table();
  const inSession = (id: number, parentId: number, sessionId: number) =>
    snapshot(id, { parentId, membership: membership(id, { sessionId }) });
  processes.seed([inSession(200, 1, 200), inSession(201, 200, 200), inSession(202, 201, 200)]);
  assertEquals(processes.sessionLeader(processes.process(202)!)!.id, 200);
  processes.apply(exit(200, 201));
  processes.flush();
  assertEquals(processes.sessionLeader(processes.process(202)!)!.id, 201);
  assertEquals(processes.sessionLeader(processes.process(201)!), undefined);
});

Deno.test("groupLeader() does not take a process that reused the group's id", () => {
  const processes = table();
  processes.seed([
    snapshot(300, { membership: membership(300, { processGroupId: 300 }) }),
    snapshot(250, { membership: membership(250, { processGroupId: 1 }) }),
    snapshot(301, { membership: membership(301, { processGroupId: 250 }) }),
  ]);
  assertEquals(processes.groupLeader(processes.process(300)!)!.id, 300);
  assertEquals(processes.groupLeader(processes.process(301)!), undefined);
});

Deno.test("ancestor() counts from the parent and ends at 64", () => {
  const processes = new ProcessTable();
  processes.seed([snapshot(1)]);
  for (let id = 2; id <= 100; id++) processes.apply(fork(id - 1, id));
  const process = processes.process(100)!;
  assertEquals(processes.ancestor(process, 1)!.id, 99);
  assertEquals(processes.ancestor(process, 64)!.id, 36);
  assertEquals(processes.ancestor(process, 65), undefined);
  assertEquals([...processes.ancestors(process)].length, 64);
});

Deno.test("a process cannot become its own ancestor", () => {
  const processes = new ProcessTable();
  processes.seed([snapshot(2, { parentId: 3 }), snapshot(3, { parentId: 2 })]);
  processes.apply(exec(4, "self", { parentId: 4 }));
  assertEquals(processes.counters.refusedParents, 2);
  assertEquals([...processes.ancestors(processes.process(2)!)].length, 1);
  assertEquals([...processes.ancestors(processes.process(3)!)].length, 0);
});
