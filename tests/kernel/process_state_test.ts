/** What is known of a process follows what it does, call by call, and holds for what ran before. */
import { assert, assertEquals } from "../assert.ts";
import { differences, type Expected, find, type Performance, withActor } from "./actor.ts";
import { kernelTest } from "./harness.ts";

/** The call by which an actor asks to be looked at: it does nothing and few others make it. */
const LOOK = "call(SYS_getcpu, 0, 0, 0);";
const CONDITION =
  "(evt.type = getcpu and (proc.exepath endswith /actor or proc.exepath contains /falcod-events-))" +
  " or (evt.type = execve and proc.aexepath endswith /actor)";

interface Scene {
  readonly perl: string;
  /** Runs the actor in turn. */
  readonly through?: string;
  /** What the looks show, in order; an exec is one, too. */
  readonly looks: readonly Expected[];
}

function sceneTest(name: string, { perl, through, looks }: Scene): void {
  kernelTest(name, async () => {
    await withActor({ condition: CONDITION }, async (theatre) => {
      const played = await theatre.perform(perl, through);
      assertShows(played, looks, theatre.errors);
    });
  });
}

function assertShows({ facts, events }: Performance, looks: readonly Expected[], errors: string) {
  const seen = events.map(({ output_fields: fields }) =>
    `${fields["evt.type"]} by ${fields["proc.name"]}`
  );
  assertEquals(events.length, looks.length, `${seen.join(", ")}\n${errors}`);
  const wrong = looks.flatMap((look, index) =>
    differences(events[index]!, look, facts).map((difference) => `look ${index + 1}: ${difference}`)
  );
  assert(wrong.length === 0, wrong.join("\n"));
}

sceneTest("after setuid and setgid the user and the group are others", {
  perl: `${LOOK} $) = "2 2"; $( = 2; ${LOOK} POSIX::setuid(1); ${LOOK}`,
  looks: [
    { "user.name": "root", "user.uid": 0, "group.name": "root" },
    { "user.name": "root", "group.name": "bin", "group.gid": 2 },
    { "user.name": "daemon", "user.uid": 1, "group.gid": 2, "thread.cap_effective": "" },
  ],
});

sceneTest("after chdir and chroot the working directory is another", {
  perl: `mkdir "a"; mkdir "a/b"; ${LOOK} chdir "a"; ${LOOK} chdir "b"; ${LOOK}
    call(SYS_chroot, "."); chdir "/"; ${LOOK}`,
  looks: [
    { "proc.cwd": "{D}/" },
    { "proc.cwd": "{D}/a/" },
    { "proc.cwd": "{D}/a/b/" },
    { "proc.cwd": "{D}/a/b/" },
  ],
});

sceneTest("what a process calls itself is the name of what it starts", {
  perl: `call(SYS_prctl, 15, "kworker/0:1"); ${LOOK} if (!fork) { ${LOOK} exit } wait;`,
  looks: [
    { "proc.name": "actor", "proc.cmdline": "actor case.pl", "proc.exe": "./actor" },
    { "proc.name": "kworker/0:1", "proc.pname": "actor", "proc.cmdline": "kworker/0:1 case.pl" },
  ],
});

sceneTest("whose parent ends has another, the one the kernel gave", {
  perl: `call(SYS_prctl, 36, 1, 0, 0, 0); pipe(R, W); my $me = $$;
    my $p = fork; if (!$p) {
      my $q = fork; if (!$q) { close W; ${LOOK} <R>; 1 while getppid != $me; ${LOOK} exit }
      fact(q => $q, p => $$, me => $me); select undef, undef, undef, 0.2; POSIX::_exit(0) }
    waitpid $p, 0; close W; close R; wait`,
  looks: [
    { "proc.pid": "{q}", "proc.ppid": "{p}", "proc.pname": "actor" },
    { "proc.pid": "{q}", "proc.ppid": "{me}", "proc.pname": "actor", "proc.aname[2]": "sh" },
  ],
});

sceneTest("whose last ancestor ends belongs to the system's first process", {
  perl: `pipe(R, W); my $p = fork; if (!$p) {
      my $q = fork; if (!$q) { close W; <R>; my $old = getppid;
        open(P, "<", "/proc/" . getppid . "/comm"); chomp(my $name = <P>);
        fact(heir => getppid, name => $name); ${LOOK} exit }
      POSIX::_exit(0) }
    waitpid $p, 0; close W; close R; select undef, undef, undef, 0.3`,
  looks: [{ "proc.ppid": "{heir}", "proc.pname": "{name}" }],
});

