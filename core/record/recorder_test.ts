import { assert, assertEquals } from "../../tests/assert.ts";
import { clockNow, live, recorded } from "../../tests/made_recordings.ts";
import {
  currentEventCode,
  type Event,
  type FileDescriptor,
  GENERIC_BASE,
  type ParamValue,
} from "../event/mod.ts";
import { State } from "../state/mod.ts";
import { image, membership, snapshot } from "../state/testing.ts";

function file(number: number, path: string): FileDescriptor {
  return {
    number,
    typeChar: "f",
    path: { raw: path, given: path, resolved: undefined },
    socket: undefined,
    protocol: undefined,
    role: undefined,
    connected: undefined,
    inode: 7n,
    device: 5,
    flags: 0,
    onOverlayUpper: false,
  };
}

const nameOf = ({ descriptor }: Event) => descriptor?.path?.given;
const read = (number: number, path: string) =>
  live("read", { params: [4, new Uint8Array(4), number, 4], descriptor: file(number, path) });

Deno.test("Recorder tells of descriptors that nobody saw being opened, and of those that changed", async () => {
  const seen = await recorded((take) => {
    take(read(3, "/a"));
    take(read(3, "/a"));
    take(read(3, "/b"));
    take(live("close", { params: [0, 3], descriptor: file(3, "/b") }));
    take(read(3, "/b"));
  }, nameOf);
  assertEquals(seen, ["/a", "/a", "/b", "/b", "/b"]);
});

Deno.test("Recorder keeps a relative path where it leads to the same place", async () => {
  const path = { raw: "x", given: "/srv/x", resolved: undefined };
  const at = (directory: number, given: string) =>
    live("unlinkat", { params: [0, directory, { ...path, given }, 0] });
  const seen = await recorded((take) => {
    take(at(-100, "/tmp/x"));
    take(at(7, "/srv/x"));
    take(at(7, "/opt/x"));
    take(at(-100, "/elsewhere/x"));
  }, (event) => event.param(2));
  const plain = seen.map((value) => {
    const { raw, given } = value as { raw: string; given: string };
    return [raw, given];
  });
  assertEquals(plain, [
    ["x", "/tmp/x"],
    ["x", "/srv/x"],
    ["x", "/opt/x"],
    ["/elsewhere/x", "/elsewhere/x"],
  ]);
});

Deno.test("Recorder writes a newer call as the event that it is delivered as", async () => {
  const path = { raw: "x", given: "/srv/x", resolved: undefined };
  const seen = await recorded((take) => {
    take(live("fchmodat2", { params: [0, -100, path, 0o4755] }));
    take(live("preadv2", { params: [4, 4, new Uint8Array(4), 3, 1n], descriptor: file(3, "/a") }));
    take(live("move_mount", { params: [0, "none", path, "tmpfs", 1] }));
  }, (event) => [event.type, event.param(0), event.descriptor?.path?.given]);
  assertEquals(seen, [
    [currentEventCode("fchmodat"), 0, ""],
    [currentEventCode("preadv"), 4, "/a"],
    [currentEventCode("mount"), 0, undefined],
  ]);
});

Deno.test("Recorder tells of children, threads, directories and users that no event tells of", async () => {
  const fork = { kind: "fork", threadId: 10, processId: 10, childParentId: 10 } as const;
  const seen = await recorded((take) => {
    take({
      ...fork,
      childThreadId: 20,
      childProcessId: 20,
      childVirtualPid: 2,
      childVirtualTid: 2,
      startClockNs: clockNow(),
    });
    take({ kind: "cwd", threadId: 20, processId: 20, cwd: "/srv" });
    take(live("generic", { processId: 20 }));
    take({
      kind: "credentials",
      threadId: 20,
      processId: 20,
      credentials: { ...snapshot(1).credentials, euid: 33, egid: 34 },
    });
    take({
      ...fork,
      threadId: 20,
      processId: 20,
      childThreadId: 21,
      childProcessId: 20,
      childVirtualPid: 2,
      childVirtualTid: 3,
      startClockNs: clockNow(),
    });
    take(live("generic", { processId: 20, threadId: 21 }));
  }, ({ type, threadId }, { thread, processes }) => {
    assertEquals(type, GENERIC_BASE + 5);
    const { comm, cwd, credentials, parentId, id } = thread!.process;
    return [
      [threadId, id, thread!.virtualId, parentId, processes.process(parentId)?.comm],
      [comm, cwd, credentials.euid, credentials.egid],
    ];
  });
  assertEquals(seen, [
    [[20, 20, 2, 10, "sh"], ["sh", "/srv", 0, 0]],
    [[21, 20, 3, 10, "sh"], ["sh", "/srv", 33, 34]],
  ]);
});

