import { assert, assertEquals } from "../../tests/assert.ts";
import { memoryInput, ScapReader } from "../scap/mod.ts";
import type { State } from "../state/mod.ts";
import { capture, type GivenEvent, process } from "../../tests/made_captures.ts";
import { recordedState, sinkInto } from "./recorded_state.ts";
import { Replay } from "./replay.ts";
import type { ReplayEvent } from "./replay_event.ts";

const KEPT = 1 << 20;

/** Plays the events after a shell was there, and shows each to `look`. */
async function played(
  events: readonly GivenEvent[],
  look: (event: ReplayEvent, state: State) => void = () => {},
  processes = [process(10, "bash")],
): Promise<{ readonly replay: Replay; readonly state: State }> {
  const state = recordedState();
  const replay = new Replay(
    sinkInto(state, (event) => {
      state.begin(event);
      look(event, state);
      state.end(event);
    }),
    { keptBytes: KEPT },
  );
  using reader = new ScapReader(memoryInput(await capture(processes, events)));
  for (;;) {
    const item = reader.next();
    if (item.kind === "more") await reader.fill();
    else if (item.kind === "end") return { replay, state };
    else if (item.kind === "fault") throw new Error(item.reason);
    else replay.take(item);
  }
}

function times<Value>(count: number, make: (n: number) => Value): Value[] {
  return Array.from({ length: count }, (_, n) => make(n));
}

const exec = (threadId: number, args: readonly string[], env: readonly string[] = ["A=1"]) => ({
  type: "execve",
  threadId,
  params: { res: 0, exe: "x", args, env, tid: threadId, pid: threadId, ptid: 1, comm: "x" },
});
const open = (threadId: number, name: string, fd: number): GivenEvent => ({
  type: "openat",
  threadId,
  params: { fd, dirfd: -100, name, flags: 1, mode: 0, dev: 5, ino: 7n },
});
const read = (fd: number, threadId = 10): GivenEvent => ({
  type: "read",
  threadId,
  params: { res: 4, fd, size: 4 },
});
const chdir = (path: string): GivenEvent => ({ type: "chdir", params: { res: 0, path } });

Deno.test("arguments are seen whole at an exec, and cut when all of them take too much", async () => {
  const lengths: number[] = [];
  const { replay, state } = await played(
    times(60, (n) => exec(100 + n, [`${n}`, "a".repeat(30_000)])),
    (_event, { process }) => lengths.push(process!.image.args[1]!.length),
  );
  assertEquals(lengths, times(60, () => 30_000));
  assert(replay.counters.textsCut >= 40, `${replay.counters.textsCut}`);
  const { args, argsTruncated } = state.processes.process(100)!.image;
  assertEquals([args[0], args[1]!.length, argsTruncated], ["0", 4093, true]);
  assertEquals(state.processes.counters.textsCut, 0, "told by who follows, not found out");
});

Deno.test("ordinary captures keep all", async () => {
  const { replay, state } = await played(times(60, (n) => exec(100 + n, [`${n}`], ["B=2"])));
  assertEquals(replay.counters.textsCut, 0);
  assertEquals(state.processes.process(100)!.image.env, ["B=2"]);
});

Deno.test("the largest tables are emptied when descriptors take too much", async () => {
  const names: (string | undefined)[] = [];
  const { replay } = await played(
    [
      open(11, "/etc/passwd", 3),
      ...times(3000, (n) => open(10, `/${n}${"f".repeat(1000)}`, n % 2000)),
      read(3, 11),
    ],
    ({ descriptor, opened, number }) => {
      if (opened === undefined) names.push(number === 3002 ? descriptor?.path?.given : undefined);
    },
    [process(10, "bash"), process(11, "cat")],
  );
  assert(replay.counters.descriptorsForgotten >= 500, `${replay.counters.descriptorsForgotten}`);
  assertEquals(names, ["/etc/passwd"]);
});

Deno.test("what a fork copies counts before it is copied", async () => {
  const { replay } = await played([
    ...times(2000, (n) => open(10, "/a", 2000 + n)),
    ...times(60, (n): GivenEvent[] => [
      { type: "clone", params: { res: 100 + n, exe: "x", tid: 10, pid: 10, ptid: 1, comm: "x" } },
      open(100 + n, "/b", 1),
    ]).flat(),
  ]);
  assert(replay.counters.descriptorsForgotten >= 2000, `${replay.counters.descriptorsForgotten}`);
});

Deno.test("a directory that nobody can be in is none", async () => {
  const names: (string | undefined)[] = [];
  await played(
    [
      ...times(4, () => chdir("d".repeat(7000))),
      open(10, "x", 3),
      chdir("/tmp"),
      open(10, "x", 4),
    ],
    ({ opened }) => opened && names.push(opened.given),
  );
  assertEquals([names[0]!.length < 16_400, names[1]], [true, "/tmp/x"]);
});

Deno.test("what calls said when they began is let go where it is too long", async () => {
  const { replay } = await played(times(60, (n): GivenEvent => ({
    type: "openat",
    direction: "enter",
    threadId: 100 + n,
    params: { dirfd: -100, name: `/${n}${"e".repeat(30_000)}`, flags: 1, mode: 0 },
  })));
  assert(replay.counters.textsCut >= 30, `${replay.counters.textsCut}`);
});

Deno.test("directories that take too much are forgotten, by the process table as well", async () => {
  const processes = times(200, (n) => process(100 + n, "x"));
  const { replay, state } = await played(
    times(200, (n) => ({
      type: "chdir",
      threadId: 100 + n,
      params: { res: 0, path: `/${n}${"d".repeat(10_000)}` },
    })),
    () => {},
    processes,
  );
  assert(replay.counters.textsCut >= 50, `${replay.counters.textsCut}`);
  assertEquals(state.processes.process(100)!.cwd, ".");
});

Deno.test("descriptors are not forgotten for texts that take too much", async () => {
  const { replay } = await played([
    open(10, "/etc/passwd", 3),
    ...times(900, (n) => exec(100 + n, [`${n}${"a".repeat(800)}`])),
  ]);
  assert(replay.counters.textsCut >= 500, `${replay.counters.textsCut}`);
  assertEquals(replay.counters.descriptorsForgotten, 0);
});
