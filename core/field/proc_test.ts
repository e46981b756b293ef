import { assertEquals } from "../../tests/assert.ts";
import { syscallFields } from "./mod.ts";
import {
  CLOCK_NS,
  eventOf,
  find,
  ROOT,
  stateOf,
  textOf,
  TIME_NS,
  valueOf,
} from "./fixture_test.ts";

const event = eventOf("execve");

/** systemd → sshd → bash → cat */
function family() {
  return stateOf(
    { processId: 1, comm: "systemd", image: { exe: "/sbin/init", exePath: "/usr/lib/systemd" } },
    { processId: 50, parentId: 1, comm: "sshd", image: { exe: "sshd", args: ["-D"] } },
    {
      processId: 90,
      parentId: 50,
      comm: "bash",
      startClockNs: 2_000_000_000,
      image: { exe: "-bash", exePath: "/usr/bin/bash", env: ["HOME=/home/ana", "X= a b "] },
      membership: { virtualPid: 9 },
    },
    {
      processId: 100,
      parentId: 90,
      image: { args: ["/etc/shadow", "-n"], env: ["HOME=/root", "LANG=C"] },
      membership: {
        sessionId: 90,
        processGroupId: 100,
        virtualSessionId: 9,
        virtualProcessGroupId: 10,
        virtualPid: 10,
        tty: 34816,
      },
    },
  );
}

Deno.test("proc.cmdline is the name and the arguments, proc.exeline starts with argv[0]", () => {
  const state = family();
  assertEquals(valueOf("proc.name", event, state), "cat");
  assertEquals(valueOf("proc.exe", event, state), "cat");
  assertEquals(valueOf("proc.exepath", event, state), "/usr/bin/cat");
  assertEquals(valueOf("proc.cmdline", event, state), "cat /etc/shadow -n");
  assertEquals(valueOf("proc.exeline", event, state), "cat /etc/shadow -n");
  assertEquals(valueOf("proc.args", event, state), "/etc/shadow -n");
  assertEquals(valueOf("proc.args[1]", event, state), "-n");
  assertEquals(valueOf("proc.args[2]", event, state), "");
  assertEquals(valueOf("proc.cmdnargs", event, state), 2);
  assertEquals(valueOf("proc.cmdlenargs", event, state), 13);
});

Deno.test("ancestors without a number are shown in a row, and not at all where nothing is known", () => {
  const { extract, show } = syscallFields.get("proc.aexepath")!;
  const shown = (state = family()) => {
    state.begin(event);
    return [show!(event, state, undefined), extract(event, state, undefined)];
  };
  assertEquals(shown()[0], "/usr/bin/bash /usr/bin/cat /usr/lib/systemd");
  const parent = { processId: 90, image: { exePath: "" } };
  assertEquals(shown(stateOf(parent, { processId: 100, parentId: 90 })), [undefined, [""]]);
});

Deno.test("an index below 0 is nobody's, and -1 is as good as none", () => {
  const shown = (text: string) => {
    const { definition, argument } = find(text);
    const state = family();
    state.begin(event);
    return (definition.show ?? definition.extract)(event, state, argument);
  };
  for (const name of ["proc.aname", "proc.apid", "proc.acmdline", "proc.aargs", "proc.args"]) {
    assertEquals(shown(`${name}[-1]`), shown(name), name);
  }
  assertEquals(shown("proc.aname[-2]"), undefined);
  assertEquals(shown("proc.apid[-2]"), undefined);
  assertEquals(shown("proc.aname[+1]"), "bash");
  assertEquals(shown("proc.args[-2]"), "/etc/shadow -n");
});

Deno.test("a thread that nobody knows uses no memory, and what is no system call has no thread", () => {
  const known = stateOf({ processId: 1 });
  for (const name of ["thread.vmsize", "thread.vmrss", "thread.vmsize.b", "thread.vmrss.b"]) {
    assertEquals(valueOf(name, event, known), 0, name);
    assertEquals(valueOf(name, eventOf("container"), known), undefined, name);
  }
});

Deno.test("ids of more than 32 bits are none of the host and show inside of namespaces only", () => {
  const large = 0x1_0000_0010;
  const state = stateOf(
    { processId: large, membership: { virtualPid: large } },
    { processId: large + 1, parentId: large, membership: { virtualPid: 3 } },
  );
  const first = eventOf("execve", { threadId: large, processId: large });
  const second = eventOf("execve", { threadId: large + 1, processId: large + 1 });
  assertEquals(valueOf("proc.pid", first, state), undefined);
  assertEquals(valueOf("thread.tid", first, state), undefined);
  assertEquals(valueOf("proc.vpid", first, state), large);
  assertEquals(valueOf("proc.ppid", second, state), undefined);
  assertEquals(valueOf("proc.apid[1]", second, state), undefined);
  assertEquals(valueOf("proc.pvpid", second, state), large);
  assertEquals(valueOf("proc.pname", second, state), "cat");
});