Deno.test("Recorder tells where a thread has gone: Falco joins no path of one that is not the first", async () => {
  const places: string[] = [];
  const move = (threadId: number, path: string, cwd: string) =>
    live("chdir", {
      threadId,
      params: [0, path],
      change: { kind: "cwd", threadId, processId: 10, cwd },
    });
  const numbers = await recorded((take) => {
    take({
      kind: "fork",
      threadId: 10,
      processId: 10,
      childThreadId: 11,
      childProcessId: 10,
      childParentId: 1,
      childVirtualPid: 10,
      childVirtualTid: 11,
      startClockNs: clockNow(),
    });
    take(move(10, "a", "/tmp/a"));
    take(move(11, "b", "/tmp/a/b"));
    take(move(11, "/srv", "/srv"));
    take(live("getuid", { params: [0] }));
  }, ({ number }, { process }) => {
    places.push(process!.cwd);
    return number;
  });
  assertEquals(places, ["/tmp/a", "/tmp/a/b", "/srv", "/srv"]);
  const first = numbers[0]!;
  assertEquals(numbers.map((number) => number - first), [0, 1, 3, 4], "one is told beside them");
});

Deno.test("Recorder tells of groups and terminals that no exec tells of, and keeps other threads", async () => {
  const joined = membership(10, {
    sessionId: 10,
    processGroupId: 10,
    virtualSessionId: 10,
    virtualProcessGroupId: 10,
    tty: 34816,
  });
  const seen = await recorded((take) => {
    take({
      kind: "fork",
      threadId: 10,
      processId: 10,
      childThreadId: 11,
      childProcessId: 10,
      childParentId: 1,
      childVirtualPid: 10,
      childVirtualTid: 11,
      startClockNs: clockNow(),
    });
    take(live("getuid", { processId: 10, params: [0] }));
    take(live("setsid", {
      processId: 10,
      params: [10],
      change: { kind: "membership", threadId: 10, processId: 10, membership: joined },
    }));
    take(live("getuid", { processId: 10, threadId: 11, params: [0] }));
  }, (_event, { process, thread }) => {
    const { sessionId, processGroupId, virtualProcessGroupId, tty } = process!.membership;
    const { comm, cwd, threadCount } = process!;
    return [
      [sessionId, processGroupId, virtualProcessGroupId, tty],
      comm,
      cwd,
      threadCount,
      thread!.id,
    ];
  });
  assertEquals(seen, [
    [[1, 1, 1, 0], "sh", "/tmp", 2, 10],
    [[10, 10, 10, 34816], "sh", "/tmp", 2, 10],
    [[10, 10, 10, 34816], "sh", "/tmp", 2, 11],
  ]);
});

Deno.test("Recorder tells when threads began, those of before and those that it sees", async () => {
  const sinceBegin: number[] = [];
  const age = ({ clockNs: now }: Event, { thread, process, tracked }: State) => [
    now - (tracked ?? thread)!.startClockNs,
    now - process!.startClockNs,
  ];
  const seen = await recorded((take, state) => {
    const startClockNs = clockNow() - 5000;
    const fork = { kind: "fork", threadId: 10, processId: 10, startClockNs } as const;
    const at = (processId: number, threadId = processId) => {
      const called = live("getuid", { processId, threadId, params: [0] });
      take(called);
      const { process } = state.processes.thread(threadId)!;
      sinceBegin.push(called.clockNs - state.processes.thread(threadId)!.startClockNs);
      sinceBegin.push(called.clockNs - process.startClockNs);
    };
    at(10);
    take({
      ...fork,
      childThreadId: 20,
      childProcessId: 20,
      childParentId: 10,
      childVirtualPid: 20,
      childVirtualTid: 20,
    });
    at(20);
    take({
      ...fork,
      childThreadId: 11,
      childProcessId: 10,
      childParentId: 1,
      childVirtualPid: 10,
      childVirtualTid: 11,
    });
    at(10, 11);
  }, age);
  assertEquals(seen.flat(), sinceBegin);
});

Deno.test("a session that begins in a pid namespace is led by who began it", async () => {
  const seen = await recorded((take) => {
    take({
      kind: "fork",
      threadId: 10,
      processId: 10,
      childThreadId: 20,
      childProcessId: 20,
      childParentId: 10,
      childVirtualPid: 2,
      childVirtualTid: 2,
      startClockNs: clockNow(),
    });
    const own = membership(2, { sessionId: 20, virtualSessionId: 2 });
    const change = { kind: "membership", threadId: 20, processId: 20, membership: own } as const;
    take(live("setsid", { processId: 20, params: [2], change }));
    take(live("getuid", { processId: 20, params: [0] }));
  }, (_event, { process, processes }) => [
    process!.membership.virtualSessionId,
    processes.sessionLeader(process!)?.id,
  ]);
  assertEquals(seen, [[2, 20], [2, 20]]);
});

Deno.test("when a pid namespace began that was entered from outside is as unknown as live", async () => {
  const seen = await recorded((take) => {
    take({
      kind: "fork",
      threadId: 10,
      processId: 10,
      childThreadId: 20,
      childProcessId: 20,
      childParentId: 10,
      childVirtualPid: 2,
      childVirtualTid: 2,
      startClockNs: clockNow(),
    });
    take(live("getuid", { processId: 20, params: [0] }));
  }, ({ tracked }) => tracked?.namespaceStartNs);
  assertEquals(seen, [0n]);
});

