/** System calls that name files and open none, each made really: what rules see of them. */
import { type EventCase, eventTests } from "./actor.ts";

const NAMES: readonly EventCase[] = [
  {
    name: "unlink",
    type: "unlink",
    perl: `open(F, ">", "u"); call(SYS_unlink, "./u")`,
    expect: {
      "evt.args": "res=0 path=./u({D}/u)",
      "fs.path.name": "{D}/u",
      "fs.path.nameraw": "./u",
      "evt.category": "file",
      "evt.res": "SUCCESS",
    },
  },
  {
    name: "unlinkat of what is not there",
    type: "unlinkat",
    perl: `call(SYS_unlinkat, -100, "none", 0)`,
    expect: {
      "evt.args": "res=-2(ENOENT) dirfd=-100(AT_FDCWD) name=none({D}/none) flags=0",
      "evt.failed": true,
      "fs.path.name": null,
    },
  },
  {
    name: "unlinkat of a directory",
    type: "unlinkat",
    perl: `mkdir "d"; call(SYS_unlinkat, -100, "d", 0x200)`,
    expect: {
      "evt.args": "res=0 dirfd=-100(AT_FDCWD) name=d({D}/d) flags=512(AT_REMOVEDIR)",
      "evt.abspath": "{D}/d",
    },
  },
  {
    name: "rename",
    type: "rename",
    perl: `open(F, ">", "r1"); call(SYS_rename, "r1", "r2")`,
    expect: {
      "evt.args": "res=0 oldpath=r1({D}/r1) newpath=r2({D}/r2)",
      "fs.path.source": "{D}/r1",
      "fs.path.sourceraw": "r1",
      "fs.path.target": "{D}/r2",
      "fs.path.targetraw": "r2",
    },
  },
  {
    name: "renameat",
    type: "renameat",
    perl: `call(SYS_renameat, -100, "r2", -100, "./r3")`,
    expect: {
      "evt.args": "res=0 olddirfd=-100(AT_FDCWD) oldpath=r2({D}/r2) " +
        "newdirfd=-100(AT_FDCWD) newpath=./r3({D}/r3)",
      "fs.path.target": "{D}/r3",
    },
  },
  {
    name: "renameat2 that finds nothing",
    type: "renameat2",
    perl: `call(SYS_renameat2, -100, "none", -100, "r4", 1)`,
    expect: {
      "evt.args": "res=-2(ENOENT) olddirfd=-100(AT_FDCWD) oldpath=none({D}/none) " +
        "newdirfd=-100(AT_FDCWD) newpath=r4({D}/r4) flags=1(RENAME_NOREPLACE)",
      "fs.path.source": null,
    },
  },
  {
    name: "link",
    type: "link",
    perl: `call(SYS_link, "r3", "l1")`,
    expect: {
      "evt.args": "res=0 oldpath=r3({D}/r3) newpath=l1({D}/l1)",
      "fs.path.source": "{D}/l1",
      "fs.path.target": "{D}/r3",
    },
  },
  {
    name: "linkat",
    type: "linkat",
    perl: `call(SYS_linkat, -100, "r3", -100, "l2", 0x400)`,
    expect: {
      "evt.args": "res=0 olddir=-100(AT_FDCWD) oldpath=r3({D}/r3) newdir=-100(AT_FDCWD) " +
        "newpath=l2({D}/l2) flags=1024(AT_SYMLINK_FOLLOW)",
    },
  },
  {
    name: "symlink",
    type: "symlink",
    perl: `mkdir "sub"; call(SYS_symlink, "../r3", "sub/s")`,
    expect: {
      "evt.args": "res=0 target=../r3 linkpath=sub/s({D}/sub/s)",
      "fs.path.source": "{D}/sub/s",
      "fs.path.targetraw": "../r3",
    },
  },
  {
    name: "symlinkat",
    type: "symlinkat",
    perl: `call(SYS_symlinkat, "/etc/hostname", -100, "s2")`,
    expect: {
      "evt.args": "res=0 target=/etc/hostname linkdirfd=-100(AT_FDCWD) linkpath=s2({D}/s2)",
      "fs.path.target": "/etc/hostname",
    },
  },
  {
    name: "mkdir",
    type: "mkdir",
    perl: `call(SYS_mkdir, "m1", 0755)`,
    expect: { "evt.args": "res=0 path=m1({D}/m1) mode=1ED", "fs.path.name": "{D}/m1" },
  },
  {
    name: "mkdirat of what is there",
    type: "mkdirat",
    perl: `call(SYS_mkdirat, -100, "m1", 0700)`,
    expect: {
      "evt.args": "res=-17(EEXIST) dirfd=-100(AT_FDCWD) path=m1({D}/m1) mode=1C0",
      "fs.path.name": null,
    },
  },
  {
    name: "rmdir",
    type: "rmdir",
    perl: `call(SYS_rmdir, "m1/")`,
    expect: { "evt.args": "res=0 path=m1/({D}/m1)", "fs.path.name": "{D}/m1" },
  },
  {
    name: "mknod",
    type: "mknod",
    perl: `call(SYS_mknod, "fifo", 010600, 0)`,
    expect: {
      "evt.args": "res=0 path=fifo({D}/fifo) mode=010600(S_IWUSR|S_IRUSR|S_IFIFO) dev=0",
    },
  },
  {
    name: "mknodat of a device",
    type: "mknodat",
    perl: `call(SYS_mknodat, -100, "null", 020600, 0x103)`,
    expect: {
      "evt.args": /^res=0 dirfd=-100\(AT_FDCWD\) path=null.* mode=\S+S_IFCHR\) dev=1048579$/,
    },
  },
];

