import { assert, assertEquals, assertObjectMatch, assertRejects } from "../../tests/assert.ts";
import { eventCodesByName, eventType, type StateChange } from "../event/mod.ts";
import { encodeParam, memoryInput, ScapReader } from "../scap/mod.ts";
import { written } from "../scap/testing.ts";
import { type State, UNSEEN_IMAGE } from "../state/mod.ts";
import { playCapture } from "./play.ts";
import { recordedState, sinkInto } from "./recorded_state.ts";
import { Replay, type ReplaySink } from "./replay.ts";
import type { ReplayEvent } from "./replay_event.ts";
import { BEGIN_NS, capture, type GivenEvent, process } from "../../tests/made_captures.ts";

const SHELL = [process(10, "bash")];
/** PPME code. */
const CLOSE = 5;
const nothing: ReplaySink = { deliver() {}, change() {}, seed() {}, account() {}, container() {} };

/** What `read` says of every event. */
async function seen<Value>(
  events: readonly GivenEvent[],
  read: (event: ReplayEvent, state: State) => Value,
  processes = SHELL,
): Promise<Value[]> {
  const found: Value[] = [];
  const state = recordedState();
  const replay = new Replay(sinkInto(state, (event) => {
    state.begin(event);
    found.push(read(event, state));
    state.end(event);
  }));
  await playBytes(await capture(processes, events), replay);
  return found;
}

async function playBytes(bytes: Uint8Array, replay: Replay): Promise<void> {
  using reader = new ScapReader(memoryInput(bytes));
  for (;;) {
    const item = reader.next();
    if (item.kind === "more") await reader.fill();
    else if (item.kind === "end" || item.kind === "fault") return;
    else replay.take(item);
  }
}

const open = (name: string, fd = 3): GivenEvent => ({
  type: "openat",
  params: { fd, dirfd: -100, name, flags: 1, mode: 0, dev: 5, ino: 77n },
});
const close = (fd: number): GivenEvent => ({ type: "close", params: { res: 0, fd } });
const read = (fd: number): GivenEvent => ({ type: "read", params: { res: 4, fd, size: 4 } });

const nameOf = ({ descriptor }: ReplayEvent) => descriptor?.path?.given || undefined;

Deno.test("a file that O_TMPFILE made in a directory is a file, whatever probes say of directories", async () => {
  // O_DIRECTORY with O_RDONLY, O_RDWR and O_WRONLY, without and with O_TMPFILE.
  const flags = [0x401, 0x2401, 0x403, 0x2403, 0x2402];
  const { params, type } = open("/etc");
  const kinds = await seen(
    flags.map((flags) => ({ type, params: { ...params, flags } })),
    ({ descriptor }) => descriptor?.typeChar,
  );
  assertEquals(kinds, ["d", "d", "d", "f", "f"]);
});

Deno.test("a descriptor is what was opened under its number, until it is closed", async () => {
  const names = await seen(
    [open("/etc/passwd"), read(3), close(3), read(3), open("/tmp/a"), read(3)],
    nameOf,
  );
  assertEquals(names, ["/etc/passwd", "/etc/passwd", "/etc/passwd", undefined, "/tmp/a", "/tmp/a"]);
});

Deno.test("accounts that a capture begins with are known, and no events", async () => {
  const user: GivenEvent = {
    type: "useradded",
    params: { uid: 7, gid: 7, name: "ann", home: "/", shell: "/bin/sh", container_id: "" },
  };
  const found = await seen(
    [user, close(3), user],
    ({ type, number }, { users }) => [eventType(type)?.name, number, users.user(7)?.name],
  );
  assertEquals(found, [["close", 2, "ann"], ["useradded", 3, "ann"]]);
});

Deno.test("relative paths begin where the process is", async () => {
  const names = await seen([
    open("x"),
    { type: "chdir", params: { res: 0, path: "/var/log" } },
    open("../y", 4),
    { type: "chdir", params: { res: -2, path: "/nowhere" } },
    open("z", 5),
  ], nameOf);
  assertEquals(names.filter(Boolean), ["/root/x", "/var/y", "/var/log/z"]);
});

