import { assert, assertEquals } from "../../tests/assert.ts";
import { clockNow, live, recorded } from "../../tests/made_recordings.ts";
import { MACHINE, replayed } from "../../tests/recorded.ts";
import { memoryInput, MemoryOutput, ScapReader, ScapWriter } from "../scap/mod.ts";
import { State } from "../state/mod.ts";
import { fork, membership, snapshot } from "../state/testing.ts";
import { Recorder } from "./mod.ts";

const CONTAINER = `/docker/${"0123456789abcdef".repeat(4)}`;
const SHORT_ID = "0123456789ab";

Deno.test("Recorder tells of a process that was moved to another cgroup", async () => {
  const moved = membership(10, { cgroup: CONTAINER });
  const forked = {
    kind: "fork",
    threadId: 10,
    processId: 10,
    childVirtualPid: 10,
    startClockNs: clockNow(),
  } as const;
  const seen = await recorded((take) => {
    const thread = { childThreadId: 11, childProcessId: 10, childParentId: 1, childVirtualTid: 11 };
    take({ ...forked, ...thread });
    take(live("getuid", { params: [0] }));
    take({ kind: "membership", threadId: 10, processId: 10, membership: moved });
    take(live("getuid", { params: [0] }));
    take(live("getuid", { threadId: 11, params: [0] }));
  }, (_event, { process, thread }) => {
    const { containerId, membership, comm, cwd, threadCount } = process!;
    return [thread!.id, containerId, membership.cgroup, comm, cwd, threadCount];
  });
  assertEquals(seen, [
    [10, "host", "/", "sh", "/tmp", 2],
    [10, SHORT_ID, CONTAINER, "sh", "/tmp", 2],
    [11, SHORT_ID, CONTAINER, "sh", "/tmp", 2],
  ]);
});

Deno.test("Recorder tells of a child that was made in another cgroup, and of its child", async () => {
  const seen = await recorded((take) => {
    take(fork(10, 20, clockNow()));
    const moved = membership(20, { cgroup: CONTAINER });
    take({ kind: "membership", threadId: 20, processId: 20, membership: moved });
    take(live("getuid", { processId: 20, params: [0] }));
    take(fork(20, 30, clockNow()));
    take(live("getuid", { processId: 30, params: [0] }));
    take(live("getuid", { params: [0] }));
  }, (_event, { process }) => [process!.id, process!.containerId]);
  assertEquals(seen, [[20, SHORT_ID], [30, SHORT_ID], [10, "host"]]);
});

Deno.test("Recorder tells of a container what is known of it without its engine", async () => {
  const inContainer = snapshot(10, { membership: membership(10, { cgroup: CONTAINER }) });
  const seen = await recorded((take, { containers }) => {
    take({ kind: "exec", ...inContainer });
    const glimpsed = { ...containers.get(SHORT_ID)!, name: "web" };
    containers.set(glimpsed);
    take(live("getuid", { params: [0] }));
    containers.set({ ...glimpsed, known: true, image: "nginx" });
    take(live("getuid", { params: [0] }));
  }, (_event, { containers }) => {
    const { name, image, known } = containers.get(SHORT_ID)!;
    return [name, image, known];
  });
  assertEquals(seen, [["web", undefined, false], ["web", "nginx", true]]);
});

Deno.test("users that a container does not name are not the host's in a replay", async () => {
  const passwd = "root:x:0:0::/root:/bin/bash\nweb:x:33:33::/srv:/bin/sh\n";
  const output = new MemoryOutput();
  const writer = new ScapWriter(output);
  const state = new State({
    files: { read: (path) => path === "/etc/passwd" ? passwd : undefined, version: () => "1" },
    readAccounts: () => ({ passwd: undefined, group: undefined }),
  });
  const credentials = { ...snapshot(10).credentials, uid: 33, euid: 33 };
  const inContainer = snapshot(10, {
    membership: membership(10, { cgroup: CONTAINER }),
    credentials,
  });
  state.seed([inContainer, snapshot(11, { credentials })]);
  const recorder = new Recorder(writer, state, { machine: MACHINE, interfaces: [] });
  const look = (of: State) => [0, 33].map((id) => of.user(id)?.name);
  recorder.begin();
  const seen = [10, 11].map((processId) => {
    const called = live("getuid", { processId, params: [33] });
    state.begin(called);
    const shown = look(state);
    recorder.event(called);
    state.end(called);
    return shown;
  });
  await writer.close();
  assertEquals(seen, [[undefined, undefined], ["root", "web"]]);
  const again = await replayed(output.bytes, (_event, of) => look(of)[1]);
  assertEquals(again, seen.map(([, user]) => user));
});

Deno.test("Recorder does not take the cgroup of a host for a container's", async () => {
  const cgroup = "/namespace/program";
  const cgroupsOf = async (files: { read(path: string): string | undefined }) => {
    const output = new MemoryOutput();
    const writer = new ScapWriter(output);
    const state = new State({ files: { ...files, version: () => undefined } });
    state.seed([snapshot(10, { membership: membership(10, { cgroup }) })]);
    new Recorder(writer, state, { machine: MACHINE, interfaces: [] }).begin();
    await writer.close();
    using reader = new ScapReader(memoryInput(output.bytes));
    for (;;) {
      const item = reader.next();
      if (item.kind === "more") await reader.fill();
      else if (item.kind === "process") return item.cgroups[0];
      else assert(item.kind !== "end" && item.kind !== "fault");
    }
  };
  assertEquals(await cgroupsOf({ read: () => undefined }), `cpuset=${cgroup}`);
  const own = (path: string) => path === "/proc/self/cgroup" ? `0::${cgroup}\n` : undefined;
  assertEquals(await cgroupsOf({ read: own }), "cpuset=/");
});
