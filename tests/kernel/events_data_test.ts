/** What system calls read, write and point to: each call made really, its event held against what went in. */
import { assert, assertEquals } from "../assert.ts";
import { type EventCase, eventTests, find, withActor } from "./actor.ts";
import { kernelTest } from "./harness.ts";

/** A file with known content, open as 3. */
const FILE = `open(F, "+>", "f"); syswrite(F, "0123456789"); sysseek(F, 0, 0);`;
/** Two buffers of a vector: five bytes and three. */
const VECTOR = `$a = "hello"; $b = "!!!"; $v = pack("pQpQ", $a, 5, $b, 3);`;
const PAIR = `socketpair(A, B, AF_UNIX, SOCK_STREAM, 0); fact(a => fileno A, b => fileno B);`;
/** msghdr: name, its length, vector, count, control, its length, flags. */
const MESSAGE = `${VECTOR} $m = pack("QQpQQQQ", 0, 0, $v, 2, 0, 0, 0);`;

const FILES: readonly EventCase[] = [
  {
    name: "read shows what came",
    type: "read",
    perl: `${FILE} call(SYS_read, 3, "\\0" x 20, 20)`,
    pick: { "fd.name": "{D}/f" },
    expect: {
      "evt.args": "res=10 data=0123456789 fd=3(<f>{D}/f) size=20",
      "evt.buffer": "0123456789",
    },
  },
  {
    name: "read at the end of a file has nothing",
    type: "read",
    perl: `${FILE} sysseek(F, 0, 2); call(SYS_read, 3, "\\0" x 20, 20)`,
    pick: { "fd.name": "{D}/f" },
    expect: { "evt.args": "res=0 data=NULL fd=3(<f>{D}/f) size=20", "evt.buffer": "" },
  },
  {
    name: "read of a lot shows its first 80 bytes",
    type: "read",
    perl:
      `open(F, "+>", "f"); syswrite(F, "x" x 200); sysseek(F, 0, 0); call(SYS_read, 3, "\\0" x 200, 200)`,
    pick: { "fd.name": "{D}/f" },
    expect: { "evt.args": /^res=200 data=x{80} fd=/, "evt.buffer": /^x{80}$/ },
  },
  {
    name: "read that fails",
    type: "read",
    perl: `opendir(F, "."); call(SYS_read, fileno(F), "\\0" x 20, 20)`,
    pick: { "evt.res": "EISDIR" },
    expect: { "evt.args": "res=-21(EISDIR) data=NULL fd=3(<d>{D}) size=20" },
  },
  {
    name: "write that fails shows what was to be written",
    type: "write",
    perl: `call(SYS_write, 99, "abc", 3)`,
    pick: { "evt.res": "EBADF" },
    expect: { "evt.args": "res=-9(EBADF) data=abc fd=99 size=3", "evt.buffer": "abc" },
  },
  {
    name: "pread",
    type: "pread",
    perl: `${FILE} call(SYS_pread64, 3, "\\0" x 20, 4, 2)`,
    expect: { "evt.args": "res=4 data=2345 fd=3(<f>{D}/f) size=4 pos=2" },
  },
  {
    name: "pwrite",
    type: "pwrite",
    perl: `${FILE} call(SYS_pwrite64, 3, "abcd", 4, 2)`,
    expect: { "evt.args": "res=4 data=abcd fd=3(<f>{D}/f) size=4 pos=2" },
  },
  {
    name: "writev",
    type: "writev",
    perl: `${FILE} ${VECTOR} call(SYS_writev, 3, $v, 2)`,
    expect: { "evt.args": "res=8 data=hello!!! fd=3(<f>{D}/f) size=8" },
  },
  {
    name: "readv",
    type: "readv",
    perl: `${FILE} ${VECTOR} call(SYS_readv, 3, $v, 2)`,
    expect: { "evt.args": "res=8 size=8 data=01234567 fd=3(<f>{D}/f)" },
  },
  {
    name: "readv that fills less than a buffer",
    type: "readv",
    perl: `${FILE} sysseek(F, 7, 0); ${VECTOR} call(SYS_readv, 3, $v, 2)`,
    expect: { "evt.args": "res=3 size=3 data=789 fd=3(<f>{D}/f)" },
  },
  {
    name: "writev with a vector that is not there",
    type: "writev",
    perl: `${FILE} call(SYS_writev, 3, 8, 2)`,
    expect: { "evt.args": "res=-14(EFAULT) data=NULL fd=3(<f>{D}/f) size=0" },
  },
  {
    name: "preadv",
    type: "preadv",
    perl: `${FILE} ${VECTOR} call(SYS_preadv, 3, $v, 2, 1, 0)`,
    expect: { "evt.args": "res=8 size=8 data=12345678 fd=3(<f>{D}/f) pos=1" },
  },
  {
    name: "pwritev",
    type: "pwritev",
    perl: `${FILE} ${VECTOR} call(SYS_pwritev, 3, $v, 2, 1, 0)`,
    expect: { "evt.args": "res=8 data=hello!!! fd=3(<f>{D}/f) size=8 pos=1" },
  },
  {
    name: "sendfile",
    type: "sendfile",
    perl: `${FILE} open(G, ">", "g"); call(SYS_sendfile, 4, 3, pack("Q", 2), 5)`,
    expect: { "evt.args": "res=5 offset=7 out_fd=4(<f>{D}/g) in_fd=3(<f>{D}/f) size=5" },
  },
  {
    name: "copy_file_range",
    type: "copy_file_range",
    perl: `${FILE} open(G, ">", "g"); call(SYS_copy_file_range, 3, 0, 4, 0, 5, 0)`,
    expect: { "evt.args": "res=5 fdout=4(<f>{D}/g) offout=0 fdin=3(<f>{D}/f) offin=0 len=5" },
  },
  {
    name: "lseek",
    type: "lseek",
    perl: `${FILE} call(SYS_lseek, 3, 4, 1)`,
    pick: { "evt.res": "SUCCESS", "fd.name": "{D}/f" },
    expect: { "evt.args": "res=4 fd=3(<f>{D}/f) offset=4 whence=1(SEEK_CUR)" },
  },
  {
    name: "splice",
    type: "splice",
    perl: `${FILE} pipe(R, W); call(SYS_splice, 3, 0, fileno(W), 0, 4, 5)`,
    expect: {
      "evt.args":
        /^res=4 fd_in=3\(<f>.*\/f\) fd_out=\d\(<p>\) size=4 flags=5\(SPLICE_F_MOVE\|SPLICE_F_MORE\)$/,
    },
  },
  {
    name: "getcwd",
    type: "getcwd",
    perl: `call(SYS_getcwd, "\\0" x 500, 500)`,
    expect: { "evt.args": /^res=\d+ path=\/var\/tmp\/falcod-events-\w+$/ },
  },
  {
    name: "close says what is closed",
    type: "close",
    perl: `${FILE} close F; fact(ino => (stat "f")[1])`,
    pick: { "fd.name": "{D}/f" },
    expect: {
      "evt.args": "res=0 fd=3(<f>{D}/f)",
      "evt.res": "SUCCESS",
      "fd.type": "file",
      "fd.num": 3,
      "fd.ino": "{ino}",
    },
  },
  {
    name: "close of a socket",
    type: "close",
    perl: `socket(S, AF_INET, SOCK_DGRAM, 0); connect(S, sockaddr_in(53, inet_aton("127.0.0.1")));
      close S`,
    pick: { "fd.type": "ipv4" },
    expect: { "evt.args": /^res=0 fd=3\(<4u>127\.0\.0\.1:\d+->127\.0\.0\.1:53\)$/ },
  },
  {
    name: "close of nothing",
    type: "close",
    perl: `call(SYS_close, 99)`,
    pick: { "evt.args": /fd=99/ },
    expect: { "evt.args": "res=-9(EBADF) fd=99", "fd.num": 99, "fd.name": "", "fd.type": null },
  },
  {
    name: "close_range",
    type: "close_range",
    perl: `call(SYS_close_range, 90, 99, 4)`,
    expect: { "evt.args": "res=0 first=90 last=99 flags=4(CLOSE_RANGE_CLOEXEC)" },
  },
];