sceneTest("a terminal and its session are known", {
  // a terminal ends its lines with a carriage return, too
  through: `say() { script -qec "$*" /dev/null </dev/null | tr -d '\\r'; }; say`,
  perl: `my $sid = call(SYS_getsid, 0); open(P, "<", "/proc/$sid/comm"); chomp(my $name = <P>);
    fact(tty => (stat STDOUT)[6], sid => $sid, name => $name, group => getpgrp); ${LOOK}`,
  looks: [{
    "proc.tty": "{tty}",
    "proc.sid": "{sid}",
    "proc.sname": "{name}",
    "proc.pgid": "{group}",
  }],
});

sceneTest("a process group has a leader", {
  perl: `my $p = fork; if (!$p) { setpgrp 0, 0; call(SYS_prctl, 15, "leader"); ${LOOK}
      if (!fork) { call(SYS_prctl, 15, "member"); ${LOOK} exit } wait; exit } waitpid $p, 0;
    fact(p => $p)`,
  looks: [
    { "proc.pgid": "{p}", "proc.vpgid": "{p}", "proc.pgid.name": "actor", "proc.name": "actor" },
    { "proc.pgid": "{p}", "proc.pgid.name": "actor", "proc.name": "leader" },
  ],
});

sceneTest("a pid namespace numbers its own", {
  through: "unshare --pid --fork --mount-proc",
  perl: `fact(one => $$); ${LOOK} if (!fork) { ${LOOK} exit } wait;`,
  looks: [
    { "proc.vpid": 1, "thread.vtid": 1, "proc.pid": /^\d{2,}$/, "proc.pname": "unshare" },
    { "proc.vpid": 2, "thread.vtid": 2, "proc.pid": /^\d{2,}$/, "proc.pname": "actor" },
  ],
});

kernelTest("a thread in a pid namespace has a number there", async () => {
  await withActor({
    condition: "evt.type = open and proc.name = calls and fd.name = /etc/hostname",
  }, async (theatre) => {
    const { facts, events } = await theatre.perform(
      'system "./calls", "thread", "worker", "/etc/hostname"',
      "unshare --pid --fork --mount-proc",
    );
    assertEquals(events.length, 1);
    assertEquals(differences(events[0]!, { "thread.vtid": "{thread}", "proc.vpid": 2 }, facts), []);
    assert(String(events[0]!.output_fields["thread.tid"]) !== facts.get("thread"));
  });
});

sceneTest("a program whose file is gone keeps its path", {
  perl:
    `system "/bin/cp", "actor", "victim"; if (!fork) { exec "./victim", "-e", 'unlink "victim"; syscall 309, 0, 0, 0' }
    wait; system "/bin/cp", "actor", "victim"; open(V, "<", "victim"); fcntl(V, F_SETFD, 0); unlink "victim";
    system { "/proc/self/fd/" . fileno(V) } "ghost", "-e", "syscall 309, 0, 0, 0"`,
  looks: [
    { "proc.name": "cp" },
    { "evt.type": "execve", "proc.exepath": "{D}/victim" },
    { "evt.type": "getcpu", "proc.exepath": "{D}/victim", "proc.name": "victim" },
    { "proc.name": "cp" },
    { "evt.type": "execve", "proc.exepath": "{D}/victim", "proc.exe": "ghost" },
    { "evt.type": "getcpu", "proc.exepath": "{D}/victim", "proc.exe": "ghost" },
  ],
});

