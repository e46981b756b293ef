import { assertEquals } from "../../tests/assert.ts";
import { capture, type GivenEvent, process } from "../../tests/made_captures.ts";
import { replayed } from "../../tests/recorded.ts";
import type { Event, ParamValue } from "../event/mod.ts";
import type { State } from "../state/mod.ts";
import type { ReplayEvent } from "./replay_event.ts";

/** Events after those that were lost: of 10, which is known, and of others, which are not. */
async function seen<Seen>(
  events: readonly GivenEvent[],
  look: (event: Event, state: State) => Seen,
): Promise<Seen[]> {
  return replayed(await capture([process(10, "sh")], events), look);
}

/** Of a child that returns, or of the caller `threadId` whose child is `res`. */
function clone(threadId: number, parentId: number, res = 0): GivenEvent {
  const params: Record<string, ParamValue> = {
    res,
    exe: "sh",
    args: [],
    tid: threadId,
    pid: threadId,
    ptid: parentId,
    comm: "sh",
    cgroups: [],
    flags: 0,
    uid: 0,
    gid: 0,
    vtid: threadId,
    vpid: threadId,
  };
  return { type: "clone", threadId, params };
}

function execve(threadId: number, parentId: number): GivenEvent {
  const ids = { tid: threadId, pid: threadId, ptid: parentId };
  return {
    type: "execve",
    threadId,
    params: { res: 0, exe: "cat", args: [], comm: "cat", ...ids },
  };
}

const CLONE_THREAD = 0x2000;

const parentName = (_event: Event, { process, processes }: State) =>
  process && processes.parent(process)?.comm;

Deno.test("who is heard of after their children is nobody's parent", async () => {
  const names = await seen([
    clone(30, 20),
    // 20 is known from here on, and what it makes then is its own.
    clone(20, 10, 30),
    execve(30, 20),
    clone(31, 20),
    execve(31, 20),
  ], parentName);
  // What a caller runs does not stand in its event.
  assertEquals(names, [undefined, "sh", undefined, "<NA>", "<NA>"]);
});

Deno.test("a caller that returns after its child has ended raises no dead, known or not", async () => {
  const counts = await seen([
    clone(30, 20),
    { type: "procexit", threadId: 30, params: { status: 0 } },
    clone(20, 10, 30),
    { type: "getuid", params: { uid: 0 } },
  ], (_event, { processes }) => processes.process(30) !== undefined);
  assertEquals(counts, [true, true, false, false]);
});

Deno.test("an unknown thread is nowhere, wherever it goes", async () => {
  const chdir = { type: "chdir", params: { res: 0, path: "/tmp" } };
  const places = await seen([
    { ...chdir, threadId: 20 },
    { type: "getuid", threadId: 20, params: { uid: 0 } },
    { ...chdir, threadId: 10 },
  ], (event) => (event as ReplayEvent).cwd);
  assertEquals(places, ["./", "./", "/tmp/"]);
});

Deno.test("a main thread becomes known by the threads that it makes, whoever of them was before", async () => {
  const thread = (threadId: number, res: number) => {
    const { params } = clone(threadId, 10, res);
    return {
      type: "clone",
      threadId,
      params: { ...params, pid: 20, vpid: 20, flags: res === 0 ? CLONE_THREAD : 0 },
    };
  };
  const names = await seen([
    { type: "getuid", threadId: 20, params: { uid: 0 } },
    clone(30, 20),
    // The child is known, and so nothing becomes known of who runs the caller.
    thread(21, 30),
    { type: "getuid", threadId: 20, params: { uid: 0 } },
    thread(22, 0),
    { type: "getuid", threadId: 20, params: { uid: 0 } },
  ], (_event, { process }) => process?.comm);
  assertEquals(names.slice(3), ["<NA>", "sh", "sh"]);
});