Deno.test("the same path is the same object, so that notes on it hold", async () => {
  const paths = await seen(
    [open("/etc/passwd"), open("/etc/passwd", 4)],
    (event) => event.descriptor?.path,
  );
  assert(paths[0] !== undefined && paths[0] === paths[1]);
});

Deno.test("a child has its parent's descriptors, its own program after exec", async () => {
  const found = await seen([
    open("/etc/passwd"),
    {
      type: "clone",
      threadId: 11,
      params: { res: 0, exe: "bash", tid: 11, pid: 11, ptid: 10, comm: "bash", flags: 0 },
    },
    { ...read(3), threadId: 11 },
    {
      type: "execve",
      threadId: 11,
      params: { res: 0, exe: "cat", args: ["-n"], tid: 11, pid: 11, ptid: 10, comm: "cat" },
    },
    { ...read(3), threadId: 11 },
  ], (event, state) => [
    state.process?.image.comm,
    state.process && state.processes.parent(state.process)?.id,
    nameOf(event),
  ]);
  assertEquals(found.slice(1), [
    ["bash", 10, undefined],
    ["bash", 10, "/etc/passwd"],
    ["cat", 10, undefined],
    ["cat", 10, "/etc/passwd"],
  ]);
});

Deno.test("who makes a process in a pid namespace is known from then on", async () => {
  const CHILD_IN_PIDNS = 0x20000000;
  const made = { res: 2, exe: "sh", tid: 38, pid: 38, ptid: 10, vtid: 7, vpid: 7 };
  const found = await seen([
    { type: "clone", threadId: 38, params: { ...made, comm: "sh", flags: CHILD_IN_PIDNS } },
    { ...open("/etc/passwd"), threadId: 38 },
  ], (_event, { process, processes }) => [
    process?.id,
    process && processes.parent(process)?.id,
    process?.image === UNSEEN_IMAGE,
  ]);
  assertEquals(found[1], [38, 10, false]);
});

Deno.test("of a caller that nobody knew the event tells name and arguments", async () => {
  const made = { res: 39, exe: "./run", args: ["-c"], tid: 38, pid: 38, ptid: 10, comm: "run" };
  const found = await seen(
    [{ type: "clone", threadId: 38, params: { ...made, flags: 0 } }],
    (_event, { process }) => [process?.image.comm, process?.image.exe, process?.image.args],
  );
  assertEquals(found, [["run", "./run", ["-c"]]]);
});

Deno.test("a process whose main thread nobody saw is where those are that are unknown", async () => {
  const made = { res: 14, exe: "bash", ptid: 30, comm: "bash", fdlimit: 7, flags: CLONE_THREAD };
  const found = await seen([
    { type: "clone", threadId: 33, params: { ...made, tid: 33, pid: 32 } },
    { type: "clone", threadId: 40, params: { ...made, tid: 40, pid: 40, res: 15 } },
  ], ({ tracked }, { process }) => [process?.id, process?.cwd, tracked?.descriptorLimit]);
  assertEquals(found, [[32, ".", 0], [40, "", -1]]);
});

Deno.test("times and numbers are the recording's", async () => {
  const found = await seen([open("/a"), close(3)], ({ number, timeNs }) => [number, timeNs]);
  assertEquals(found, [[1, BEGIN_NS], [2, BEGIN_NS + 1000n]]);
});

const CLONE_THREAD = 0x2000;

/** Of thread 10, whose capture says that it is `pid`'s. */
function cloned(child: number, comm: string, more: GivenEvent["params"] = {}): GivenEvent {
  return {
    type: "clone",
    params: { res: child, exe: "bash", comm, tid: 10, pid: 10, uid: 7, args: ["-i"], ...more },
  };
}

/** As the process table has them while their events are judged. */
const bearerOf = (_event: ReplayEvent, { thread }: State) =>
  thread && [thread.id, thread.process.id, thread.comm, ...thread.image.args].join(" ");

Deno.test("a thread has the name and the words that it began with, its process its own", async () => {
  const rename = { option: 15, arg2_str: "worker" };
  const found = await seen([
    { type: "prctl", params: { res: 0, ...rename } },
    cloned(11, "worker", { flags: CLONE_THREAD }),
    { ...read(3), threadId: 11 },
    read(3),
  ], bearerOf);
  assertEquals(found.slice(2), ["11 10 worker -i", "10 10 bash"]);
});