Deno.test("a process without arguments has its name for a command line", () => {
  const state = stateOf({ processId: 100 });
  assertEquals(valueOf("proc.cmdline", event, state), "cat");
  assertEquals(valueOf("proc.exeline", event, state), "cat ");
  assertEquals(valueOf("proc.cmdlenargs", event, state), 0);
  const image = { args: ["é", "a b"] };
  assertEquals(valueOf("proc.cmdlenargs", event, stateOf({ processId: 100, image })), 5);
});

Deno.test("proc.name and proc.cmdline stay when the process takes another name", () => {
  const state = family();
  const renamed = { kind: "comm", threadId: 100, processId: 100, comm: "evil" } as const;
  assertEquals(valueOf("proc.name", { ...event, change: renamed }, state), "cat");
  assertEquals(valueOf("proc.cmdline", event, state), "cat /etc/shadow -n");
});

Deno.test("proc.cmdline of a thread begins with the name that the thread has", () => {
  const state = family();
  const ids = { threadId: 100, processId: 100 };
  state.apply({ kind: "comm", ...ids, comm: "worker" }, 0);
  state.apply({
    kind: "fork",
    ...ids,
    childThreadId: 101,
    childProcessId: 100,
    childParentId: 90,
    childVirtualPid: 100,
    childVirtualTid: 101,
    startClockNs: 4_500_000_000,
  }, 0);
  const ofThread = eventOf("openat", { threadId: 101 });
  assertEquals(valueOf("proc.name", ofThread, state), "worker");
  assertEquals(valueOf("proc.cmdline", ofThread, state), "worker /etc/shadow -n");
  assertEquals(valueOf("proc.exeline", ofThread, state), "cat /etc/shadow -n");
  assertEquals(valueOf("proc.acmdline[0]", ofThread, state), "cat /etc/shadow -n");
  assertEquals(valueOf("proc.cmdline", event, state), "cat /etc/shadow -n");
});

Deno.test("proc.env is the environment or one variable without blanks around it", () => {
  const state = family();
  assertEquals(valueOf("proc.env", event, state), "HOME=/root LANG=C");
  assertEquals(valueOf("proc.env[LANG]", event, state), "C");
  assertEquals(valueOf("proc.env[LAN]", event, state), "");
  assertEquals(valueOf("proc.aenv[X]", event, state), "a b");
  assertEquals(valueOf("proc.aenv[HOME]", event, state), "/home/ana");
  assertEquals(valueOf("proc.aenv[1]", event, state), "HOME=/home/ana X= a b ");
  assertEquals(valueOf("proc.aenv[0]", event, state), "HOME=/root LANG=C");
  assertEquals(valueOf("proc.aenv", event, state), ["HOME=/home/ana X= a b ", "", ""]);
  assertEquals(valueOf("proc.aenv[9]", event, state), undefined);
  assertEquals(valueOf("proc.aenv", event, stateOf({ processId: 100 })), undefined);
});

Deno.test("proc.cwd ends in a slash", () => {
  assertEquals(valueOf("proc.cwd", event), "/root/");
  assertEquals(valueOf("proc.cwd", event, stateOf({ processId: 100, cwd: "/" })), "/");
});

Deno.test("the parent's fields are absent when nobody knows the parent", () => {
  const known = family();
  assertEquals(valueOf("proc.pname", event, known), "bash");
  assertEquals(valueOf("proc.pexe", event, known), "-bash");
  assertEquals(valueOf("proc.pexepath", event, known), "/usr/bin/bash");
  assertEquals(valueOf("proc.pcmdline", event, known), "bash");
  assertEquals(valueOf("proc.ppid", event, known), 90);
  assertEquals(valueOf("proc.pvpid", event, known), 9);
  const orphan = stateOf({ processId: 100, parentId: 90 });
  for (const name of ["proc.pname", "proc.pcmdline", "proc.ppid", "proc.ppid.duration"]) {
    assertEquals(valueOf(name, event, orphan), undefined, name);
  }
});

Deno.test("proc.aname[n] counts from the process, without a number it stands for all ancestors", () => {
  const state = family();
  assertEquals(valueOf("proc.aname[0]", event, state), "cat");
  assertEquals(valueOf("proc.aname[1]", event, state), "bash");
  assertEquals(valueOf("proc.aname[3]", event, state), "systemd");
  assertEquals(valueOf("proc.aname[4]", event, state), undefined);
  assertEquals(valueOf("proc.aname", event, state), ["bash", "sshd", "systemd"]);
  assertEquals(textOf("proc.aname", event, state), "bash sshd systemd");
  assertEquals(valueOf("proc.aname", event, stateOf({ processId: 100 })), undefined);
});

