/** System calls on files, each made really: what rules see of them. */
import { type EventCase, eventTests } from "./actor.ts";

/** What is true of every open that went well. */
const OPENED = {
  "evt.failed": false,
  "evt.res": "SUCCESS",
  "evt.dir": "<",
  "evt.category": "file",
  "evt.is_compat": false,
  "fd.type": "file",
  "fd.typechar": "f",
  "fd.name_changed": true,
  "fd.ino": "{ino}",
  "proc.name": "actor",
  "container.id": "host",
} as const;

const OPENING: readonly EventCase[] = [
  {
    name: "open that makes a file",
    type: "open",
    perl: `call(SYS_open, "new", O_RDWR | O_CREAT | O_EXCL, 0644); file("new")`,
    expect: {
      ...OPENED,
      "evt.args": "fd=3(<f>{D}/new) name=new({D}/new) " +
        "flags=16423(O_EXCL|O_CREAT|O_RDWR|O_F_CREATED) mode=0644 dev={dev} ino={ino}",
      "evt.rawres": 3,
      "evt.is_open_read": true,
      "evt.is_open_write": true,
      "evt.is_open_create": true,
      "evt.is_open_exec": false,
      "fd.num": 3,
      "fd.name": "{D}/new",
      "fd.nameraw": "new",
      "fd.realpath": "{D}/new",
      "fd.directory": "{D}",
      "fd.filename": "new",
      "fs.path.name": "{D}/new",
      "fs.path.nameraw": "new",
    },
  },
  {
    name: "open of a file that is there makes none",
    type: "open",
    perl: `call(SYS_open, "new", O_WRONLY | O_CREAT | O_TRUNC, 0755); file("new")`,
    expect: {
      ...OPENED,
      "evt.is_open_create": false,
      "evt.is_open_read": false,
      "evt.is_open_write": true,
      "evt.is_open_exec": true,
      "evt.arg.flags": "O_TRUNC|O_CREAT|O_WRONLY",
    },
  },
  {
    name: "openat that finds nothing",
    type: "openat",
    perl: `call(SYS_openat, -100, "../none", 0, 0)`,
    expect: {
      "evt.args": "fd=-2(ENOENT) dirfd=-100(AT_FDCWD) name=../none(/var/tmp/none) " +
        "flags=1(O_RDONLY) mode=0 dev=0 ino=0",
      "evt.failed": true,
      "evt.res": "ENOENT",
      "evt.rawres": -2,
      "fd.num": -1,
      "fd.name": "/var/tmp/none",
      "fd.ino": null,
      "fd.realpath": null,
      "fd.typechar": "f",
      "fs.path.name": "/var/tmp/none",
    },
  },
  {
    name: "openat as a directory of what is none",
    type: "openat",
    perl: `open(F, ">", "file"); call(SYS_openat, -100, "file", O_RDONLY | O_DIRECTORY, 0)`,
    pick: { "evt.res": "ENOTDIR" },
    expect: { "fd.name": "{D}/file", "fd.type": null, "fd.typechar": "f" },
  },
  {
    name: "open that finds nothing",
    type: "open",
    perl: `call(SYS_open, "none", 0, 0)`,
    expect: { "evt.res": "ENOENT", "fd.name": "{D}/none", "fd.typechar": "o" },
  },
  {
    name: "openat of a directory, as one",
    type: "openat",
    perl: `sysopen(D, ".", O_RDONLY | O_DIRECTORY); file(".")`,
    expect: {
      ...OPENED,
      "fd.type": "directory",
      "fd.typechar": "d",
      "fd.name": "{D}",
      "fd.directory": "{D}",
      "evt.arg.fd": "<d>{D}",
    },
  },
  {
    name: "openat from a directory's descriptor",
    type: "openat",
    perl: `mkdir "dir"; open(F, ">", "dir/file"); file("dir/file");
      sysopen(D, "dir", O_RDONLY | O_DIRECTORY); chdir "/";
      call(SYS_openat, fileno(D), "./file", O_RDONLY | 02000000, 0)`,
    expect: {
      ...OPENED,
      "evt.args":
        "fd=5(<f>{D}/dir/file) dirfd=4(<d>{D}/dir) name=./file({D}/dir/file) flags=4097(O_RDONLY|O_CLOEXEC) mode=0 dev={dev} ino={ino}",
      "evt.abspath": "{D}/dir/file",
      "fd.name": "{D}/dir/file",
      "fd.nameraw": "./file",
      "fs.path.name": "{D}/dir/file",
    },
  },
  {
    name: "openat through a symbolic link",
    type: "openat",
    perl: `symlink "new", "alias"; sysopen(F, "alias", O_RDONLY); file("new")`,
    expect: {
      ...OPENED,
      "fd.nameraw": "alias",
      "fd.realpath": "{D}/new",
      "fd.ino": "{ino}",
    },
  },
  {
    name: "openat2",
    type: "openat2",
    perl:
      `call(SYS_openat2, -100, "two", pack("QQQ", O_WRONLY | O_CREAT, 0755, 8), 24); file("two")`,
    expect: {
      ...OPENED,
      "evt.args": "fd=3(<f>{D}/two) dirfd=-100(AT_FDCWD) name=two({D}/two) " +
        "flags=16390(O_CREAT|O_WRONLY|O_F_CREATED) mode=0755 resolve=1(RESOLVE_BENEATH) " +
        "dev={dev} ino={ino}",
      "evt.is_open_create": true,
      "evt.is_open_exec": true,
      "evt.is_open_read": false,
    },
  },
  {
    name: "openat2 that may not leave its directory",
    type: "openat2",
    perl: `call(SYS_openat2, -100, "../x", pack("QQQ", 0, 0, 8), 24)`,
    expect: { "evt.res": "EXDEV", "evt.rawres": -18, "fd.name": "/var/tmp/x", "fd.num": -1 },
  },
  {
    name: "creat",
    type: "creat",
    perl: `call(SYS_creat, "made", 0600); file("made")`,
    expect: {
      ...OPENED,
      "evt.args":
        "fd=3(<f>{D}/made) name=made({D}/made) mode=0600 dev={dev} ino={ino} creat_flags=0",
      "fd.name": "{D}/made",
    },
  },
  {
    name: "open of a file without a name",
    type: "open",
    perl: `call(SYS_open, ".", O_RDWR | 020000000 | O_DIRECTORY, 0600)`,
    expect: {
      "evt.is_open_create": true,
      "evt.arg.flags": "O_DIRECTORY|O_RDWR|O_TMPFILE",
      "evt.res": "SUCCESS",
      "fd.typechar": "f",
    },
  },
  {
    name: "open_by_handle_at",
    type: "open_by_handle_at",
    perl: `my $h = pack("II", 128, 0) . "\\0" x 128; call(SYS_open, "new", 0);
      my ($m, $p) = (pack("i", 0), "new"); syscall(SYS_name_to_handle_at, -100, $p, $h, $m, 0);
      sysopen(D, ".", O_RDONLY | O_DIRECTORY); syscall(SYS_open_by_handle_at, fileno(D), $h, O_RDONLY);
      file("new")`,
    expect: {
      ...OPENED,
      "evt.args":
        "fd=5(<f>{D}/new) mountfd=4(<d>{D}) flags=1(O_RDONLY) path={D}/new dev={dev} ino={ino}",
      "fd.name": "{D}/new",
    },
  },
];