Deno.test("whose a thread is does not depend on what is looked at", async () => {
  const executed = { res: 0, exe: "cat", comm: "cat", ptid: 1 };
  const events: GivenEvent[] = [
    cloned(11, "bash", { flags: CLONE_THREAD }),
    // Not the first thread of its process, and yet it says that it runs a program.
    { type: "execve", threadId: 11, params: { ...executed, tid: 11, pid: 10 } },
    { type: "setuid", threadId: 10, params: { res: 0, uid: 33 } },
    { ...read(3), threadId: 11 },
    // A thread of a process that nobody knows, under an id that somebody has.
    { ...cloned(0, "sh", { flags: CLONE_THREAD, pid: 12, tid: 11 }), threadId: 11, atNs: 5e9 },
    { ...read(3), threadId: 11 },
  ];
  const found: string[] = [];
  for (const wanted of [["read"], ["read", "execve", "setuid", "clone"]]) {
    const shown: string[] = [];
    const state = recordedState();
    const replay = new Replay(sinkInto(state, (event) => {
      state.begin(event);
      const { thread } = state;
      const type = eventType(event.type)!.name;
      if (type === "read") shown.push(`${bearerOf(event, state)} ${thread?.credentials.uid}`);
      state.end(event);
    }));
    replay.want(new Set(wanted.flatMap(eventCodesByName)));
    await playBytes(await capture(SHELL, events), replay);
    found.push(shown.join(", "));
  }
  assertEquals(found, Array(2).fill("11 10 cat 7, 11 12 sh -i 7"));
});

Deno.test("what nobody wants is followed all the same", async () => {
  const changes: StateChange["kind"][] = [];
  const delivered: number[] = [];
  const replay = new Replay({
    ...nothing,
    deliver: ({ type }) => void delivered.push(type),
    change: ({ kind }) => void changes.push(kind),
  });
  replay.want(new Set());
  await playBytes(await capture(SHELL, [open("/a"), { type: "procexit", params: {} }]), replay);
  assertEquals(delivered, []);
  assertEquals(changes, ["thread", "exit"]);
  assertObjectMatch(replay.counters, { events: 2, unconvertible: 0, threadsLeftOut: 0 });
});

Deno.test("of captures in a row each begins anew", async () => {
  const first = await capture([process(10, "bash"), process(11, "sshd")], [open("/a")]);
  const second = await capture([process(10, "cat")], [read(3)]);
  const state = recordedState();
  const seenThen: unknown[] = [];
  const replay = new Replay(sinkInto(state, (event) => {
    state.begin(event);
    seenThen.push([state.process?.image.comm, nameOf(event), state.processes.counters.processes]);
    state.end(event);
  }));
  await playBytes(new Uint8Array([...first, ...second]), replay);
  assertEquals(seenThen, [["bash", "/a", 2], ["cat", undefined, 1]]);
});

Deno.test("a broken capture is played up to the place", async () => {
  const bytes = await capture(SHELL, [open("/a"), close(3)]);
  const path = Deno.makeTempFileSync();
  try {
    Deno.writeFileSync(path, bytes.subarray(0, bytes.length - 8));
    let events = 0;
    const replay = new Replay({ ...nothing, deliver: () => void events++ });
    await assertRejects(playCapture(path, replay), { name: "CaptureFault", code: "truncated" });
    assertEquals(events, 1);
  } finally {
    Deno.removeSync(path);
  }
});