Deno.test("every field of the ancestors reads its own part", () => {
  const state = family();
  assertEquals(valueOf("proc.apid", event, state), [90, 50, 1]);
  assertEquals(valueOf("proc.apid[2]", event, state), 50);
  assertEquals(valueOf("proc.aexe[3]", event, state), "/sbin/init");
  assertEquals(valueOf("proc.aexepath[3]", event, state), "/usr/lib/systemd");
  assertEquals(valueOf("proc.acmdline[2]", event, state), "sshd -D");
  assertEquals(valueOf("proc.aargs[2]", event, state), "-D");
  assertEquals(valueOf("proc.aargs", event, state), "-D ");
});

Deno.test("proc.loginshellid is the oldest shell, the process itself included", () => {
  assertEquals(valueOf("proc.loginshellid", event, family()), 90);
  assertEquals(valueOf("proc.loginshellid", event, stateOf({ processId: 100 })), undefined);
  assertEquals(valueOf("proc.loginshellid", event, stateOf({ processId: 100, comm: "zsh" })), 100);
});

Deno.test("session and group leaders are found by the host's ids and shown by virtual ones", () => {
  const state = family();
  assertEquals(valueOf("proc.sid", event, state), 9);
  assertEquals(valueOf("proc.sname", event, state), "bash");
  assertEquals(valueOf("proc.sid.exepath", event, state), "/usr/bin/bash");
  assertEquals(valueOf("proc.is_sid_leader", event, state), false);
  assertEquals(valueOf("proc.vpgid", event, state), 10);
  assertEquals(valueOf("proc.vpgid.name", event, state), "cat");
  assertEquals(valueOf("proc.is_vpgid_leader", event, state), true);
  assertEquals(valueOf("proc.pgid", event, state), 100);
  assertEquals(valueOf("proc.pgid.exe", event, state), "cat");
  assertEquals(valueOf("proc.is_pgid_leader", event, state), true);
});

Deno.test("outside of pid namespaces the group that the process sees is looked up by its own number", () => {
  const membership = { processGroupId: 90, virtualProcessGroupId: 100, virtualPid: 100 };
  const state = stateOf(
    { processId: 90, comm: "bash" },
    { processId: 100, parentId: 90, comm: "cat", membership },
  );
  assertEquals(valueOf("proc.vpgid.name", event, state), "cat");
  assertEquals(valueOf("proc.pgid.name", event, state), "bash");
});

Deno.test("the oldest ancestor of the session stands in for a leader that is gone", () => {
  const membership = { sessionId: 77, virtualSessionId: 77 };
  const state = stateOf(
    { processId: 80, comm: "sshd" },
    { processId: 90, parentId: 80, comm: "bash", membership },
    { processId: 100, parentId: 90, membership },
  );
  assertEquals(valueOf("proc.sname", event, state), "bash");
  assertEquals(valueOf("proc.sname", event, stateOf({ processId: 100, membership })), "");
});

Deno.test("proc.duration counts from the start, proc.pid.ts is the start on the wall clock", () => {
  const state = family();
  assertEquals(valueOf("proc.duration", event, state), 1_000_000_000);
  assertEquals(valueOf("proc.ppid.duration", event, state), 3_000_000_000);
  assertEquals(valueOf("proc.pid.ts", event, state), TIME_NS - 1_000_000_000n);
  assertEquals(valueOf("proc.ppid.ts", event, state), TIME_NS - 3_000_000_000n);
  const unknown = stateOf({ processId: 100, startClockNs: 0 });
  assertEquals(valueOf("proc.duration", event, unknown), undefined);
  assertEquals(valueOf("proc.pid.ts", event, unknown), undefined);
});

Deno.test("proc.exe_ino is absent where the inode is not known", () => {
  const start = TIME_NS - BigInt(CLOCK_NS - 4_000_000_000);
  const image = { exeInode: 77n, exeCtimeNs: start - 500n, exeMtimeNs: 42n };
  const state = stateOf({ processId: 100, image, membership: { virtualPid: 1 } });
  assertEquals(valueOf("proc.exe_ino", event, state), 77n);
  assertEquals(valueOf("proc.exe_ino.ctime", event, state), start - 500n);
  assertEquals(valueOf("proc.exe_ino.mtime", event, state), 42n);
  assertEquals(valueOf("proc.exe_ino.ctime_duration_proc_start", event, state), 500n);
  assertEquals(valueOf("proc.exe_ino.ctime_duration_pidns_start", event, state), undefined);
  assertEquals(valueOf("proc.pidns_init_start_ts", event, state), start);
  for (const name of ["proc.exe_ino", "proc.exe_ino.ctime", "proc.pidns_init_start_ts"]) {
    assertEquals(valueOf(name, event), undefined, name);
  }
});