const COPIES: readonly EventCase[] = [
  {
    name: "dup of a file",
    type: "dup",
    perl: `sysopen(F, "case.pl", 0); call(SYS_dup, fileno(F))`,
    expect: {
      "evt.args": "res=4(<f>{D}/case.pl) oldfd=3(<f>{D}/case.pl)",
      "evt.rawres": 4,
      "fd.num": 4,
      "fd.name": "{D}/case.pl",
      "fd.type": "file",
    },
  },
  {
    name: "dup2 of a pipe",
    type: "dup2",
    perl: `pipe(R, W); call(SYS_dup2, fileno(R), 20)`,
    expect: {
      "evt.args": "res=20(<p>) oldfd=3(<p>) newfd=20(<p>)",
      "fd.type": "pipe",
      "fd.num": 20,
    },
  },
  {
    name: "dup3 of a directory",
    type: "dup3",
    perl: `sysopen(D, "/", 0); call(SYS_dup3, fileno(D), 21, 02000000)`,
    expect: {
      "evt.args": "res=21(<d>/) oldfd=3(<d>/) newfd=21(<d>/) flags=4096(O_CLOEXEC)",
      "fd.type": "directory",
    },
  },
  {
    name: "dup of nothing",
    type: "dup",
    perl: "call(SYS_dup, 99)",
    expect: { "evt.args": "res=-9(EBADF) oldfd=99", "evt.res": "EBADF", "fd.name": "" },
  },
  ...(([
    ["eventfd2, 0, 0", "event", "e"],
    ["epoll_create1, 0", "eventpoll", "l"],
    ["inotify_init1, 0", "inotify", "i"],
    ["timerfd_create, 0, 0", "timerfd", "t"],
    ['signalfd4, -1, "\\0" x 8, 8, 0', "signalfd", "s"],
    ["pidfd_open, $$, 0", "pidfd", "P"],
    ['memfd_create, "held", 0', "memfd", "m"],
    ["userfaultfd, 1", "userfaultfd", "u"],
    ['io_uring_setup, 1, "\\0" x 128', "io_uring", "r"],
  ] as const).map(([made, type, char]): EventCase => ({
    name: `dup of what ${made.split(",")[0]} made`,
    type: "dup",
    perl: `my $made = call(SYS_${made}); $made < 0 and fact(unsupported => "$!");
      call(SYS_dup, $made)`,
    expect: { "fd.type": type, "fd.typechar": char },
  }))),
  {
    name: "write says what it writes to",
    type: "write",
    perl: `open(F, ">", "w"); syswrite F, "1234"; close F; exit 0`,
    pick: { "fd.name": "{D}/w" },
    expect: { "evt.args": "res=4 data=1234 fd=3(<f>{D}/w) size=4", "evt.category": "file" },
  },
];

eventTests("events of opening show the file under its names", OPENING);
eventTests("copied descriptors are told by what they refer to", COPIES);
