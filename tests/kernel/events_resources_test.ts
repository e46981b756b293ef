/** What system calls wait for, are limited to and use, and what the rest of them point to. */
import { assertEquals } from "../assert.ts";
import { type EventCase, eventTests, withActor } from "./actor.ts";
import { kernelTest } from "./harness.ts";
import { PAIR, VECTOR } from "./scenes.ts";

const WAITING: readonly EventCase[] = [
  {
    name: "poll",
    type: "poll",
    perl:
      `${PAIR} syswrite(B, "x"); call(SYS_poll, pack("lssl s s", fileno(A), 1, 0, 99, 4, 0), 2, 5)`,
    expect: { "evt.args": /^res=2 fds=\d:u1 99:\?40 timeout=5$/, "fdlist.nums": "{a},99" },
  },
  {
    name: "poll of all kinds of descriptors",
    type: "poll",
    perl: `pipe(P, Q); open(F, "<", "/etc/hostname"); opendir(E, "/etc");
      socket(N, AF_INET6, SOCK_STREAM, 0);
      socket(S, AF_INET, SOCK_DGRAM, 0); connect(S, sockaddr_in(9, inet_aton("127.0.0.1")));
      my @n = (fileno(P), fileno(F), fileno(E), fileno(S), call(SYS_eventfd2, 0, 0),
        call(SYS_epoll_create1, 0), call(SYS_inotify_init1, 0), call(SYS_timerfd_create, 1, 0),
        call(SYS_memfd_create, my $m = "m", 0), fileno(N), -1);
      fact(numbers => join ",", @n);
      call(SYS_poll, pack("(lss)*", map { ($_, 1, 0) } @n), scalar @n, 0)`,
    expect: {
      "evt.args":
        /^res=4 fds=\d+:p0 \d+:f1 \d+:d1 \d+:40 \d+:e0 \d+:l0 \d+:i0 \d+:t0 \d+:m1 \d+:620 18446744073709551615:\?0 timeout=0$/,
      "fdlist.nums": "{numbers}",
      "fdlist.names":
        /^<NA>,\/etc\/hostname,\/etc,127.0.0.1:\d+->127.0.0.1:9,<NA>,<NA>,<NA>,<NA>,m,<NA>,<NA>$/,
      "fdlist.sips": "127.0.0.1,::",
      "fdlist.sports": "9,0",
    },
  },
  {
    name: "poll of more descriptors than are told",
    type: "poll",
    perl: `pipe(P, Q); call(SYS_poll, pack("lss", fileno(P), 1, 0) x 40, 40, 0)`,
    expect: { "evt.args": /^res=0 fds=(?:\d+:p0 ?){16} timeout=0$/ },
  },
  {
    name: "ppoll",
    type: "ppoll",
    perl: `call(SYS_ppoll, pack("lss", 99, 1, 0), 1, pack("qq", 1, 5), pack("Q", 0x202), 8)`,
    expect: { "evt.args": /^res=1 fds=99:\?40 timeout=\d+\(.*s\) sigmask=SIGINT SIGUSR1$/ },
  },
  {
    name: "nanosleep",
    type: "nanosleep",
    perl: `call(SYS_nanosleep, pack("qq", 0, 1500), 0)`,
    expect: { "evt.args": "res=0 interval=1500(1.5e-06s)" },
  },
  {
    name: "futex",
    type: "futex",
    perl: `call(SYS_futex, pack("l", 1), 0x81, 1, 0, 0, 0)`,
    expect: {
      "evt.args": /^res=0 addr=[0-9A-F]+ op=129\(FUTEX_PRIVATE_FLAG\|FUTEX_WAKE\) val=1$/,
    },
  },
  {
    name: "semaphores are made",
    type: "semget",
    perl: `$s = call(SYS_semget, 0, 1, 01600); call(SYS_semctl, $s, 0, 0, 0)`,
    expect: { "evt.args": /^res=\d+ key=0 nsems=1 semflg=8192\(IPC_CREAT\)$/ },
  },
  {
    name: "semaphores are raised",
    type: "semop",
    perl: `$s = call(SYS_semget, 0, 1, 01600); call(SYS_semop, $s, pack("SsS", 0, 1, 04000), 1);
      call(SYS_semctl, $s, 0, 0, 0); fact(s => $s)`,
    expect: {
      "evt.args":
        "res=0 nsops=1 sem_num_0=0 sem_op_0=1 sem_flg_0=1(IPC_NOWAIT) sem_num_1=0 sem_op_1=0 sem_flg_1=0 semid={s}",
    },
  },
  {
    name: "semaphores are removed",
    type: "semctl",
    perl: `$s = call(SYS_semget, 0, 1, 01600); call(SYS_semctl, $s, 0, 0, 5); fact(s => $s)`,
    expect: { "evt.args": "res=0 semid={s} semnum=0 cmd=4(IPC_RMID) val=0" },
  },
  {
    name: "timerfd_create",
    type: "timerfd_create",
    perl: `call(SYS_timerfd_create, 1, 04000)`,
    expect: { "evt.args": "res=3(<t>) clockid=1 flags=40" },
  },
];