Deno.test("times of a recording count from its first event, whenever processes began", async () => {
  const seen = await recorded((take) => {
    take(live("getuid", { params: [0] }));
    take(live("getuid", { params: [0] }));
  }, ({ clockNs: now }, { firstClockNs }) => now - firstClockNs);
  assertEquals(seen, [0, 1000]);
});

Deno.test("Recorder tells how many descriptors there may be, once", async () => {
  const limited = (processId: number, descriptorLimit: number) => {
    const facts = { vmSizeKb: 1, vmResidentKb: 1, vmSwapKb: 0, majorFaults: 0, minorFaults: 0 };
    return { ...live("getuid", { processId, params: [0] }), usage: { ...facts, descriptorLimit } };
  };
  const numbers: number[] = [];
  const seen = await recorded((take) => {
    take(limited(10, 64));
    take(limited(10, 64));
    take(limited(10, 32));
  }, ({ number }, { usage }) => {
    numbers.push(number);
    return usage?.descriptorLimit;
  });
  assertEquals(seen, [64, 64, 32]);
  assertEquals(numbers.map((number) => number - numbers[0]!), [0, 1, 3]);
});

Deno.test("Recorder tells what is left of capabilities in a new user namespace", async () => {
  const CLONE_NEWUSER = 0x100000;
  const seen = await recorded((take) => {
    take(live("unshare", { params: [0, CLONE_NEWUSER] }));
    take(live("getuid", { params: [0] }));
  }, (_event, { thread }) => thread!.credentials.capInheritable);
  assertEquals(seen[1], 0n);
});

Deno.test("Recorder tells of an environment without variables", async () => {
  const seen = await recorded((take) => {
    const bare = snapshot(10, { parentId: 1, image: { ...image("true"), env: [] } });
    const params = Array.from({ length: 31 }, (_, i) => [0, "true", []][i] as ParamValue);
    params[15] = [];
    for (const env of [["A=b"], []]) {
      const change = { kind: "exec", ...bare, image: { ...bare.image, env } } as const;
      take(live("execve", { params: params.with(15, env), change }));
    }
  }, (_event, { process }) => process!.image.env.join(" "));
  assertEquals(seen, ["A=b", ""]);
});

Deno.test("Recorder tells of a program with its exec, and of one that nobody saw start", async () => {
  const seen = await recorded((take, state) => {
    const cat = snapshot(10, {
      parentId: 1,
      comm: "cat",
      image: { ...image("cat"), args: ["/etc/hosts"], exePath: "/usr/bin/cat" },
    });
    const params = [0, "cat", ["/etc/hosts"], 10, 10, 1, "/"];
    const rest = { 13: "cat", 14: "/", 27: "/usr/bin/cat" } as const;
    const all = Array.from({ length: 31 }, (_, i) => params[i] ?? rest[i as keyof typeof rest]);
    take(live("execve", { params: all, change: { kind: "exec", ...cat } }));
    state.seed([snapshot(30, { parentId: 10, comm: "late", image: image("late"), cwd: "/late" })]);
    take(live("generic", { processId: 30 }));
  }, (_event, { thread }) => {
    const { comm, cwd, image: { exe, args, exePath }, parentId } = thread!.process;
    return [comm, exe, args, exePath, cwd, parentId];
  });
  assertEquals(seen, [
    ["cat", "cat", ["/etc/hosts"], "/usr/bin/cat", "/", 1],
    ["late", "late", [], "/bin/late", "/late", 10],
  ]);
});

Deno.test("Recorder shows events of threads that nobody knows", async () => {
  const seen = await recorded((take) => {
    take(live("procexit", { processId: 99, params: [0, 0, 0, 0, 0] }));
    take(live("getuid", { processId: 98, params: [0] }));
  }, ({ threadId }) => threadId);
  assertEquals(seen, [99, 98]);
});

Deno.test("Recorder cuts what does not fit into an event", async () => {
  const long = Array.from({ length: 3000 }, () => "x".repeat(40));
  const [length] = await recorded((take) => {
    const snapshotOf = snapshot(10, { image: { ...image("cat"), args: long, env: long } });
    const params = Array.from({ length: 31 }, (_, i) => [0, "cat", long][i]);
    params[15] = long;
    take(live("execve", { params, change: { kind: "exec", ...snapshotOf } }));
  }, (_event, { thread }) => thread!.process.image.args.length);
  assert(length! > 500 && length! < 3000, `${length}`);
});

Deno.test("Recorder tells what users and groups are called when that is known at last", async () => {
  const account = { home: "/home/ada", shell: "/bin/sh" };
  const seen = await recorded((take, state) => {
    const credentials = { ...snapshot(1).credentials, euid: 5000, egid: 6000 };
    take({ kind: "credentials", threadId: 10, processId: 10, credentials });
    take(live("generic"));
    state.account({ kind: "user", id: 5000, user: { ...account, name: "ada" } });
    state.account({ kind: "group", id: 6000, group: { name: "engineers" } });
    take(live("generic"));
    take(live("generic"));
  }, (_event, state) => `${state.user(5000)?.name} ${state.group(6000)?.name}`);
  assertEquals(seen, ["undefined undefined", "ada engineers", "ada engineers"]);
});
