import { assertEquals } from "../../tests/assert.ts";
import { ProcessTable } from "./process_table.ts";
import { membership, snapshot } from "./testing.ts";

/** Whom `namespaceInit` finds for each process. */
function inits(
  ...processes:
    readonly (readonly [id: number, parentId: number, virtualPid: number, cgroup?: string])[]
) {
  const table = new ProcessTable({
    containerIdOf: (cgroup) => cgroup.startsWith("/docker/") ? cgroup.slice(8) : "host",
  });
  table.seed(
    processes.map(([id, parentId, virtualPid, cgroup = "/"]) =>
      snapshot(id, { parentId, membership: membership(id, { virtualPid, cgroup }) })
    ),
  );
  return Object.fromEntries(
    processes.map(([id]) => [id, table.namespaceInit(table.process(id)!)?.id]),
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
  const table = new ProcessTable({ containerIdOf: () => "a" });
  const seed = (id: number, virtualPid: number, startClockNs: number) =>
    table.seed([snapshot(id, { startClockNs, membership: membership(id, { virtualPid }) })]);
  seed(300, 1, 3);
  seed(400, 7, 4);
  const entered = table.process(400)!;
  assertEquals(table.namespaceInit(entered)?.id, 300);
  table.apply({
    kind: "exit",
    threadId: 300,
    processId: 300,
    last: true,
    exitCode: 0,
    reaperId: 0,
  }, 5);
  table.flush();
  assertEquals(table.namespaceInit(entered), undefined);
  seed(500, 1, 9);
  assertEquals(table.namespaceInit(entered)?.id, 500);
});