const OWNERS: readonly EventCase[] = [
  {
    name: "chmod",
    type: "chmod",
    perl: `open(F, ">", "c"); call(SYS_chmod, "c", 04711)`,
    expect: {
      "evt.args": "res=0 filename=c({D}/c) " +
        "mode=04711(S_IXOTH|S_IXGRP|S_IXUSR|S_IWUSR|S_IRUSR|S_ISUID)",
      "fs.path.name": "{D}/c",
      "evt.arg.mode": /S_ISUID/,
    },
  },
  {
    name: "fchmod",
    type: "fchmod",
    perl: `sysopen(F, "c", 0); call(SYS_fchmod, fileno(F), 0600)`,
    expect: {
      "evt.args": "res=0 fd=3(<f>{D}/c) mode=0600(S_IWUSR|S_IRUSR)",
      "fd.name": "{D}/c",
      "fs.path.name": "{D}/c",
    },
  },
  {
    name: "fchmod of nothing",
    type: "fchmod",
    perl: "call(SYS_fchmod, 99, 0600)",
    expect: {
      "evt.args": "res=-9(EBADF) fd=99 mode=0600(S_IWUSR|S_IRUSR)",
      "fd.num": 99,
      "fd.name": "",
    },
  },
  {
    name: "fchmodat",
    type: "fchmodat",
    perl: `call(SYS_fchmodat, -100, "c", 0640)`,
    expect: {
      "evt.args": "res=0 dirfd=-100(AT_FDCWD) filename=c({D}/c) mode=0640(S_IRGRP|S_IWUSR|S_IRUSR)",
      "evt.abspath": "{D}/c",
    },
  },
  {
    name: "chown",
    type: "chown",
    perl: `call(SYS_chown, "c", 1, 2)`,
    expect: { "evt.args": "res=0 path=c({D}/c) uid=1 gid=2", "fs.path.name": "{D}/c" },
  },
  {
    name: "lchown that leaves the group",
    type: "lchown",
    perl: `symlink "c", "cl"; call(SYS_lchown, "cl", 1, -1)`,
    expect: { "evt.args": "res=0 path=cl({D}/cl) uid=1 gid=-1", "fs.path.name": "{D}/cl" },
  },
  {
    name: "fchown",
    type: "fchown",
    perl: `sysopen(F, "c", 0); call(SYS_fchown, fileno(F), 3, 4)`,
    expect: { "evt.args": "res=0 fd=3(<f>{D}/c) uid=3 gid=4", "fs.path.name": "{D}/c" },
  },
  {
    name: "fchownat",
    type: "fchownat",
    perl: `call(SYS_fchownat, -100, "c", 5, 6, 0x100)`,
    expect: {
      "evt.args": "res=0 dirfd=-100(AT_FDCWD) pathname=c({D}/c) uid=5 gid=6 flags=0",
      "fs.path.name": "{D}/c",
    },
  },
  {
    name: "fchownat of a descriptor itself",
    type: "fchownat",
    perl: `sysopen(F, "c", 0); call(SYS_fchownat, fileno(F), "", 7, 8, 0x1000)`,
    expect: { "fs.path.name": "{D}/c", "evt.arg.flags": "AT_EMPTY_PATH" },
  },
];

eventTests("events about names show both of two paths", NAMES);
eventTests("events of owners and modes show what was changed to what", OWNERS);