const SOCKETS: readonly EventCase[] = [
  {
    name: "pipe",
    type: "pipe",
    perl: `call(SYS_pipe, "\\0" x 8); fact(ino => (stat("/proc/self/fd/3"))[1])`,
    expect: { "evt.args": "res=0 fd1=3(<p>) fd2=4(<p>) ino={ino}", "fd.num": 4 },
  },
  {
    name: "pipe2",
    type: "pipe2",
    perl: `call(SYS_pipe2, "\\0" x 8, 04000); fact(ino => (stat("/proc/self/fd/3"))[1])`,
    expect: {
      "evt.args": "res=0 fd1=3(<p>) fd2=4(<p>) ino={ino} flags=64(O_NONBLOCK)",
      "fd.ino": "{ino}",
    },
  },
  {
    name: "pipe without memory for it",
    type: "pipe",
    perl: `call(SYS_pipe, 8)`,
    expect: { "evt.args": "res=-14(EFAULT) fd1=-1(EPERM) fd2=-1(EPERM) ino=0" },
  },
  {
    name: "socketpair",
    type: "socketpair",
    perl: `call(SYS_socketpair, 1, 1, 0, "\\0" x 8)`,
    expect: {
      "evt.args":
        /^res=0 fd1=3\(<u>\) fd2=4\(<u>\) source=FFFF[0-9A-F]{12} peer=FFFF[0-9A-F]{12} domain=1\(AF_LOCAL\|AF_UNIX\) type=1 proto=0$/,
    },
  },
  {
    name: "socketpair that is refused",
    type: "socketpair",
    perl: `call(SYS_socketpair, 2, 1, 0, "\\0" x 8)`,
    expect: {
      "evt.args": /^res=-95\(EOPNOTSUPP\) fd1=-1\(EPERM\) fd2=-1\(EPERM\) source=0 peer=0 /,
    },
  },
  {
    name: "sendmsg",
    type: "sendmsg",
    perl: `${PAIR} ${MESSAGE} call(SYS_sendmsg, fileno(A), $m, 0)`,
    expect: { "evt.args": /^res=8 data=hello!!! fd=\d\(<u>.*\) size=8 tuple=/ },
  },
  {
    name: "recvmsg",
    type: "recvmsg",
    perl: `${PAIR} syswrite(B, "abcdefg"); ${MESSAGE} call(SYS_recvmsg, fileno(A), $m, 0)`,
    expect: { "evt.args": /^res=7 size=7 data=abcdefg tuple=.* msgcontrol=NULL fd=\d/ },
  },
  {
    name: "recvmsg with a descriptor beside",
    type: "recvmsg",
    perl: `${PAIR} ${VECTOR} $c = pack("Q l l l x4", 20, 1, 1, 0);
      $m = pack("QQpQpQQ", 0, 0, $v, 2, $c, 24, 0); call(SYS_sendmsg, fileno(A), $m, 0);
      $c = "\\0" x 24; $m = pack("QQpQpQQ", 0, 0, $v, 2, $c, 24, 0);
      call(SYS_recvmsg, fileno(B), $m, 0)`,
    expect: { "evt.args": /^res=8 size=8 data=hello!!! tuple=.* msgcontrol=\.{20,} fd=\d/ },
  },
  {
    name: "recvmsg that has nothing to take",
    type: "recvmsg",
    perl: `${PAIR} ${MESSAGE} call(SYS_recvmsg, fileno(A), $m, 0x40)`,
    expect: {
      "evt.args": /^res=-11\(EAGAIN\) size=0 data=NULL tuple=NULL msgcontrol=NULL fd=\d/,
    },
  },
  {
    name: "sendmmsg",
    type: "sendmmsg",
    perl:
      `${PAIR} ${MESSAGE} $two = ($m . "\\0" x 8) x 2; call(SYS_sendmmsg, fileno(A), $two, 2, 0)`,
    expect: { "evt.args": /^res=2 fd=\d\(<u>.*\) size=8 data=hello!!! tuple=/ },
  },
  {
    name: "sendmmsg has an event for each message, with where it goes",
    type: "sendmmsg",
    perl: `socket(R, AF_INET, SOCK_DGRAM, 0); bind(R, sockaddr_in(0, INADDR_LOOPBACK));
      ($p) = sockaddr_in(getsockname R); socket(S, AF_INET, SOCK_DGRAM, 0);
      ${VECTOR} $c = "other"; $w = pack("pQ", $c, 5);
      $one = sockaddr_in($p, INADDR_LOOPBACK); $two = sockaddr_in($p, inet_aton("127.0.0.2"));
      $m = pack("pQpQQQQQ", $one, 16, $v, 2, 0, 0, 0, 0) . pack("pQpQQQQQ", $two, 16, $w, 1, 0, 0, 0, 0);
      call(SYS_sendmmsg, fileno(S), $m, 2, 0); fact(p => $p)`,
    pick: { "evt.buffer": "other" },
    expect: { "fd.sip": "127.0.0.2", "fd.sport": "{p}", "evt.args": /^res=2 .* size=5 data=other/ },
  },
  {
    name: "recvmmsg",
    type: "recvmmsg",
    perl: `${PAIR} syswrite(B, "abc"); ${MESSAGE} $one = $m . "\\0" x 8;
      call(SYS_recvmmsg, fileno(A), $one, 1, 0, 0)`,
    expect: { "evt.args": /^res=1 fd=\d\(<u>.*\) size=3 data=abc tuple=.* msgcontrol=NULL$/ },
  },
  {
    name: "setsockopt with a number",
    type: "setsockopt",
    perl: `socket(S, AF_INET, SOCK_STREAM, 0); call(SYS_setsockopt, 3, 1, 2, pack("l", 1), 4)`,
    expect: {
      "evt.args":
        /^res=0 fd=3\(<4>\) level=1\(SOL_SOCKET\) optname=2\(SO_REUSEADDR\) val=1 optlen=4$/,
    },
  },
  {
    name: "setsockopt with a time",
    type: "setsockopt",
    perl:
      `socket(S, AF_INET, SOCK_STREAM, 0); call(SYS_setsockopt, 3, 1, 20, pack("qq", 5, 10), 16)`,
    expect: { "evt.args": /optname=20\(SO_RCVTIMEO\) val=5000010000 optlen=16$/ },
  },
  {
    name: "setsockopt of another level",
    type: "setsockopt",
    perl: `socket(S, AF_INET, SOCK_STREAM, 0); call(SYS_setsockopt, 3, 6, 13, "reno", 4)`,
    expect: { "evt.args": /level=2\(SOL_TCP\) optname=0\(UNKNOWN\) val=reno optlen=4$/ },
  },
  {
    name: "getsockopt",
    type: "getsockopt",
    perl:
      `socket(S, AF_INET, SOCK_DGRAM, 0); call(SYS_getsockopt, 3, 1, 3, "\\0" x 4, pack("l", 4))`,
    expect: { "evt.args": /level=1\(SOL_SOCKET\) optname=3\(SO_TYPE\) val=2 optlen=4$/ },
  },
  {
    name: "shutdown",
    type: "shutdown",
    perl: `${PAIR} call(SYS_shutdown, fileno(A), 1)`,
    expect: { "evt.args": /^res=0 fd=\d\(<u>.*\) how=1\(SHUT_WR\)$/ },
  },
];

