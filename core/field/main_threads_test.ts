/** Of threads whose main thread nobody knows: in captures that begin in the middle. */
import { assertEquals } from "../../tests/assert.ts";
import { capture, type GivenEvent, opening, process } from "../../tests/made_captures.ts";
import { replayed } from "../../tests/recorded.ts";
import { find } from "./fixture_test.ts";
import { renderValue } from "./render.ts";

/** Of 20 only the threads 21 and 22 are listed. */
const LISTED = [
  process(10, "bash"),
  process(21, "worker", { processId: 20, parentId: 10, flags: 1 }),
  process(22, "worker", { processId: 20, parentId: 10, flags: 1 }),
];
const CLONE_THREAD = 0x2000;

/** Of each event what the fields show. */
async function shown(
  events: readonly GivenEvent[],
  ...names: readonly string[]
): Promise<readonly string[]> {
  const fields = names.map(find);
  return await replayed(await capture(LISTED, events), (event, state) => {
    return fields.map(({ definition, argument }) => {
      const { show = definition.extract } = definition;
      return renderValue(show(event, state, argument), definition);
    }).join(" ");
  });
}

const getuid = (threadId: number): GivenEvent => ({
  type: "getuid",
  threadId,
  params: { uid: 0 },
});

/** The return from clone in a new thread of 20, in which its main thread is heard of. */
const NEW_THREAD: GivenEvent = {
  type: "clone",
  threadId: 23,
  params: {
    res: 0,
    exe: "main",
    args: [],
    tid: 23,
    pid: 20,
    ptid: 10,
    comm: "main",
    cgroups: [],
    flags: CLONE_THREAD,
    uid: 0,
    gid: 0,
    vtid: 23,
    vpid: 20,
  },
};

Deno.test("ancestors are counted from the main thread, which somebody has to know", async () => {
  const fields = [
    "proc.name",
    "proc.pid",
    "proc.aname[0]",
    "proc.aname",
    "proc.pname",
    "proc.ppid",
    "proc.pvpid",
    "proc.loginshellid",
    "proc.cwd",
  ];
  assertEquals(await shown([getuid(21), getuid(20), NEW_THREAD, getuid(21)], ...fields), [
    "worker 20 <NA> <NA> <NA> <NA> 10 <NA> ./",
    "<NA> -1 <NA> <NA> <NA> <NA> 10 <NA> ./",
    "main 20 main bash bash 10 10 10 ",
    "worker 20 main bash bash 10 10 10 ",
  ]);
});

Deno.test("environments of ancestors are empty while nobody knows the main thread", async () => {
  const names = ["proc.aenv[1]", "proc.aenv[7]", "proc.aenv[HOME]"];
  assertEquals(await shown([getuid(21), NEW_THREAD], ...names), ["  ", " <NA> "]);
});

Deno.test("threads have no descriptors in common while nobody knows the main thread", async () => {
  const read = (threadId: number): GivenEvent => ({
    type: "read",
    threadId,
    params: { res: 1, data: new Uint8Array([1]), fd: 3, size: 1 },
  });
  // 30 and 31 become known by what they make, 30 later than it opens something.
  const caller = (threadId: number, res: number): GivenEvent => ({
    ...NEW_THREAD,
    threadId,
    params: { ...NEW_THREAD.params, tid: threadId, pid: 29, vpid: 29, vtid: threadId, res },
  });
  const open = (threadId: number, name: string) => ({ ...opening(name), threadId });
  const names = await shown([
    open(21, "/tmp/none"),
    read(21),
    read(22),
    open(30, "/tmp/own"),
    caller(30, 33),
    caller(31, 34),
    read(30),
    read(31),
    read(33),
    open(31, "/tmp/other"),
    read(30),
    read(31),
  ], "fd.name");
  assertEquals(names.slice(1, 3), ["", ""]);
  assertEquals(names.slice(6, 9), ["/tmp/own", "", ""]);
  assertEquals(names.slice(10), ["/tmp/own", "/tmp/other"]);
});

Deno.test("a thread that nobody knows has no memory, whatever it asks for", async () => {
  const params = { res: 0n, vm_size: 100, vm_rss: 50, vm_swap: 0 };
  const brk = (threadId: number): GivenEvent => ({ type: "brk", threadId, params });
  const names = ["proc.vmsize", "thread.vmsize", "thread.vmrss.b"];
  assertEquals(await shown([brk(10), brk(50)], ...names), ["100 100 51200", "100 0 0"]);
});

Deno.test("what threads run that are known by their ids alone stays unknown when the main thread is known", async () => {
  const CLONE_VFORK = 0x8000000;
  const of29 = (threadId: number, res: number, flags: number): GivenEvent => ({
    ...NEW_THREAD,
    threadId,
    params: { ...NEW_THREAD.params, tid: threadId, pid: 29, vpid: 29, vtid: threadId, res, flags },
  });
  const names = ["proc.name", "proc.exe", "proc.aname[0]"];
  // What a caller of vfork runs is not told; that of a thread is its process's.
  assertEquals(
    await shown([of29(30, 40, CLONE_VFORK), of29(31, 0, CLONE_THREAD), getuid(30)], ...names),
    ["<NA> <NA> <NA>", "main main main", "<NA> <NA> main"],
  );
});
