import { assert, assertEquals } from "../../tests/assert.ts";
import { corpusTest, readCorpus } from "../../tests/corpus.ts";
import { type Event, type EventParam, eventType, flagValue } from "../event/mod.ts";
import { State, UNSEEN_IMAGE } from "../state/mod.ts";
import { directoryOf, fileNameOf } from "./_path.ts";
import {
  eventOf,
  fileOf,
  pathOf,
  snapshotOf,
  socketOf,
  stateOf,
  textOf,
  TUPLE,
  valueOf,
} from "./fixture_test.ts";
import { renderValue, syscallFields } from "./mod.ts";

const GOLDEN = "event-fields-golden.jsonl";

Deno.test("any address and no port yet is an address as well", () => {
  const addr = {
    family: "ipv4",
    localAddress: undefined,
    remoteAddress: new Uint8Array(4),
    localPort: 0,
    remotePort: 0,
    path: undefined,
  } as const;
  assertEquals(textOf("evt.arg.addr", eventOf("bind", { params: { addr } })), "0.0.0.0:0");
});

Deno.test("negative numbers of 32 bits are as long in hexadecimal", () => {
  const event = eventOf("semget", { params: { key: -1, nsems: 1, semflg: 0 } });
  assertEquals(textOf("evt.arg.key", event), "FFFFFFFF");
  assertEquals(textOf("evt.rawarg.key", event), "FFFFFFFF");
});

Deno.test("evt.arg is found by name or number, and absent when the event has none such", () => {
  const event = eventOf("openat", { params: { flags: 1, mode: 0o644 } });
  assertEquals(valueOf("evt.arg.flags", event), "O_RDONLY");
  assertEquals(valueOf("evt.arg[flags]", event), "O_RDONLY");
  assertEquals(valueOf("evt.arg[3]", event), "O_RDONLY");
  assertEquals(valueOf("evt.arg[99]", event), undefined);
  assertEquals(valueOf("evt.arg.uid", event), undefined);
});

Deno.test("evt.arg takes numbers with a sign, as Falco does", () => {
  const event = eventOf("openat", { params: { flags: 1, mode: 0o644 } });
  for (const number of ["3", "+3", "+03"]) {
    assertEquals(valueOf(`evt.arg[${number}]`, event), "O_RDONLY", number);
  }
  for (const none of ["-1", "-01", "+99"]) {
    assertEquals(valueOf(`evt.arg[${none}]`, event), undefined, none);
    assertEquals(textOf(`evt.arg[${none}]`, event), "<NA>", none);
  }
  const { check } = syscallFields.get("evt.arg")!.argument!;
  for (const none of ["-2", "+", "+-1", "+x"]) {
    assertEquals(check!(none), `no event has a parameter "${none}"`);
  }
});

Deno.test("evt.arg complains about names that no event has", () => {
  const { check } = syscallFields.get("evt.arg")!.argument!;
  assertEquals(check!("flags"), undefined);
  assertEquals(check!("0"), undefined);
  assertEquals(check!("-1"), undefined);
  assertEquals(check!("-2"), 'no event has a parameter "-2"');
  assertEquals(check!("flagz"), 'no event has a parameter "flagz"');
});

Deno.test("parameters the source does not know print as upstream's empty ones", () => {
  assertEquals(valueOf("evt.arg.flags", eventOf("openat")), "<NA>");
  assertEquals(valueOf("evt.arg.data", eventOf("read")), "NULL");
  assertEquals(valueOf("evt.rawarg.flags", eventOf("openat")), undefined);
});

Deno.test("a buffer without bytes prints as nothing, and compares as absent", () => {
  const { extract, show } = syscallFields.get("evt.rawarg")!.specialize!("data");
  const state = stateOf({ processId: 100 });
  assertEquals(show!(eventOf("pwrite"), state, "data"), "");
  assertEquals(extract(eventOf("pwrite"), state, "data"), undefined);
  assertEquals(show!(eventOf("openat"), state, "data"), undefined);
});