Deno.test("proc.exe_ino.ctime_duration_pidns_start tells a program written since the container began", () => {
  const began = TIME_NS - BigInt(CLOCK_NS - 1_000_000_000);
  const state = stateOf(
    { processId: 90, startClockNs: 1_000_000_000, membership: { virtualPid: 1 } },
    { processId: 100, parentId: 90, image: { exeCtimeNs: began + 7n } },
  );
  assertEquals(valueOf("proc.exe_ino.ctime_duration_pidns_start", event, state), 7n);
});

Deno.test("proc.is_exe_… are the image's flags", () => {
  const image = { exeWritable: true, exeOnOverlayUpper: true, exeFromMemfd: true };
  const state = stateOf({ processId: 100, image });
  assertEquals(valueOf("proc.is_exe_writable", event, state), true);
  assertEquals(valueOf("proc.is_exe_upper_layer", event, state), true);
  assertEquals(valueOf("proc.is_exe_lower_layer", event, state), false);
  assertEquals(valueOf("proc.is_exe_from_memfd", event, state), true);
});

Deno.test("a second thread has its own name and id, the rest is its process's", () => {
  const state = family();
  const second = eventOf("openat", {
    threadId: 101,
    change: {
      kind: "fork",
      threadId: 100,
      processId: 100,
      childThreadId: 101,
      childProcessId: 100,
      childParentId: 90,
      childVirtualPid: 11,
      childVirtualTid: 12,
      startClockNs: 4_500_000_000,
    },
  });
  assertEquals(valueOf("thread.tid", second, state), 101);
  const later = eventOf("openat", { threadId: 101 });
  assertEquals(valueOf("thread.ismain", later, state), false);
  assertEquals(valueOf("proc.pid", later, state), 100);
  assertEquals(valueOf("proc.nthreads", later, state), 2);
  assertEquals(valueOf("proc.nchilds", later, state), 1);
  const exit = (threadId: number) =>
    eventOf("procexit", {
      threadId,
      change: { kind: "exit", threadId, processId: 100, last: false, exitCode: 0, reaperId: 0 },
    });
  assertEquals(valueOf("thread.vtid", later, state), 12);
  assertEquals(valueOf("thread.nametid", later, state), "cat101");
  assertEquals(valueOf("thread.ismain", eventOf("openat"), state), true);
  assertEquals(valueOf("proc.nchilds", exit(101), state), 0);
});

Deno.test("thread.vtid is the number inside of the pid namespace", () => {
  const inside = stateOf({ processId: 100, membership: { virtualPid: 7 } });
  assertEquals(valueOf("thread.vtid", event, inside), 7);
  assertEquals(valueOf("proc.vpid", event, inside), 7);
  assertEquals(valueOf("thread.vtid", event), 100);
});

Deno.test("thread.cap_… name the capabilities in the order of their numbers", () => {
  assertEquals(valueOf("thread.cap_permitted", event), "CAP_CHOWN CAP_DAC_OVERRIDE");
  assertEquals(valueOf("thread.cap_effective", event), "CAP_CHOWN");
  assertEquals(valueOf("thread.cap_inheritable", event), "");
  const credentials = { ...ROOT, capEffective: 1n << 40n | 1n << 21n | 1n << 63n };
  const state = stateOf({ processId: 100, credentials });
  assertEquals(
    valueOf("thread.cap_effective", event, state),
    "CAP_SYS_ADMIN CAP_CHECKPOINT_RESTORE",
  );
});

Deno.test("user.… and group.… are the effective ones", () => {
  const credentials = { ...ROOT, uid: 5, euid: 1000, gid: 5, egid: 1000, loginUid: 1000 };
  const state = stateOf({ processId: 100, credentials });
  const names = ["user.uid", "user.name", "user.homedir", "user.shell", "group.gid", "group.name"];
  const of = (of: typeof state) => names.map((name) => valueOf(name, event, of));
  assertEquals(of(state), [1000, "ana", "/home/ana", "/bin/zsh", 1000, "ana"]);
  assertEquals(valueOf("user.loginname", event, state), "ana");
  const nobody = stateOf({ processId: 100, credentials: { ...ROOT, euid: 7, egid: 7 } });
  assertEquals(of(nobody), [7, "<NA>", "<NA>", "<NA>", 7, "<NA>"]);
});

Deno.test("user.loginuid is -1 outside of a login", () => {
  assertEquals(valueOf("user.loginuid", event), -1);
  assertEquals(valueOf("user.loginname", event), "<NA>");
});

Deno.test("nothing is known of events without a thread", () => {
  const state = stateOf();
  for (const name of ["proc.name", "proc.cmdline", "proc.aname", "user.name", "container.id"]) {
    assertEquals(valueOf(name, event, state), undefined, name);
  }
  assertEquals(valueOf("thread.tid", event, state), 100);
});
