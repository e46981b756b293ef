/** Calls that fail: what rules see of what they were given, and of what they were not. */
import { type EventCase, eventTests } from "./actor.ts";

/** Where no program has memory. */
const NOWHERE = 8;
const WORDS =
  `$w = pack("pp", "zero", "a b") . "\\0" x 8; $e = pack("ppp", "A=1", "B=", "C") . "\\0" x 8;`;

const PROGRAMS: readonly EventCase[] = [
  {
    name: "execve of nothing",
    type: "execve",
    perl: `${WORDS} call(SYS_execve, "./none", $w, $e)`,
    expect: {
      "evt.args":
        /^res=-2\(ENOENT\) exe=zero args=a b\. .* env=A=1\.B=\.C\. .* filename=\.\/none\(.*\/none\)$/,
    },
  },
  {
    name: "execveat of nothing",
    type: "execveat",
    perl: `${WORDS} call(SYS_execveat, -100, "none", $w, $e, 0)`,
    expect: { "evt.args": /^res=-2\(ENOENT\) exe=zero args=a b\. .* env=A=1\.B=\.C\. / },
  },
  {
    name: "execve of an empty name",
    type: "execve",
    perl: `${WORDS} call(SYS_execve, "", $w, ${NOWHERE})`,
    expect: { "evt.args": /^res=-2\(ENOENT\) exe=zero args=a b\. .* env=NULL .* filename=$/ },
  },
  {
    name: "execve of a name that is nowhere",
    type: "execve",
    perl: `call(SYS_execve, ${NOWHERE}, ${NOWHERE}, 0)`,
    expect: {
      "evt.args": /^res=-14\(EFAULT\) exe=<NA> args=NULL .* env=NULL .* filename=<NA>$/,
    },
  },
  {
    name: "execve without words",
    type: "execve",
    perl: `call(SYS_execve, "none", 0, 0)`,
    expect: { "evt.args": /^res=-2\(ENOENT\) exe= args=NULL .* env=NULL / },
  },
];

const PATHS: readonly EventCase[] = [
  {
    name: "unlink of an empty path",
    type: "unlink",
    perl: `call(SYS_unlink, "")`,
    expect: { "evt.args": "res=-2(ENOENT) path=", "fs.path.name": null },
  },
  {
    name: "unlink of a path that is nowhere",
    type: "unlink",
    perl: `call(SYS_unlink, ${NOWHERE})`,
    expect: { "evt.args": "res=-14(EFAULT) path=<NA>" },
  },
  {
    name: "rename of an empty path to one that is nowhere",
    type: "rename",
    perl: `call(SYS_rename, "", ${NOWHERE})`,
    expect: { "evt.args": /^res=-\d+\(\w+\) oldpath= newpath=<NA>$/ },
  },
  {
    name: "rename of a path that is nowhere to an empty one",
    type: "rename",
    perl: `call(SYS_rename, ${NOWHERE}, "")`,
    expect: { "evt.args": "res=-14(EFAULT) oldpath=<NA> newpath=" },
  },
  {
    name: "unlinkat from a directory that is none",
    type: "unlinkat",
    perl: `call(SYS_unlinkat, 99, "etc/none", 0)`,
    expect: { "evt.args": "res=-9(EBADF) dirfd=99 name=etc/none(etc/none) flags=0" },
  },
  {
    name: "openat from a directory that is none",
    type: "openat",
    perl: `call(SYS_openat, 99, "etc/none", 0)`,
    expect: {
      "evt.args":
        "fd=-9(EBADF) dirfd=99 name=etc/none(etc/none) flags=1(O_RDONLY) mode=0 dev=0 ino=0",
      "fd.name": "<UNKNOWN>etc/none",
    },
  },
  {
    name: "openat of an empty path",
    type: "openat",
    perl: `call(SYS_openat, -100, "", 0)`,
    expect: {
      "evt.args": "fd=-2(ENOENT) dirfd=-100(AT_FDCWD) name= flags=1(O_RDONLY) mode=0 dev=0 ino=0",
      "fd.name": "",
    },
  },
  {
    name: "symlink to an empty target",
    type: "symlink",
    perl: `call(SYS_symlink, "", "link")`,
    expect: { "evt.args": "res=-2(ENOENT) target= linkpath=link({D}/link)" },
  },
  {
    name: "symlink whose target is nowhere",
    type: "symlink",
    perl: `call(SYS_symlink, ${NOWHERE}, "")`,
    expect: { "evt.args": "res=-14(EFAULT) target=<NA> linkpath=" },
  },
  {
    name: "umount as 32-bit programs may call it, without flags",
    type: "umount2",
    perl: `system "./calls", "int80-umount", "none"`,
    expect: {
      "evt.args": "res=-2(ENOENT) name=none({D}/none) flags=0",
      "evt.is_compat": true,
    },
  },
];