sceneTest("argv, executable and name are three things", {
  perl: `symlink "/bin/true", "alias"; system { "./alias" } "-login", "a  b", "c"`,
  looks: [{
    "proc.name": "alias",
    "proc.exe": "-login",
    "proc.exepath": "/usr/bin/true",
    "proc.args": "a  b c",
    "proc.cmdline": "alias a  b c",
    "evt.args": /filename=\.\/alias\(/,
  }],
});

kernelTest("the environment is known to rules that ask for it", async () => {
  const condition = 'evt.type = execve and evt.arg.env contains "LD_PRELOAD=/tmp/evil.so"';
  await withActor({ condition }, async (theatre) => {
    const { events } = await theatre.perform(
      'system "/bin/true"; $ENV{LD_PRELOAD} = "/tmp/evil.so"; system "/bin/true", "evil"',
    );
    assertEquals(events.map((event) => event.output_fields["proc.args"]), ["evil"]);
  });
});

const TRUNCATED = "proc.is_args_truncated";

kernelTest("arguments beyond the limit are cut, those within are whole", async () => {
  await withActor(
    { condition: CONDITION, fields: ["proc.cmdnargs", TRUNCATED] },
    async (theatre) => {
      const { events } = await theatre.perform(
        `system "/bin/true", ("x" x 999) x 10; system "/bin/true", map { "y" x 999 } 1 .. 80;
       system "/bin/true", "after"`,
      );
      assertEquals(events.map((event) => event.output_fields["proc.cmdnargs"]).length, 3);
      const [whole, cut, after] = events.map((event) => String(event.output_fields["proc.args"]));
      assertEquals(whole, Array(10).fill("x".repeat(999)).join(" "));
      assert(cut!.startsWith(`${"y".repeat(999)} y`));
      assert(cut!.length > 65_000 && cut!.length <= 65_536, `${cut!.length} characters`);
      assertEquals(events.map((event) => event.output_fields[TRUNCATED]), [false, true, false]);
      assertEquals(after, "after");
    },
  );
});

/** Prepares before falcod runs, and looks when it is told to. */
const EARLY = `my $d = POSIX::getcwd(); my $p = fork;
  exec "$d/calls", "thread", "old thread", "$d/go" if !$p;
  call(SYS_prctl, 15, "old hand"); chdir "/tmp"; $) = "2 2"; $( = 2; POSIX::setuid(1);
  select undef, undef, undef, 0.1;
  fact(me => $$, other => $p, parent => getppid, group => getpgrp);
  select undef, undef, undef, 0.02 until -e "$d/go"; ${LOOK} wait`;

kernelTest("what ran before falcod is known as if it had been seen", async () => {
  const condition = "evt.type in (getcpu, open) and evt.rawres >= 0";
  await withActor({ condition, early: EARLY }, async (theatre) => {
    const facts = theatre.earlyFacts;
    const { events } = await theatre.run(
      `touch go; while kill -0 ${facts.get("me")}; do sleep 0.02; done`,
    );
    const look = find(events, { "evt.type": "getcpu" });
    assert(look !== undefined, `not seen: ${theatre.read("early-errors")}`);
    const process = {
      "proc.name": "old hand",
      "proc.cmdline": "old hand early.pl",
      "proc.pid": "{me}",
      "proc.exe": "./actor",
      "proc.args": "early.pl",
      "proc.exepath": "{D}/actor",
      "proc.cwd": "/tmp/",
      "proc.vpid": "{me}",
      "proc.ppid": "{parent}",
      "proc.pname": "sh",
      "user.name": "daemon",
      "user.uid": 1,
      "group.name": "bin",
      "proc.nthreads": 1,
      "proc.pgid": "{group}",
      "container.id": "host",
    };
    assertEquals(differences(look, process, facts), []);
    const opened = find(events, { "evt.type": "open", "fd.name": "{D}/go" }, facts);
    assert(opened !== undefined, "the thread was not seen");
    const thread = {
      "proc.name": "old thread",
      "proc.cmdline": "old thread thread old thread {D}/go",
      "proc.pid": "{other}",
      "proc.ppid": "{me}",
      "proc.pname": "old hand",
      "proc.nthreads": 2,
      "proc.args": "thread old thread {D}/go",
      "thread.ismain": false,
      "user.uid": 0,
    };
    assertEquals(differences(opened, thread, facts), []);
  });
});

kernelTest(
  "memory, page faults and limits of a process are told at every call, if a rule asks",
  async () => {
    const fields = ["proc.vmsize", "proc.vmrss", "proc.vmswap", "proc.fdlimit", "thread.pfminor"];
    const condition = "evt.type = getcpu and proc.name = actor";
    await withActor({ condition, fields }, async (theatre) => {
      const { events } = await theatre.perform(
        `call(SYS_getcpu, 0, 0, 0); $a = "x" x 40_000_000; call(SYS_setrlimit, 7, pack("QQ", 77, 99));
       call(SYS_getcpu, 0, 0, 0)`,
      );
      const [before, after] = events.map(({ output_fields: shown }) =>
        fields.map((field) => Number(shown[field]))
      );
      assert(before![0]! > 1000 && before![1]! > 500 && before![2] === 0, `${before}`);
      assert(after![0]! - before![0]! > 39_000, "virtual memory");
      assert(after![1]! - before![1]! > 30_000, "resident memory");
      assertEquals(after![3], 77);
      assert(after![4]! > before![4]!, "page faults");
    });
  },
);

kernelTest(
  "what a process uses is told when it closes, is signalled and ends, if a rule asks",
  async () => {
    const fields = ["proc.vmsize", "proc.vmrss", "proc.fdlimit", "thread.pfminor"];
    const condition = "evt.type in (close, signaldeliver, procexit) and proc.name = actor";
    await withActor({ condition, allFields: ["evt.type", ...fields] }, async (theatre) => {
      const { events } = await theatre.perform(
        `$SIG{USR1} = sub {}; $a = "x" x 40_000_000; call(SYS_setrlimit, 7, pack("QQ", 77, 99));
       kill "USR1", $$; call(SYS_close, 0); POSIX::_exit(0)`,
      );
      for (const type of ["signaldeliver", "close", "procexit"]) {
        const last = find(events, { "evt.type": type })?.output_fields ?? {};
        const [size, resident, limit, faults] = fields.map((field) => Number(last[field]));
        assertEquals(limit, 77, type);
        assert(faults! > 100, `${type}: ${faults} faults`);
        // before 6.16 the memory of who ends is gone already
        if (type === "procexit" && size === 0) continue;
        assert(size! > 40_000 && resident! > 30_000, `${type}: ${size} and ${resident} KB`);
      }
    });
  },
);

kernelTest("what is born as somebody else than its parent is known as that", async () => {
  const condition = "evt.type = openat and fd.nameraw in (mighty, contained)";
  await withActor({ condition }, async (theatre) => {
    const id = "0123456789ab".padEnd(64, "c");
    const perl = `
      unless (fork) {
        POSIX::setgid(65534); POSIX::setuid(65534);
        my $child = call(SYS_clone, 0x10000011, 0, 0, 0, 0); # CLONE_NEWUSER
        unless ($child) { call(SYS_openat, -100, "mighty", 0); call(SYS_exit_group, 0) }
        wait; exit
      } wait;
      mkdir "cg"; call(SYS_mount, "none", "cg", "cgroup2", 0, 0) and fact(unsupported => $!);
      my $group = "cg/docker-${id}.scope"; mkdir $group;
      my $in = call(SYS_openat, -100, $group, 0200000);
      my $how = pack("Q11", 1 << 33, 0, 0, 0, 17, 0, 0, 0, 0, 0, $in); # CLONE_INTO_CGROUP
      my $child = call(SYS_clone3, $how, 88); $child < 0 and fact(unsupported => $!);
      if ($child == 0) { call(SYS_openat, -100, "contained", 0); call(SYS_exit_group, 0) }
      wait; rmdir $group; call(SYS_umount2, "cg", 0)`;
    const { facts, events } = await theatre.perform(perl, "unshare --mount");
    const mighty = find(events, { "fd.nameraw": "mighty" });
    assert(/CAP_SYS_ADMIN/.test(String(mighty?.output_fields["thread.cap_effective"])));
    assertEquals(mighty?.output_fields["user.uid"], 65534);
    if (facts.has("unsupported")) return console.log(`left out: ${facts.get("unsupported")}`);
    const contained = find(events, { "fd.nameraw": "contained" });
    assertEquals(contained?.output_fields["container.id"], id.slice(0, 12));
  });
});

kernelTest(
  "who is moved to another cgroup while it runs is in that container from then on",
  async () => {
    const condition = "evt.type = openat and fd.nameraw startswith look-";
    await withActor({ condition }, async (theatre) => {
      const id = "0123456789ab".padEnd(64, "c");
      const look = (name: string) => `call(SYS_openat, -100, "look-${name}", 0);`;
      const perl = `
      sub say_to { my ($file, $what) = @_; open(F, ">", $file) or die "$file: $!"; print F $what; close F }
      mkdir "cg"; call(SYS_mount, "none", "cg", "cgroup2", 0, 0) and fact(unsupported => $!);
      my $group = "cg/docker-${id}.scope"; mkdir $group; say_to("cg/cgroup.procs", $$);
      pipe(R, W); pipe(S, T); my $p = fork;
      unless ($p) {
        close W; ${look("before")} call(SYS_prctl, 15, "moved"); call(SYS_setresuid, -1, 1, -1);
        syswrite T, "."; sysread R, $_, 1; ${look("within")}
        unless (fork) { ${look("born")} exit } wait;
        syswrite T, "."; sysread R, $_, 1; ${look("after")} exit
      }
      sysread S, $_, 1; say_to("$group/cgroup.procs", $p); ${look("other")}
      syswrite W, "."; sysread S, $_, 1; say_to("cg/cgroup.procs", $p);
      syswrite W, "."; wait; rmdir $group; call(SYS_umount2, "cg", 0)`;
      const { facts, events } = await theatre.perform(perl, "unshare --mount");
      if (facts.has("unsupported")) return console.log(`left out: ${facts.get("unsupported")}`);
      const seen = events.map(({ output_fields: fields }) =>
        ["fd.nameraw", "container.id", "user.uid", "proc.name"].map((name) => fields[name]).join(
          " ",
        )
      );
      assertEquals(seen, [
        "look-before host 0 actor",
        "look-other host 0 actor",
        `look-within ${id.slice(0, 12)} 1 actor`,
        `look-born ${id.slice(0, 12)} 1 moved`,
        "look-after host 1 actor",
      ], theatre.errors);
    });
  },
);

kernelTest("who moves deep below its container's cgroup is still in that container", async () => {
  const condition = "(evt.type = openat and fd.nameraw startswith look-) or " +
    "(evt.type = execve and proc.args = deep)";
  await withActor({ condition }, async (theatre) => {
    const id = "0123456789ab".padEnd(64, "c");
    const perl = `
      sub join_here { open(F, ">", "cgroup.procs") or die $!; print F $$; close F }
      my ($name, $group) = ("n" x 250, "docker-${id}.scope");
      mkdir "cg"; call(SYS_mount, "none", "cg", "cgroup2", 0, 0) and fact(unsupported => $!);
      mkdir "cg/$group";
      unless (fork) {
        chdir "cg/$group"; join_here();
        for (1 .. 18) { mkdir $name; chdir $name; }
        join_here(); call(SYS_openat, -100, "look-deep", 0);
        unless (fork) { call(SYS_openat, -100, "look-born", 0); exec "/bin/echo", "deep" }
        wait; exit
      } wait;
      if (fork) { wait } else {
        chdir "cg/$group"; for (1 .. 18) { chdir $name }
        for (1 .. 18) { chdir ".."; rmdir $name } exit
      }
      rmdir "cg/$group"; call(SYS_umount2, "cg", 0)`;
    const { facts, events } = await theatre.perform(perl, "unshare --mount");
    if (facts.has("unsupported")) return console.log(`left out: ${facts.get("unsupported")}`);
    const seen = events.map(({ output_fields: fields }) =>
      `${fields["fd.nameraw"] ?? fields["proc.args"]} ${fields["container.id"]}`
    );
    const inside = id.slice(0, 12);
    assertEquals(
      seen,
      [`look-deep ${inside}`, `look-born ${inside}`, `deep ${inside}`],
      theatre.errors,
    );
  });
});

kernelTest(
  "who was deep below its container's cgroup before falcod came is known to be in that container",
  async () => {
    const id = "0123456789ab".padEnd(64, "c");
    // Whoever started it has ended, so that only its cgroup tells.
    const early = `
      my ($d, $name, $group) = (POSIX::getcwd(), "n" x 250, "docker-${id}.scope");
      sub join_here { open(F, ">", "cgroup.procs") or die $!; print F $$; close F }
      call(SYS_prctl, 36, 1, 0, 0, 0); call(SYS_unshare, 0x20000);
      call(SYS_mount, "none", "/", "", 0x44000, 0); mkdir "cg";
      if (call(SYS_mount, "none", "cg", "cgroup2", 0, 0)) { fact(unsupported => $!); exit }
      mkdir "cg/$group"; pipe(R, W);
      unless (fork) {
        unless (fork) {
          chdir "cg/$group";
          for (1 .. 18) { mkdir $name; chdir $name }
          join_here(); open(F, "<", "/proc/self/cgroup"); my @shown = <F>;
          syswrite W, @shown ? "1" : "0"; @shown or exit;
          select undef, undef, undef, 0.02 until -e "$d/go";
          call(SYS_openat, -100, "look-deep", 0); exit
        }
        exit
      }
      wait; sysread R, $_, 1;
      $_ ? fact(me => $$) : fact(unsupported => "this kernel shows no path that is too long"); wait;
      if (fork) { wait } else {
        chdir "cg/$group"; for (1 .. 18) { chdir $name }
        for (1 .. 18) { chdir ".."; rmdir $name } exit
      }
      rmdir "cg/$group"; call(SYS_umount2, "cg", 0)`;
    const condition = "evt.type = openat and fd.nameraw startswith look-";
    await withActor({ condition, early }, async (theatre) => {
      const facts = theatre.earlyFacts;
      if (facts.has("unsupported")) return console.log(`left out: ${facts.get("unsupported")}`);
      const { events } = await theatre.run(
        `touch go; while kill -0 ${facts.get("me")}; do sleep 0.02; done`,
      );
      const seen = events.map(({ output_fields: fields }) => [
        String(fields["proc.ppid"]),
        fields["container.id"],
      ]);
      assertEquals(seen, [[facts.get("me"), id.slice(0, 12)]], theatre.read("early-errors"));
    });
  },
);