Deno.test("rawarg of words prints their bytes, of a text that is not there <NA>", () => {
  const raw = (event: Event, name: string) =>
    syscallFields.get("evt.rawarg")!.specialize!(name).show!(
      event,
      stateOf({ processId: 100 }),
      name,
    );
  const exec = eventOf("execve", { params: { args: ["-l", "a b"], env: ["A=\u0001"], pgid: 7 } });
  assertEquals(raw(exec, "args"), "-l.a b.");
  assertEquals(raw(exec, "env"), "A=..");
  assertEquals(raw(exec, "pgid"), "7", "of a format that upstream does not print as a number");
  assertEquals(raw(eventOf("mount"), "type"), "<NA>");
  assertEquals(raw(eventOf("openat"), "name"), "<NA>");
  assertEquals(valueOf("evt.rawarg.type", eventOf("mount")), undefined);
});

Deno.test("rawarg is a number in JSON where it is decimal in that event", () => {
  const raw = (name: string, event: Event) => {
    const definition = syscallFields.get("evt.rawarg")!.specialize!(name);
    const state = stateOf({ processId: 100 });
    const shown = definition.show!(event, state, name);
    return [renderValue(shown, definition), definition.json!(event, state)];
  };
  assertEquals(raw("request", eventOf("ptrace", { params: { request: 7 } })), ["7", 7]);
  assertEquals(raw("request", eventOf("ioctl", { params: { request: 21523 } })), [
    "5413",
    undefined,
  ]);
  assertEquals(raw("dev", eventOf("mknod", { params: { dev: 261 } })), ["261", 261]);
  assertEquals(raw("dev", eventOf("openat", { params: { dev: 261 } })), ["105", undefined]);
  assertEquals(raw("op", eventOf("seccomp", { params: { op: 1n } })), ["1", 1n]);
  assertEquals(raw("name", eventOf("openat", { params: { name: "x" } })), ["x", undefined]);
});

Deno.test("parameters that are bytes print as dots, or in base64 for outputs that want it", () => {
  const event = eventOf("read", { params: { data: new Uint8Array([0x61, 0, 0xff]) } });
  const state = stateOf({ processId: 100 });
  const inBase64 = (name: string, argument?: string) =>
    syscallFields.get(name)!.extractBase64!(event, state, argument);
  assertEquals(valueOf("evt.arg.data", event), "a..");
  assertEquals(inBase64("evt.arg", "data"), "YQD/");
  for (const name of ["evt.args", "evt.info"]) {
    assert(String(valueOf(name, event)).includes("data=a.. "));
    assert(String(inBase64(name)).includes("data=YQD/ "));
  }
});

Deno.test("numbers print in their format, flags and modes by name", () => {
  const openat = eventOf("openat", { params: { mode: 0o644, dev: 255, flags: 0x1001, ino: 7n } });
  assertEquals(valueOf("evt.arg.mode", openat), "0644");
  assertEquals(valueOf("evt.arg.dev", openat), "FF");
  assertEquals(valueOf("evt.arg.ino", openat), "7");
  assertEquals(valueOf("evt.arg.flags", openat), "O_RDONLY|O_CLOEXEC");
  assertEquals(textOf("evt.rawarg.flags", openat), "1001");
  assertEquals(textOf("evt.rawarg.mode", openat), "644");
  const chown = eventOf("chown", { params: { uid: 4294967295, gid: 5 } });
  assertEquals(valueOf("evt.arg.uid", chown), "-1");
  const chmod = eventOf("chmod", { params: { mode: 0o4755 } });
  assert(String(valueOf("evt.arg.mode", chmod)).includes("S_ISUID"));
});

