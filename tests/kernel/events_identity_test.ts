/** Who and where processes are, by system calls that are made really. */
import { type EventCase, eventTests } from "./actor.ts";

const IDENTITY: readonly EventCase[] = [
  {
    name: "setuid, after which the user is another",
    type: "setuid",
    perl: "call(SYS_setuid, 1)",
    expect: {
      "evt.args": "res=0 uid=1(daemon)",
      "evt.category": "user",
      "user.uid": 1,
      "user.name": "daemon",
      "thread.cap_effective": "",
    },
  },
  {
    name: "setuid that is refused",
    type: "setuid",
    perl: "call(SYS_setuid, 2); call(SYS_setuid, 0)",
    expect: { "evt.args": "res=-1(EPERM) uid=0(root)", "evt.failed": true, "user.uid": 2 },
  },
  {
    name: "setgid",
    type: "setgid",
    perl: "call(SYS_setgid, 2)",
    expect: { "evt.args": "res=0 gid=2(bin)", "group.gid": 2, "group.name": "bin" },
  },
  {
    name: "setreuid",
    type: "setreuid",
    perl: "call(SYS_setreuid, -1, 1)",
    expect: { "evt.args": "res=0 ruid=-1(<NONE>) euid=1(daemon)", "user.name": "daemon" },
  },
  {
    name: "setregid",
    type: "setregid",
    perl: "call(SYS_setregid, 1, 2)",
    expect: { "evt.args": "res=0 rgid=1(daemon) egid=2(bin)", "group.gid": 2 },
  },
  {
    name: "setresuid",
    type: "setresuid",
    perl: "call(SYS_setresuid, -1, 1, 0)",
    expect: { "evt.args": "res=0 ruid=-1(<NONE>) euid=1(daemon) suid=0(root)", "user.uid": 1 },
  },
  {
    name: "setresgid",
    type: "setresgid",
    perl: "call(SYS_setresgid, 1, 2, -1)",
    expect: { "evt.args": "res=0 rgid=1(daemon) egid=2(bin) sgid=-1(<NONE>)", "group.gid": 2 },
  },
  {
    name: "capset",
    type: "capset",
    perl: `call(SYS_capset, pack("II", 0x20080522, 0), pack("I6", 0x21, 0x21, 0, 0, 0, 0))`,
    expect: {
      "evt.args": "res=0 cap_inheritable=0 cap_permitted=21 cap_effective=21",
      "thread.cap_effective": "CAP_CHOWN CAP_KILL",
    },
  },
  {
    name: "prctl that gives a name",
    type: "prctl",
    perl: `call(SYS_prctl, 15, "a new name, too long")`,
    expect: {
      "evt.args": "res=0 option=15(PR_SET_NAME) arg2_str=a new name, too long arg2_int=0",
      "proc.name": "actor",
      "proc.cmdline": "actor case.pl",
    },
  },
  {
    name: "prctl with a number",
    type: "prctl",
    perl: "call(SYS_prctl, 38, 1, 0, 0, 0)",
    expect: {
      "evt.args": "res=0 option=38(PR_SET_NO_NEW_PRIVS) arg2_str=<NA> arg2_int=1",
      "evt.category": "process",
    },
  },
  {
    name: "setsid",
    type: "setsid",
    perl: "my $p = fork; if (!$p) { call(SYS_setsid); exit } waitpid $p, 0; fact(p => $p)",
    expect: {
      "evt.args": "res={p}(actor)",
      "proc.sid": "{p}",
      "proc.sname": "actor",
      "proc.pgid": "{p}",
      "proc.vpgid": "{p}",
      "proc.pgid.name": "actor",
    },
  },
  {
    name: "setpgid",
    type: "setpgid",
    perl: "my $p = fork; if (!$p) { call(SYS_setpgid, 0, 0); exit } waitpid $p, 0; fact(p => $p)",
    expect: { "evt.args": "res=0 pid=0 pgid=0", "proc.pgid": "{p}", "proc.pgid.name": "actor" },
  },
];

const PLACES: readonly EventCase[] = [
  {
    name: "chdir",
    type: "chdir",
    perl: `mkdir "sub"; call(SYS_chdir, "sub")`,
    expect: { "evt.args": "res=0 path=sub", "evt.category": "file", "proc.cwd": "{D}/sub/" },
  },
  {
    name: "a call after chdir",
    type: "open",
    perl: `mkdir "sub"; chdir "sub"; call(SYS_open, "../case.pl", 0)`,
    expect: { "proc.cwd": "{D}/sub/", "fd.name": "{D}/case.pl" },
  },
  {
    name: "fchdir",
    type: "fchdir",
    perl: `sysopen(D, "..", 0); call(SYS_fchdir, fileno(D))`,
    expect: {
      "evt.args": "res=0 fd=3(<d>/var/tmp)",
      "fd.name": "/var/tmp",
      "proc.cwd": "/var/tmp/",
    },
  },
  {
    name: "chroot",
    type: "chroot",
    perl: `mkdir "root"; call(SYS_chroot, "root")`,
    expect: { "evt.args": "res=0 path=root({D}/root)", "evt.category": "process" },
  },
  {
    name: "chroot to nothing",
    type: "chroot",
    perl: `call(SYS_chroot, "none")`,
    expect: { "evt.args": "res=-2(ENOENT) path=none({D}/none)", "evt.failed": true },
  },
  {
    name: "unshare",
    type: "unshare",
    perl: "call(SYS_unshare, 0x04020000)",
    expect: {
      "evt.args":
        /^res=0 flags=\d+\(CLONE_NEWNS\|CLONE_NEWUTS\)$|^res=0 flags=\d+\(CLONE_NEWUTS\|CLONE_NEWNS\)$/,
      "evt.category": "process",
    },
  },
  {
    name: "setns",
    type: "setns",
    perl: `sysopen(N, "/proc/self/ns/uts", 0); call(SYS_setns, fileno(N), 0x04000000);
      fact(ino => (stat N)[1])`,
    expect: { "evt.args": "res=0 fd=3(<f>) nstype=128(CLONE_NEWUTS)", "fd.ino": "{ino}" },
  },
  {
    name: "setns of nothing",
    type: "setns",
    perl: "call(SYS_setns, 99, 0)",
    expect: { "evt.args": "res=-9(EBADF) fd=99 nstype=0", "evt.res": "EBADF" },
  },
];

eventTests("events of identity show the new one", IDENTITY);
eventTests("events of places show where the process is", PLACES);
