/** What system calls read and write: each call made really, its event held against what went in. */
import { type EventCase, eventTests } from "./actor.ts";
import { FILE, VECTOR } from "./scenes.ts";

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
eventTests("32-bit calls have their arguments followed, too", COMPAT);