Deno.test("descriptors print with what they are when the event is about them", () => {
  const file = fileOf(pathOf("x", "/etc/x"));
  const event = eventOf("openat", { params: { fd: 3, dirfd: -100 }, descriptor: file });
  assertEquals(valueOf("evt.arg.fd", event), "<f>/etc/x");
  assertEquals(valueOf("evt.rawarg.fd", event), 3);
  assertEquals(valueOf("evt.arg.dirfd", event), "AT_FDCWD");
  assertEquals(valueOf("evt.arg.fd", eventOf("openat", { params: { fd: 4 } })), "4");
  assertEquals(valueOf("evt.arg.fd", eventOf("openat", { params: { fd: -13 } })), "EACCES");
  const socket = eventOf("connect", { params: { fd: 3 }, descriptor: socketOf() });
  assertEquals(valueOf("evt.arg.fd", socket), "<4t>10.0.0.1:33060->10.0.0.2:443");
});

Deno.test("signals, errors and times among values of several types print by name", () => {
  const ptrace = (request: string, data: number) =>
    eventOf("ptrace", {
      params: { request: flagValue("ptrace_requests", request)!, addr: 0x2010, data },
    });
  assertEquals(valueOf("evt.arg.data", ptrace("PTRACE_CONT", 17)), "SIGCHLD");
  assertEquals(valueOf("evt.arg.data", ptrace("PTRACE_POKEDATA", 17)), "11");
  assertEquals(valueOf("evt.arg.addr", ptrace("PTRACE_CONT", 17)), "2010");
  assert(String(valueOf("evt.args", ptrace("PTRACE_DETACH", 17))).includes(" data=17(SIGCHLD) "));
  const option = (name: string, val: number) =>
    eventOf("getsockopt", {
      params: { level: 1, optname: flagValue("sockopt_options", name)!, val },
    });
  assertEquals(valueOf("evt.arg.val", option("SO_ERROR", -111)), "ECONNREFUSED");
  assertEquals(valueOf("evt.arg.val", option("SO_RCVTIMEO", 5_000_000_000)), "5s");
  assertEquals(valueOf("evt.arg.val", option("SO_REUSEADDR", 1)), "1");
});

Deno.test("descriptors polled print with what is waited for, -1 without its sign", () => {
  const polled = [{ number: 3, events: 1 }, { number: -1, events: 0x41 }];
  const event = eventOf("poll", { params: { fds: { polled } } });
  assertEquals(valueOf("evt.arg.fds", event), "3:?1 18446744073709551615:?41");
});

Deno.test("processes and users print by name, signals and errors by theirs", () => {
  const state = stateOf({ processId: 100, comm: "cat" }, { processId: 200, comm: "nginx" });
  const kill = eventOf("kill", { params: { pid: 200, sig: 9, res: -1 } });
  assertEquals(valueOf("evt.arg.pid", kill, state), "nginx");
  assertEquals(valueOf("evt.arg.sig", kill, state), "SIGKILL");
  assertEquals(valueOf("evt.arg.res", kill, state), "EPERM");
  assertEquals(valueOf("evt.arg.pid", eventOf("kill", { params: { pid: 7 } }), state), "7");
  const setuid = (uid: number) => eventOf("setuid", { params: { uid } });
  assertEquals(valueOf("evt.arg.uid", setuid(0), state), "root");
  assertEquals(valueOf("evt.arg.uid", setuid(77), state), "<NA>");
  assertEquals(valueOf("evt.arg.uid", setuid(4294967295), state), "<NONE>");
});

Deno.test("an absolute path prints as passed, a relative one joined, both by the kernel's name", () => {
  const event = (raw: string) =>
    eventOf("openat", { params: { name: pathOf(raw, "/tmp/x", "/etc/shadow") } });
  assertEquals(valueOf("evt.arg.name", event("/tmp/./x")), "/tmp/./x");
  assertEquals(valueOf("evt.arg.name", event("x")), "/tmp/x");
  assertEquals(valueOf("evt.arg.name", event("x"), undefined, "resolved"), "/etc/shadow");
  assertEquals(valueOf("evt.arg.name", event("/tmp/./x"), undefined, "resolved"), "/etc/shadow");
  assertEquals(valueOf("evt.rawarg.name", event("x"), undefined, "resolved"), "x");
});