const TEXTS: readonly EventCase[] = [
  {
    name: "mount of a type that is nowhere",
    type: "mount",
    perl: `call(SYS_mount, "", "none", ${NOWHERE}, 0, 0)`,
    expect: { "evt.args": "res=-14(EFAULT) dev= dir=none({D}/none) type=<NA> flags=0" },
  },
  {
    name: "mount of an empty type",
    type: "mount",
    perl: `call(SYS_mount, "", "none", "", 0, 0)`,
    expect: { "evt.args": "res=-2(ENOENT) dev= dir=none({D}/none) type= flags=0" },
  },
  {
    name: "memfd_create with a name that is nowhere",
    type: "memfd_create",
    perl: `call(SYS_memfd_create, ${NOWHERE}, 0)`,
    expect: { "evt.args": "fd=-14(EFAULT) name=<NA> flags=0" },
  },
  {
    name: "prctl with a name that is nowhere",
    type: "prctl",
    perl: `call(SYS_prctl, 15, ${NOWHERE}, 0, 0, 0)`,
    expect: {
      "evt.args": "res=-14(EFAULT) option=15(PR_SET_NAME) arg2_str=<NA> arg2_int=0",
    },
  },
  {
    name: "fsconfig with a key that is nowhere",
    type: "fsconfig",
    perl: `call(SYS_fsconfig, -1, 1, ${NOWHERE}, ${NOWHERE}, 0)`,
    expect: { "evt.args": / key=<NA> value_bytebuf=NULL value_charbuf=<NA> aux=0$/ },
  },
];

const NUMBERS: readonly EventCase[] = [
  {
    name: "kill with a number that is no signal",
    type: "kill",
    perl: `call(SYS_kill, $$, -1); fact(me => $$)`,
    expect: { "evt.args": "res=-22(EINVAL) pid={me}(actor) sig=255" },
  },
  {
    name: "shutdown of no end",
    type: "shutdown",
    perl: `call(SYS_shutdown, 99, 9)`,
    expect: { "evt.args": "res=-9(EBADF) fd=99 how=255" },
  },
  {
    name: "timerfd_create with no clock",
    type: "timerfd_create",
    perl: `call(SYS_timerfd_create, 300, 0)`,
    expect: { "evt.args": "res=-22(EINVAL) clockid=44 flags=0" },
  },
  {
    name: "io_uring_register of nothing",
    type: "io_uring_register",
    perl: `call(SYS_io_uring_register, 99, -1, 0, 1)`,
    expect: { "evt.args": /fd=99 opcode=65535 arg=0 nr_args=1$/ },
  },
  {
    name: "dup3 onto a file, with flags that it has not",
    type: "dup3",
    perl: `open(F, ">", "f"); open(G, ">", "g"); call(SYS_dup3, fileno(F), fileno(G), 1)`,
    expect: { "evt.args": /^res=-22\(EINVAL\) oldfd=\d+\(<f>.*\/f\) newfd=\d+\(<f>.*\/g\) flags=/ },
  },
];

eventTests("a program that does not start is told with words and environment", PROGRAMS);
eventTests(
  "empty paths, paths that are nowhere and directories that are none are told apart",
  PATHS,
);
eventTests("numbers are told as wide as upstream keeps them", NUMBERS);
eventTests("texts that are nowhere are not empty ones", TEXTS);