const LIMITS: readonly EventCase[] = [
  {
    name: "getrlimit",
    type: "getrlimit",
    perl: `call(SYS_getrlimit, 9, "\\0" x 16)`,
    expect: { "evt.args": "res=0 cur=-1 max=-1 resource=9(RLIMIT_AS)" },
  },
  {
    name: "setrlimit",
    type: "setrlimit",
    perl: `call(SYS_setrlimit, 4, pack("QQ", 10, 20))`,
    expect: { "evt.args": "res=0 cur=10 max=20 resource=4(RLIMIT_CORE)" },
  },
  {
    name: "prlimit",
    type: "prlimit",
    perl: `call(SYS_setrlimit, 4, pack("QQ", 10, 20));
      call(SYS_prlimit64, 0, 4, pack("QQ", 5, 6), "\\0" x 16)`,
    expect: {
      "evt.args": "res=0 newcur=5 newmax=6 oldcur=10 oldmax=20 pid=0 resource=4(RLIMIT_CORE)",
    },
  },
  {
    name: "prlimit that is refused",
    type: "prlimit",
    perl: `call(SYS_prlimit64, 0, 99, 0, "\\0" x 16)`,
    expect: {
      "evt.args":
        "res=-22(EINVAL) newcur=0 newmax=0 oldcur=-1 oldmax=-1 pid=0 resource=255(RLIMIT_UNKNOWN)",
    },
  },
  {
    name: "getresuid",
    type: "getresuid",
    perl: `call(SYS_setresuid, 11, 12, 13); call(SYS_getresuid, "\\0" x 4, "\\0" x 4, "\\0" x 4)`,
    expect: { "evt.args": /^res=0 ruid=11\(.*\) euid=12\(.*\) suid=13\(.*\)$/ },
  },
  {
    name: "getuid",
    type: "getuid",
    perl: `call(SYS_setuid, 11); call(SYS_getuid)`,
    pick: { "evt.rawres": 11 },
    expect: { "evt.args": /^uid=11\(/ },
  },
];

const MEMORY: readonly EventCase[] = [
  {
    name: "mmap",
    type: "mmap",
    perl: `call(SYS_mmap, 0, 4096, 3, 0x22, -1, 0)`,
    pick: { "proc.name": "actor" },
    expect: {
      "evt.args":
        /^res=[0-9A-F]+ vm_size=[1-9]\d+ vm_rss=\d+ vm_swap=\d+ addr=0 length=4096 prot=3\(PROT_READ\|PROT_WRITE\) flags=10\(MAP_PRIVATE\|MAP_ANONYMOUS\) fd=-1\(EPERM\) offset=0$/,
    },
  },
  {
    name: "munmap",
    type: "munmap",
    perl: `$p = call(SYS_mmap, 0, 4096, 3, 0x22, -1, 0); call(SYS_munmap, $p, 4096)`,
    expect: {
      "evt.args": /^res=0 vm_size=[1-9]\d+ vm_rss=\d+ vm_swap=\d+ addr=[0-9A-F]+ length=4096$/,
    },
  },
  {
    name: "brk",
    type: "brk",
    perl: `call(SYS_brk, 0)`,
    expect: { "evt.args": /^res=[0-9A-F]+ vm_size=[1-9]\d+ vm_rss=\d+ vm_swap=\d+ addr=0$/ },
  },
  {
    name: "mprotect",
    type: "mprotect",
    perl: `$p = call(SYS_mmap, 0, 4096, 3, 0x22, -1, 0); call(SYS_mprotect, $p, 4096, 5)`,
    expect: {
      "evt.args": /^res=0 addr=[0-9A-F]+ length=4096 prot=5\(PROT_READ\|PROT_EXEC\)$/,
    },
  },
  {
    name: "mlockall",
    type: "mlockall",
    perl: `call(SYS_mlockall, 1); call(SYS_munlockall)`,
    expect: { "evt.args": /^res=.* flags=1\(MCL_CURRENT\)$/ },
  },
  {
    name: "process_vm_readv",
    type: "process_vm_readv",
    perl: `${VECTOR} $r = "secret!!"; $rv = pack("pQ", $r, 8);
      call(SYS_process_vm_readv, $$, $v, 2, $rv, 1, 0); fact(me => $$)`,
    expect: { "evt.args": "res=8 pid={me}(actor) data=secret!!" },
  },
];

const OTHERS: readonly EventCase[] = [
  {
    name: "ptrace peeks",
    type: "ptrace",
    perl: `unless ($c = fork) { call(SYS_ptrace, 0, 0, 0, 0); kill 19, $$; exit }
      waitpid $c, 0; $text = "ABCDEFGH"; $at = unpack("Q", pack("p", $text));
      call(SYS_ptrace, 2, $c, $at, "\\0" x 8); call(SYS_ptrace, 8, $c, 0, 0); waitpid $c, 0;
      fact(c => $c, at => sprintf("%X", $at))`,
    pick: { "evt.args": /request=3\(/ },
    expect: {
      "evt.args":
        /^res=0 addr=[0-9A-F]+ data=4847464544434241 request=3\(PTRACE_PEEKDATA\) pid=\d+/,
    },
  },
  {
    name: "prctl that asks who reaps",
    type: "prctl",
    perl: `call(SYS_prctl, 36, 1, 0, 0, 0); call(SYS_prctl, 37, pack("l", 7), 0, 0, 0)`,
    pick: { "evt.args": /option=37/ },
    expect: {
      "evt.args": "res=0 option=37(PR_GET_CHILD_SUBREAPER) arg2_str=<NA> arg2_int=1",
    },
  },
  {
    name: "keyctl",
    type: "keyctl",
    perl: `call(SYS_keyctl, 10, -3, "user", "no such key", 0)`,
    expect: {
      "evt.args":
        /^res=-\d+\S* operation=10\(KEYCTL_SEARCH\) arg2=-3 arg3=user arg4=no such key arg5=0$/,
    },
  },
  {
    name: "fsconfig with a text",
    type: "fsconfig",
    perl: `$f = call(SYS_fsopen, "tmpfs", 0); call(SYS_fsconfig, $f, 1, "size", "1m", 0)`,
    expect: {
      "evt.args":
        /^res=0 fd=3.* cmd=1\(FSCONFIG_SET_STRING\) key=size value_bytebuf=NULL value_charbuf=1m aux=0$/,
    },
  },
  {
    name: "quotactl that is refused",
    type: "quotactl",
    perl: `call(SYS_quotactl, 0x80000701, "/dev/none", 7, "\\0" x 72)`,
    expect: {
      "evt.args":
        /^res=-\d+\(E\w+\) special=\/dev\/none quotafilepath=<NA> dqb_bhardlimit=0 .* cmd=32\(Q_GETQUOTA\) type=2\(GRPQUOTA\) id=7 quota_fmt=1\(QFMT_NOT_USED\)$/,
    },
  },
  {
    name: "io_uring_enter",
    type: "io_uring_enter",
    perl: `$r = call(SYS_io_uring_setup, 4, "\\0" x 128); $r < 0 and fact(unsupported => "$!");
      call(SYS_io_uring_enter, $r, 0, 0, 1, 0, 0)`,
    expect: {
      "evt.args":
        /^res=0 fd=3\(<r>.*\) to_submit=0 min_complete=0 flags=1\(IORING_ENTER_GETEVENTS\) sig=$/,
    },
  },
  {
    name: "fork says what the parent uses",
    type: "clone",
    perl: `unless (fork) { exit } wait`,
    pick: { "evt.rawres": /^[1-9]/ },
    expect: {
      "evt.args": / fdlimit=[1-9]\d* pgft_maj=\d+ pgft_min=[1-9]\d* vm_size=[1-9]\d* vm_rss=\d+ /,
    },
  },
  {
    name: "exec that fails says what the caller uses",
    type: "execve",
    perl: `call(SYS_execve, "/none", 0, 0)`,
    pick: { "evt.res": "ENOENT" },
    expect: {
      "evt.args": / fdlimit=[1-9]\d* .* vm_size=[1-9]\d* .* comm=actor .* filename=\/none$/,
    },
  },
];

eventTests("events of waiting show what for", WAITING);
eventTests("events of limits and ids show their values", LIMITS);
eventTests("events of memory show where, and how much there is", MEMORY);
eventTests("events of the rest show what their arguments point to", OTHERS);

kernelTest(
  "of long paths of what is polled only those are told that there is room for",
  async () => {
    await withActor({ condition: "evt.type = poll" }, async (theatre) => {
      const { events } = await theatre.perform(`my $d = POSIX::getcwd(); my $n = "n" x 200;
      for (1 .. 15) { mkdir $n; chdir $n } opendir(E, "."); chdir $d;
      call(SYS_poll, pack("(lss)*", map { (POSIX::dup(fileno(E)), 1, 0) } 1 .. 16), 16, 0)`);
      const { "evt.args": args, "fdlist.names": names } = events[0]!.output_fields;
      assertEquals(
        /^res=16 fds=(?:\d+:d1 ?){16} timeout=0$/.test(String(args)),
        true,
        String(args),
      );
      const path = `${theatre.folder}${`/${"n".repeat(200)}`.repeat(15)}`;
      const told = [...Array(3).fill(path), ...Array(13).fill("<NA>")];
      assertEquals(String(names).split(","), told);
    });
  },
);