Deno.test("tuples and addresses print as connections and ends of them", () => {
  const connect = eventOf("connect", {
    params: { tuple: TUPLE, addr: TUPLE },
    descriptor: socketOf(),
  });
  assertEquals(valueOf("evt.arg.tuple", connect), "10.0.0.1:33060->10.0.0.2:443");
  assertEquals(valueOf("evt.arg.addr", connect), "10.0.0.2:443");
  const bound = { ...TUPLE, remoteAddress: undefined, remotePort: 0 };
  assertEquals(
    valueOf("evt.arg.addr", eventOf("bind", { params: { addr: bound } })),
    "10.0.0.1:33060",
  );
});

Deno.test("lists of strings print as their bytes would", () => {
  const event = eventOf("execve", { params: { args: ["-c", "é\n"] } });
  assertEquals(valueOf("evt.arg.args", event), "-c.....");
});

Deno.test("evt.args shows every parameter, with its meaning in brackets where it has one", () => {
  const event = eventOf("openat", {
    params: {
      fd: 3,
      dirfd: -100,
      name: pathOf("x", "/etc/x"),
      flags: 1,
      mode: 0,
      dev: 16,
      ino: 9n,
    },
    descriptor: fileOf(pathOf("x", "/etc/x")),
  });
  assertEquals(
    valueOf("evt.args", event),
    "fd=3(<f>/etc/x) dirfd=-100(AT_FDCWD) name=x(/etc/x) flags=1(O_RDONLY) mode=0 dev=10 ino=9",
  );
  assertEquals(valueOf("evt.info", event), valueOf("evt.args", event));
});

Deno.test("timeouts print in seconds besides, or as none", () => {
  const of = (timeout: bigint) => eventOf("ppoll", { params: { timeout } });
  assertEquals(valueOf("evt.arg.timeout", of(1_500_000_000n)), "1.5s");
  assertEquals(valueOf("evt.arg.timeout", of(1500n)), "1.5e-06s");
  assertEquals(valueOf("evt.arg.timeout", of(123_456_000_000_000n)), "123456s");
  assertEquals(valueOf("evt.arg.timeout", of(1_234_567_000_000_000n)), "1.23457e+06s");
  assertEquals(valueOf("evt.arg.timeout", of(2n ** 63n)), "9.22337e+09s");
  assertEquals(valueOf("evt.arg.timeout", of(2n ** 64n - 1n)), "none");
});

Deno.test("evt.abspath is the path of calls with a directory descriptor", () => {
  const params = { oldpath: pathOf("a", "/tmp/a"), newpath: pathOf("b", "/tmp/b") };
  const rename = eventOf("renameat2", { params });
  assertEquals(valueOf("evt.abspath", rename), "/tmp/a");
  assertEquals(valueOf("evt.abspath.src", rename), "/tmp/a");
  assertEquals(valueOf("evt.abspath.dst", rename), "/tmp/b");
  assertEquals(valueOf("evt.abspath", eventOf("rename", { params })), undefined);
});

Deno.test("evt.abspath from a descriptor that is none begins with <UNKNOWN>", () => {
  const path = (raw: string, dirfd: number, given = raw) => {
    const descriptors = { get: (number: number) => number === 3 ? socketOf() : undefined };
    const tracked = { descriptors } as unknown as Event["tracked"];
    return valueOf(
      "evt.abspath",
      eventOf("openat", { params: { dirfd, name: pathOf(raw, given) }, ...tracked && { tracked } }),
    );
  };
  assertEquals(path("x", 77), "<UNKNOWN>/x");
  assertEquals(path("./a/../b", -1, "b"), "<UNKNOWN>/b");
  assertEquals(path("../x", 77, "x"), "x");
  assertEquals(path("", 77), "");
  assertEquals(path("/x", 77), "/x");
  assertEquals(path("x", 77, "/tmp/x"), "/tmp/x");
  assertEquals(path("x", -100), "x");
  // A socket has no name to begin with.
  assertEquals(path("x", 3), "/x");
});