const WAITING: readonly EventCase[] = [
  {
    name: "poll",
    type: "poll",
    perl:
      `${PAIR} syswrite(B, "x"); call(SYS_poll, pack("lssl s s", fileno(A), 1, 0, 99, 4, 0), 2, 5)`,
    expect: { "evt.args": /^res=2 fds=\d:\?1 99:\?40 timeout=5$/, "fdlist.nums": "{a},99" },
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

const INT80 = `system "./calls", "int80-data"`;

/** Pointers, lengths and times are half as wide there. */
const COMPAT: readonly EventCase[] = ([
  ["pipe", /^res=0 fd1=3\(<p>\) fd2=4\(<p>\) ino=[1-9]\d*$/],
  ["write", /^res=5 data=hello fd=4\(<p>.*\) size=5$/],
  ["writev", /^res=8 data=hello!!! fd=4\(<p>.*\) size=8$/],
  ["readv", /^res=8 size=8 data=hellohel fd=3\(<p>.*\)$/],
  ["sendmsg", /^res=-107\(ENOTCONN\) data=hello!!! fd=5\(<u>.*\) size=8 tuple=NULL$/],
  ["nanosleep", /^res=0 interval=1500\(1\.5e-06s\)$/],
] as const).map(([type, args]) => ({
  name: `${type} by the 32-bit entry`,
  type,
  perl: INT80,
  pick: { "proc.name": "calls", "evt.is_compat": true },
  expect: { "evt.args": args },
}));

eventTests("events of files show what is read and written", FILES);
eventTests("events of sockets and pipes show what passes and what comes to be", SOCKETS);
eventTests("events of waiting show what for", WAITING);
eventTests("events of limits and ids show their values", LIMITS);
eventTests("events of memory show where, and how much there is", MEMORY);
eventTests("32-bit calls have their arguments followed, too", COMPAT);
eventTests("events of the rest show what their arguments point to", OTHERS);

kernelTest("falco_libs.snaplen says how much of what is written is seen", async () => {
  const condition = 'evt.type = write and evt.buffer contains "abc"';
  const args = ["-o", "falco_libs.snaplen=5000"];
  await withActor({ condition, args }, async (theatre) => {
    const perl = `open(F, ">", "f"); syswrite(F, "x" x 4000 . "abc")`;
    const { events } = await theatre.perform(perl);
    assert(find(events, { "evt.buffer": /^x{4000}abc$/ }) !== undefined, "not seen");
  });
});

kernelTest("base_syscalls.custom_set with ! hides a call from rules that ask for it", async () => {
  const condition = "evt.type in (writev, pwrite) and proc.exepath endswith /actor";
  const args = ["-o", "base_syscalls.custom_set[]=!writev"];
  await withActor({ condition, args }, async (theatre) => {
    const { events } = await theatre.perform(
      `${FILE} ${VECTOR} call(SYS_writev, 3, $v, 2); call(SYS_pwrite64, 3, "abcd", 4, 2)`,
    );
    const seen = events.map(({ output_fields: fields }) => fields["evt.type"]);
    assertEquals(seen, ["pwrite"]);
  });
});

kernelTest("engine.modern_ebpf.drop_failed_exit hides what failed, and nothing else", async () => {
  const condition = "evt.type in (pwrite, chdir) and proc.exepath endswith /actor";
  const args = ["-o", "engine.modern_ebpf.drop_failed_exit=true"];
  await withActor({ condition, args }, async (theatre) => {
    const { events } = await theatre.perform(
      `${FILE} call(SYS_pwrite64, 99, "abcd", 4, 2); call(SYS_pwrite64, 3, "abcd", 4, 2);
       chdir "none"; chdir "/"`,
    );
    const seen = events.map(({ output_fields: fields }) => [fields["evt.type"], fields["evt.res"]]);
    assertEquals(seen, [["pwrite", "SUCCESS"], ["chdir", "SUCCESS"]]);
  });
});