Deno.test("whatever bytes a capture has, playing it throws nothing", async () => {
  const events: GivenEvent[] = [
    open("/etc/passwd"),
    { type: "clone", params: { res: 11, exe: "a", tid: 10, pid: 10, ptid: 1, flags: 0 } },
    { type: "socket", params: { fd: 4, domain: 2, type: 1, proto: 6 } },
    { type: "connect", params: { res: 0, tuple: new Uint8Array(13).fill(2), fd: 4 } },
    { type: "execve", params: { res: 0, exe: "x", args: ["a", "b"], tid: 10, pid: 10 } },
    { type: "dup3", params: { res: 5, oldfd: 3, newfd: 5, flags: 0 } },
    { type: "mount", params: { res: 0, dev: "/dev/x", dir: "/mnt", type: "ext4", flags: 0 } },
    close(3),
    { type: "procexit", params: { status: 0 } },
  ];
  const whole = await capture(SHELL, events);
  // A generator of its own: a failure has to be the same tomorrow.
  let seed = 1;
  const random = (below: number) => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed % below;
  };
  for (let round = 0; round < 1500; round++) {
    const bytes = whole.slice();
    for (let i = 0; i <= random(4); i++) bytes[random(bytes.length)] = random(256);
    const replay = new Replay({
      ...nothing,
      deliver(event) {
        for (let index = 0; index < 4; index++) event.param(index);
        void event.descriptor?.path;
      },
    });
    await playBytes(bytes, replay);
  }
});

Deno.test("proc.ppid.ts is the start of the thread that has the children of one that ended", async () => {
  const CLONE_THREAD = 0x2000;
  const clone = (threadId: number, pid: number, ptid: number, flags = 0, res = 0): GivenEvent => ({
    type: "clone",
    threadId,
    params: {
      res,
      exe: "a",
      comm: "a",
      tid: threadId,
      pid,
      ptid,
      flags,
      vtid: threadId,
      vpid: pid,
    },
  });
  const end = (threadId: number, reaper_tid: number): GivenEvent => ({
    type: "procexit",
    threadId,
    params: { status: 0, ret: 0, sig: 0, core: 0, reaper_tid },
  });
  const starts = await seen([
    clone(20, 20, 10),
    clone(21, 20, 10, CLONE_THREAD),
    clone(22, 20, 10, CLONE_THREAD),
    clone(30, 30, 20),
    end(20, 21),
    end(21, 22),
    end(30, 22),
  ], (_event, state) => state.tracked?.parent?.startClockNs);
  // An event each microsecond, from the beginning on.
  assertEquals(starts[6]! - starts[3]!, 2000);
});

Deno.test("an event about a container tells which, and of one that ends what is known of it", async () => {
  const json = (facts: Record<string, unknown>) => JSON.stringify({ container: facts });
  const async = (name: string, facts: Record<string, unknown>): GivenEvent => ({
    type: "asyncevent",
    params: { plugin_id: 0, name, data: new TextEncoder().encode(`${json(facts)}\0`) },
  });
  const web = { id: "3ad7b26ded6d", type: 0, name: "web", image: "nginx:1" };
  const found = await seen([
    close(3),
    async("container", web),
    async("container_removed", { id: "3ad7b26ded6d", type: 0 }),
    async("container_removed", { ...web, id: "4ad7b26ded6d" }),
    async("news", web),
    { type: "container", params: { json: json({ ...web, id: "5ad7b26ded6d" }) } },
    close(3),
  ], ({ aboutContainer: id }, { containers }) => [id, id && containers.get(id)?.name]);
  const of = (id: string) => [id, "web"], none = [undefined, undefined];
  assertEquals(found, [
    none,
    of("3ad7b26ded6d"),
    of("3ad7b26ded6d"),
    of("4ad7b26ded6d"),
    none,
    of("5ad7b26ded6d"),
    none,
  ]);
});

Deno.test("events have the name of the machine that was captured, not of the one that replays", async () => {
  const names: string[] = [];
  const replay = new Replay({ ...nothing, deliver: ({ hostname }) => names.push(hostname) });
  const bytes = await written((writer) => {
    const facts = { cpuCount: 1, memoryBytes: 0n, maxPid: 0n, bootTimeNs: 0n, flags: 0n };
    writer.machine({ kind: "machine", hostname: "elsewhere", ...facts });
    writer.processes(SHELL);
    const values = [encodeParam("ERRNO", 0), encodeParam("FD", 3)];
    writer.event({ type: CLOSE, timeNs: BEGIN_NS, threadId: 10, cpu: 0 }, values);
  });
  await playBytes(bytes, replay);
  assertEquals(names, ["elsewhere"]);
});