interface Golden {
  readonly events: readonly {
    readonly type_code: number;
    /** Text that is no UTF-8 is an object. */
    readonly fields: Readonly<Record<string, string>>;
  }[];
}

corpusTest("numbers of recorded events print as upstream printed them", [GOLDEN], () => {
  let compared = 0;
  for (const { type_code, fields } of goldenEvents()) {
    for (const param of eventType(type_code)?.params ?? []) {
      const raw = fields[`evt.rawarg.${param.name}`];
      const text = fields[`evt.arg.${param.name}`];
      // Upstream shows the raw value of an absent parameter as 0.
      if (typeof raw !== "string" || text === undefined || text === "<NA>") continue;
      if (!isStateless(param)) continue;
      const value = parseRaw(raw, param);
      if (value === undefined) continue;
      const event = { ...eventOf("openat"), type: type_code, param: () => value };
      assertEquals(valueOf(`evt.arg.${param.name}`, event), text, `${type_code} ${param.name}`);
      compared++;
    }
  }
  assert(compared > 1000, `only ${compared} parameters were compared`);
});

corpusTest(
  "directories and names of recorded descriptors are cut as upstream cut them",
  [GOLDEN],
  () => {
    let compared = 0;
    for (const { fields } of goldenEvents()) {
      const { "fd.name": name, "fd.directory": directory, "fd.filename": fileName } = fields;
      if (typeof name !== "string" || fields["fd.typechar"] !== "f") continue;
      if (directory !== undefined) assertEquals(directoryOf(name), directory);
      if (fileName !== undefined) assertEquals(fileNameOf(name), fileName);
      compared++;
    }
    assert(compared > 80, `only ${compared} descriptors were compared`);
  },
);

/** Its text depends on the number alone. */
function isStateless({ type, flags }: EventParam): boolean {
  return flags !== undefined || /^(U?INT|ERRNO|SIGTYPE)/.test(type);
}

function parseRaw(text: string, { format }: EventParam): number | undefined {
  const base = format === "hex" ? 16 : format === "oct" ? 8 : 10;
  const value = parseInt(text, base);
  return value.toString(base).toUpperCase() === text ? value : undefined;
}

function* goldenEvents(): Generator<Golden["events"][number]> {
  const text = readCorpus(GOLDEN);
  for (const line of text.trim().split("\n")) {
    const { events } = JSON.parse(line) as Golden;
    yield* events.filter(({ fields }) => fields !== undefined);
  }
}

Deno.test("what an event does not say of its process is taken from the process table", () => {
  const state = stateOf({ processId: 1, comm: "init" }, {
    processId: 100,
    parentId: 1,
    comm: "sh",
    image: {
      exe: "-sh",
      args: ["-l"],
      exePath: "/bin/sh",
      exeInode: 7n,
      exeWritable: true,
    },
  });
  const clone = eventOf("clone", { params: { res: 200, tid: 100 } });
  assertEquals(valueOf("evt.arg.exe", clone, state), "-sh");
  assertEquals(valueOf("evt.arg.args", clone, state), "-l.");
  assertEquals(valueOf("evt.arg.ptid", clone, state), "init");
  assertEquals(valueOf("evt.rawarg.ptid", clone, state), 1);
  const capset = eventOf("capset");
  assertEquals(textOf("evt.rawarg.cap_permitted", capset, state), "3");
  const failed = eventOf("execve", { result: -2 });
  assertEquals(valueOf("evt.arg.trusted_exepath", failed, state), "/bin/sh");
  assertEquals(valueOf("evt.rawarg.exe_ino", failed, state), 7n);
  assertEquals(valueOf("evt.arg.flags", failed, state), "EXE_WRITABLE");
  assertEquals(valueOf("evt.arg.comm", failed, state), "sh");
  assertEquals(valueOf("evt.arg.exe", failed, state), "<NA>");
});

