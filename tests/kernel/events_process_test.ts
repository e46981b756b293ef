/** System calls about processes, each made really: what rules see of who, whom and how. */
import { type EventCase, eventTests, type Expected } from "./actor.ts";

function matching(...parts: readonly string[]): RegExp {
  const escaped = parts.map((part) => part.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&"));
  return new RegExp(escaped.join(".*"));
}

const EXEC: readonly EventCase[] = [
  {
    name: "execve",
    type: "execve",
    perl: `$ENV{LC_ALL} = "C"; system { "/bin/true" } "zero", "a b", ""; fact(me => $$)`,
    expect: {
      "evt.args": matching(
        "res=0 exe=zero args=a b.. tid=",
        "(true) pid=",
        "(true) ptid=",
        `(actor) cwd=/var/tmp/`,
        " fdlimit=",
        " pgft_min=",
        " vm_size=",
        " vm_swap=0 comm=true cgroups=cpuset=/",
        " tty=0 vpgid=",
        " loginuid=",
        " flags=1(EXE_WRITABLE) cap_inheritable=",
        " trusted_exepath=/usr/bin/true pgid=",
        " gid=0(root) filename=/bin/true",
      ),
      "evt.category": "process",
      "evt.res": "SUCCESS",
      "proc.name": "true",
      "proc.exe": "zero",
      "proc.args": "a b ",
      "proc.cmdline": "true a b ",
      "proc.exepath": "/usr/bin/true",
      "proc.cwd": "{D}/",
      "proc.ppid": "{me}",
      "proc.pname": "actor",
      "proc.aname[2]": "sh",
      "proc.is_exe_writable": true,
      "proc.is_exe_from_memfd": false,
      "user.name": "root",
      "user.uid": 0,
      "group.gid": 0,
    },
  },
  {
    name: "execve of a script",
    type: "execve",
    perl: `open S, ">", "script"; print S "#!/bin/sh\\n:\\n"; close S; chmod 0755, "script";
      system("./script", "x")`,
    expect: {
      "proc.name": "script",
      "proc.exe": "/bin/sh",
      "proc.args": "./script x",
      "proc.exepath": /\/(dash|bash|sh)$/,
      "evt.args": /filename=\.\/script/,
    },
  },
  {
    name: "execve of nothing",
    type: "execve",
    perl: `exec { "./none" } "zero", "one", "two words"`,
    expect: {
      "evt.args": matching(
        "res=-2(ENOENT) exe=zero args=one.two words. tid=",
        "(actor) ptid=",
        "(sh) cwd=/var/tmp/",
        "comm=actor",
        " flags=1(EXE_WRITABLE)",
        " trusted_exepath=/var/tmp/",
        "/actor pgid=",
        "filename=./none(/var/tmp/",
        "/none)",
      ),
      "evt.failed": true,
      "evt.rawres": -2,
      "proc.name": "actor",
    },
  },
  {
    name: "execve of what may not be run",
    type: "execve",
    perl: `exec { "./case.pl" } "case.pl"`,
    expect: { "evt.res": "EACCES", "evt.args": /filename=\.\/case\.pl\(\// },
  },
  {
    name: "execveat from a directory is an execve",
    type: "execve",
    perl: `sysopen(D, "/bin", O_RDONLY); fcntl(D, F_SETFD, 0); if (!fork) {
      my ($p, @a) = ("true", "zero", "one"); my ($v, $e) = (pack("ppQ", @a, 0), pack("Q", 0));
      syscall(SYS_execveat, fileno(D), $p, $v, $e, 0) } wait`,
    expect: {
      "evt.args":
        /^res=0 exe=zero args=one\. .* trusted_exepath=\/usr\/bin\/true pgid=\S+ gid=0\(root\) filename=\/dev\/fd\/\d+\/true/,
      "proc.exepath": "/usr/bin/true",
      "proc.args": "one",
    },
  },
  {
    name: "execveat of a memfd is an execve",
    type: "execve",
    perl: `my ($n, $p) = ("hidden", ""); my $m = call(SYS_memfd_create, $n, 1);
      open(P, "<", "/bin/true"); binmode P; local $/; open(M, ">&=", $m); binmode M; syswrite M, <P>;
      if (!fork) { my @a = ("kworker"); my ($v, $e) = (pack("pQ", @a, 0), pack("Q", 0));
        syscall(SYS_execveat, $m, $p, $v, $e, 0x1000) } wait`,
    expect: {
      "evt.args": matching(
        "exe=kworker",
        "(EXE_WRITABLE|EXE_FROM_MEMFD)",
        "trusted_exepath=memfd:hidden(",
      ),
      "proc.is_exe_from_memfd": true,
      "proc.exe": "kworker",
      "proc.exepath": "memfd:hidden",
    },
  },
  {
    name: "execve of a memfd by its name in /proc",
    type: "execve",
    perl:
      `my $n = "hidden"; my $m = call(SYS_memfd_create, $n, 0); open(P, "<", "/bin/true"); binmode P;
      local $/; open(M, ">&=", $m); binmode M; syswrite M, <P>; system { "/proc/$$/fd/$m" } "x";
      fact(path => "/proc/$$/fd/$m")`,
    expect: {
      "proc.is_exe_from_memfd": true,
      "proc.exepath": "memfd:hidden",
      "evt.args": matching("filename=/proc/"),
    },
  },
  {
    name: "execve of what the overlay's upper layer has, and what the lower has",
    type: "execve",
    perl: `mkdir $_ for qw(low up work all); system "cp", "/bin/true", "low/lower";
      call(SYS_unshare, 0x20000); call(SYS_mount, "none", "/", 0, 0x44000, 0);
      call(SYS_mount, "tmpfs", "up", "tmpfs", 0, 0); mkdir "up/u"; mkdir "up/w";
      my $r = call(SYS_mount, "overlay", "all", "overlay", 0, "lowerdir=low,upperdir=up/u,workdir=up/w");
      $r and fact(unsupported => "$!"); system "cp", "/bin/true", "all/upper";
      system "all/upper"; system "all/lower"`,
    pick: { "proc.name": "upper" },
    expect: {
      "proc.is_exe_upper_layer": true,
      "proc.is_exe_lower_layer": false,
      "evt.args": /flags=3\(EXE_WRITABLE\|EXE_UPPER_LAYER\)/,
    },
  },
  {
    name: "execve by a thread that is not the first",
    type: "execve",
    perl:
      `my $p = fork; if (!$p) { exec "./calls", "thread-exec", "/bin/true", "word" } waitpid $p, 0;
      fact(pid => $p)`,
    expect: {
      "proc.name": "true",
      "proc.args": "word",
      "proc.pid": "{pid}",
      "thread.tid": "{pid}",
      "thread.ismain": true,
      "proc.nthreads": 1,
      "proc.pname": "actor",
    },
  },
];

/** As evt.args begins for the one who made a child, and for the child itself. */
const forked = (made: string, flags: string): readonly Expected[] => [{
  "evt.args": new RegExp(
    `^res=${made}\\S* exe=\\./calls args=\\w+\\. tid=.* pid=.* ptid=\\d+\\(actor\\) cwd=/var/tmp/.*` +
      ` comm=calls cgroups=cpuset=/.* flags=${flags} uid=0 gid=0 vtid=`,
  ),
  "proc.name": "calls",
}];

const FORK: readonly EventCase[] = [
  ...([
    ["fork", "0"],
    ["vfork", "0"],
    ["clone3", "0"],
  ] as const).map(([type, flags]): EventCase => ({
    name: type,
    type,
    perl: `system "./calls", "${type}"`,
    pick: { "evt.rawres": "{child}" },
    expect: { ...forked("\\d+", flags)[0]!, "evt.category": "process" },
  })),
  {
    name: "fork, as the child sees it",
    type: "fork",
    perl: `system "./calls", "fork"`,
    pick: { "evt.rawres": 0 },
    expect: { "proc.pid": "{child}", "proc.pname": "calls", "evt.args": /^res=0 exe=\.\/calls / },
  },
  {
    name: "clone of a process",
    type: "clone",
    perl: `my $p = fork; exit if !$p; waitpid $p, 0; fact(child => $p, me => $$)`,
    pick: { "evt.rawres": "{child}" },
    expect: {
      "evt.args": /flags=25165824\(CLONE_CHILD_CLEARTID\|CLONE_CHILD_SETTID\)/,
      "proc.pid": "{me}",
    },
  },
  {
    name: "clone of a thread",
    type: "clone",
    perl: `system "./calls", "thread", "worker", "/etc/hostname"`,
    pick: { "evt.rawres": "{thread}" },
    expect: {
      "evt.args": /\(.*CLONE_THREAD.*\)/,
      "proc.nthreads": 2,
      "proc.name": "calls",
    },
  },
  {
    name: "a thread's call",
    type: "open",
    perl: `my $p = fork; exec "./calls", "thread", "worker", "/etc/hostname" if !$p; waitpid $p, 0;
      fact(pid => $p)`,
    expect: {
      "proc.name": "calls",
      "thread.tid": "{thread}",
      "thread.vtid": "{thread}",
      "thread.ismain": false,
      "proc.pid": "{pid}",
      "proc.cmdline": "calls thread worker /etc/hostname",
      "proc.exepath": "{D}/calls",
    },
  },
  {
    name: "the end of a process",
    type: "procexit",
    perl: `my $p = fork; exit 3 if !$p; waitpid $p, 0; fact(p => $p)`,
    pick: { "proc.pid": "{p}" },
    expect: {
      "evt.args": "status=768 ret=3 sig=0 core=0 reaper_tid=0",
      "evt.res": null,
      "evt.category": "process",
      "proc.name": "actor",
    },
  },
  {
    name: "the end of a process that has a child",
    type: "procexit",
    perl: `pipe R, W; my $p = fork; if (!$p) { if (!fork) { close W; <R>; exit } POSIX::_exit(4) }
      waitpid $p, 0; close W; close R; fact(p => $p)`,
    pick: { "proc.pid": "{p}" },
    expect: { "evt.args": /^status=1024 ret=4 sig=0 core=0 reaper_tid=[1-9]\d*\(/ },
  },
  {
    name: "a process that is killed",
    type: "procexit",
    perl: `my $p = fork; if (!$p) { sleep 9; exit } kill 9, $p; waitpid $p, 0; fact(p => $p)`,
    pick: { "proc.pid": "{p}" },
    expect: { "evt.args": /^status=9 ret=0 sig=9\(SIGKILL\) core=0 / },
  },
];

const SIGNALS: readonly EventCase[] = [
  {
    name: "a signal that reaches its process",
    type: "signaldeliver",
    perl: "$SIG{TERM} = sub {}; kill 15, $$; fact(me => $$)",
    pick: { "evt.args": /sig=15/ },
    expect: {
      "evt.args": "spid={me}(actor) dpid={me}(actor) sig=15(SIGTERM)",
      "evt.category": "signal",
      "evt.res": null,
      "proc.pid": "{me}",
    },
  },
  {
    name: "a signal of the kernel's own",
    type: "signaldeliver",
    perl: "$SIG{SEGV} = sub {}; kill 11, $$; fact(me => $$)",
    pick: { "evt.args": /sig=11/ },
    expect: { "evt.args": "spid=0 dpid={me}(actor) sig=11(SIGSEGV)" },
  },
  {
    name: "a child's end reaches its parent",
    type: "signaldeliver",
    perl: "$SIG{CHLD} = sub {}; $c = fork; exit unless $c; waitpid $c, 0; fact(c => $c, me => $$)",
    pick: { "evt.args": /sig=17/ },
    expect: { "evt.args": /^spid=\d+.* dpid=\d+\(actor\) sig=17\(SIGCHLD\)$/ },
  },
  {
    name: "kill",
    type: "kill",
    perl: "call(SYS_kill, $$, 17); fact(me => $$)",
    expect: { "evt.args": "res=0 pid={me}(actor) sig=17(SIGCHLD)", "evt.category": "signal" },
  },
  {
    name: "kill of nobody",
    type: "kill",
    perl: "call(SYS_kill, 4194304, 9)",
    expect: { "evt.args": "res=-3(ESRCH) pid=4194304 sig=9(SIGKILL)", "evt.failed": true },
  },
  {
    name: "tkill",
    type: "tkill",
    perl: "call(SYS_tkill, $$, 0); fact(me => $$)",
    expect: { "evt.args": "res=0 tid={me}(actor) sig=0" },
  },
  {
    name: "tgkill",
    type: "tgkill",
    perl: "call(SYS_tgkill, $$, $$, 28); fact(me => $$)",
    expect: { "evt.args": "res=0 pid={me}(actor) tid={me}(actor) sig=28(SIGWINCH)" },
  },
  {
    name: "ptrace that attaches",
    type: "ptrace",
    perl: `my $p = fork; if (!$p) { sleep 9; exit } call(SYS_ptrace, 16, $p, 0, 0); waitpid $p, 2;
      kill 9, $p; fact(p => $p)`,
    expect: {
      "evt.args": "res=0 addr=0 data=0 request=11(PTRACE_ATTACH) pid={p}(actor)",
      "evt.category": "process",
    },
  },
  {
    name: "ptrace of nobody",
    type: "ptrace",
    perl: "call(SYS_ptrace, 16, 4194304, 0, 0)",
    expect: {
      "evt.args": "res=-3(ESRCH) addr=0 data=0 request=11(PTRACE_ATTACH) pid=4194304",
      "evt.res": "ESRCH",
    },
  },
  {
    name: "ptrace that asks to be traced",
    type: "ptrace",
    perl: "call(SYS_ptrace, 0, 0, 0, 0)",
    expect: { "evt.args": "res=0 addr=0 data=0 request=1(PTRACE_TRACEME) pid=0" },
  },
];

eventTests("events of programs tell what runs now", EXEC);
eventTests("events of forks, threads and ends tell who is whose", FORK);
eventTests("events of signals and tracing tell who does it to whom", SIGNALS);