Deno.test("a symbolic link's target is text, and a path where the kernel's view is judged", () => {
  const target = pathOf("../shadow", "../shadow", "/etc/shadow");
  const event = eventOf("symlink", { params: { target, linkpath: pathOf("/etc/x/l") } });
  assertEquals(valueOf("evt.args", event), "res=<NA> target=../shadow linkpath=/etc/x/l");
  assertEquals(valueOf("evt.arg.target", event), "../shadow");
  assertEquals(valueOf("evt.arg.target", event, undefined, "resolved"), "/etc/shadow");
});

Deno.test("a process has its name when its main thread ended before the others", () => {
  const state = stateOf({ processId: 90, comm: "java" }, { processId: 100 });
  state.processes.find(91, 90);
  const ends = { kind: "exit", threadId: 90, processId: 90, exitCode: 0, reaperId: 0 } as const;
  state.processes.apply({ ...ends, last: false });
  state.processes.flush();
  assertEquals(state.processes.thread(90), undefined);
  const kill = eventOf("kill", { params: { res: 0, pid: 90, sig: 9 } });
  assertEquals(valueOf("evt.arg.pid", kill, state), "java");
  assertEquals(valueOf("evt.args", kill, state), "res=0 pid=90(java) sig=9(SIGKILL)");
});

Deno.test("a process of which only other threads are known has a number, and no name, as in Falco", () => {
  const unseen = { comm: "<NA>", image: UNSEEN_IMAGE };
  const state = stateOf({ processId: 90, ...unseen }, { processId: 50, ...unseen });
  state.processes.find(91, 90);
  for (const [pid, name] of [[90, ""], [91, "(<NA>)"], [50, "(<NA>)"], [60, ""]] as const) {
    const kill = eventOf("kill", { params: { res: 0, pid, sig: 9 } });
    assertEquals(valueOf("evt.args", kill, state), `res=0 pid=${pid}${name} sig=9(SIGKILL)`);
  }
});

Deno.test("ids that calls in a container have are the container's, those that exec tells the host's", () => {
  const passwd = "root:x:0:0::/:/bin/sh\nann:x:1000:1000::/:/bin/sh\n";
  const group = "root:x:0:\nstaff:x:1000:\n";
  // Podman without root, by the host's user 1000.
  const ids = "0 1000 1\n1 100000 65536\n";
  const state = new State({
    files: { read: () => "bob:x:1000:1000::/:/bin/sh\n", version: () => "1" },
    readAccounts: () => ({ passwd, group, uidMap: ids, gidMap: ids }),
  });
  const cgroup = `/user.slice/user-1000.slice/libpod-${"ab".repeat(32)}.scope`;
  state.seed([
    snapshotOf({ processId: 100, membership: { cgroup } }),
    snapshotOf({ processId: 200 }),
  ]);
  const args = (type: string, params: Record<string, number>, processId = 100) =>
    valueOf("evt.args", eventOf(type, { params, processId, threadId: processId }), state);
  assertEquals(args("setuid", { res: 0, uid: 1000 }), "res=0 uid=1000(ann)");
  assertEquals(args("setgid", { res: 0, gid: 1000 }), "res=0 gid=1000(staff)");
  assertEquals(args("setuid", { res: 0, uid: 0 }), "res=0 uid=0(root)");
  assertEquals(args("setuid", { res: 0, uid: 1000 }, 200), "res=0 uid=1000(bob)");
  const exec = eventOf("execve", { params: { uid: 1000, gid: 1000, loginuid: 1000 } });
  const told = ["uid", "gid", "loginuid"].map((name) => valueOf(`evt.arg.${name}`, exec, state));
  assertEquals(told, ["root", "root", "bob"]);
  assertEquals(valueOf("evt.arg.uid", eventOf("setuid", { params: { uid: 1000 } }), state), "ann");
});
