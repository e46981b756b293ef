/** System calls about the kernel itself, mounts and memory, each made really or refused by the kernel. */
import { type EventCase, eventTests } from "./actor.ts";

/** In a mount namespace of its own. */
const OWN_MOUNTS = `call(SYS_unshare, 0x20000); call(SYS_mount, "none", "/", 0, 0x44000, 0);`;

const MOUNTS: readonly EventCase[] = [
  {
    name: "mount that keeps changes to itself",
    type: "mount",
    perl: OWN_MOUNTS,
    expect: {
      "evt.args": "res=0 dev=none dir=/ type=<NA> flags=278528(REC|PRIVATE)",
      "evt.category": "file",
      "fs.path.target": "/",
    },
  },
  {
    name: "mount of a tmpfs",
    type: "mount",
    perl: `${OWN_MOUNTS} mkdir "m"; call(SYS_mount, "tmpfs", "./m", "tmpfs", 6, "")`,
    expect: {
      "evt.args": "res=0 dev=tmpfs dir=./m({D}/m) type=tmpfs flags=6(NOSUID|NODEV)",
      "fs.path.source": "{D}/tmpfs",
      "fs.path.sourceraw": "tmpfs",
      "fs.path.target": "{D}/m",
      "fs.path.targetraw": "./m",
    },
  },
  {
    name: "bind mount",
    type: "mount",
    perl: `${OWN_MOUNTS} mkdir "m"; call(SYS_mount, "/etc", "m", "", 4096, 0)`,
    expect: {
      "evt.args": "res=0 dev=/etc dir=m({D}/m) type= flags=4096(BIND)",
      "fs.path.source": "/etc",
    },
  },
  {
    name: "mount that is refused",
    type: "mount",
    perl: `call(SYS_mount, "none", "nowhere", "tmpfs", 0, 0)`,
    expect: { "evt.res": "ENOENT", "evt.failed": true, "fs.path.target": null },
  },
  {
    name: "umount2",
    type: "umount2",
    perl: `${OWN_MOUNTS} mkdir "m"; call(SYS_mount, "tmpfs", "m", "tmpfs", 0, "");
      call(SYS_umount2, "m", 2)`,
    expect: { "evt.args": "res=0 name=m({D}/m) flags=2(DETACH)", "fs.path.name": "{D}/m" },
  },
  {
    name: "umount2 of nothing",
    type: "umount2",
    perl: `call(SYS_umount2, "none", 0)`,
    expect: { "evt.args": "res=-2(ENOENT) name=none({D}/none) flags=0", "fs.path.name": null },
  },
];

const KERNEL: readonly EventCase[] = [
  {
    name: "init_module of what is no module",
    type: "init_module",
    perl: `call(SYS_init_module, "no module", 9, "a=1")`,
    expect: {
      "evt.args": /^res=-\d+\(E\w+\) img=no module length=9 uargs=a=1$/,
      "evt.res": /^E/,
      "evt.failed": true,
    },
  },
  {
    name: "finit_module of what is no module",
    type: "finit_module",
    perl: `sysopen(F, "case.pl", 0); call(SYS_finit_module, fileno(F), "", 3)`,
    expect: {
      "evt.args":
        /^res=-\d+\(E\w+\) fd=3\(<f>\/.*\/case\.pl\) uargs= flags=3\(MODULE_INIT_IGNORE_MODVERSIONS\|MODULE_INIT_IGNORE_VERMAGIC\)$/,
      "fd.name": "{D}/case.pl",
      "evt.failed": true,
    },
  },
  {
    name: "delete_module of nothing",
    type: "delete_module",
    perl: `call(SYS_delete_module, "no_such_module", 04000)`,
    expect: { "evt.args": /name=no_such_module flags=2\(O_NONBLOCK\)$/, "evt.failed": true },
  },
  {
    name: "bpf that is refused",
    type: "bpf",
    perl: `call(SYS_bpf, 5, "\\0" x 128, 4)`,
    expect: { "evt.args": /^fd=-\d+\(E\w+\) cmd=5\(BPF_PROG_LOAD\)$/, "evt.failed": true },
  },
  {
    name: "io_uring_setup",
    type: "io_uring_setup",
    perl: `call(SYS_io_uring_setup, 4, "\\0" x 128) < 0 and fact(unsupported => "$!")`,
    expect: {
      "evt.args":
        /^res=3 entries=4 sq_entries=4 cq_entries=8 flags=0 sq_thread_cpu=0 sq_thread_idle=0 features=\d+\(IORING_FEAT_SINGLE_MMAP\|/,
      "fd.type": "io_uring",
      "fd.num": 3,
      "evt.res": "SUCCESS",
    },
  },
  {
    name: "io_uring_setup that is refused",
    type: "io_uring_setup",
    perl: `call(SYS_io_uring_setup, 0, "\\0" x 128)`,
    expect: { "evt.args": /^res=-\d+\(E\w+\) entries=0 /, "evt.failed": true, "fd.num": -1 },
  },
  {
    name: "userfaultfd",
    type: "userfaultfd",
    perl: `call(SYS_userfaultfd, 02000001) < 0 and fact(unsupported => "$!")`,
    expect: {
      "evt.args": "res=3 flags=4096(O_CLOEXEC)",
      "fd.type": "userfaultfd",
      "evt.category": "file",
    },
  },
  {
    name: "memfd_create",
    type: "memfd_create",
    perl: `call(SYS_memfd_create, "my name", 3)`,
    expect: {
      "evt.args": "fd=3(<m>my name) name=my name flags=3(MFD_CLOEXEC|MFD_ALLOW_SEALING)",
      "fd.name": "my name",
      "fd.type": "memfd",
      "evt.category": "memory",
    },
  },
  {
    name: "memfd_create that is refused",
    type: "memfd_create",
    perl: `call(SYS_memfd_create, "x", 0x4000)`,
    expect: { "evt.args": /^fd=-22\(EINVAL\) name=x flags=0$/, "fd.name": "" },
  },
  {
    name: "seccomp that is refused",
    type: "seccomp",
    perl: "call(SYS_seccomp, 99, 0, 0)",
    expect: { "evt.args": "res=-22(EINVAL) op=99 flags=0", "evt.failed": true },
  },
  {
    name: "pidfd_open",
    type: "pidfd_open",
    perl: "call(SYS_pidfd_open, $$, 0); fact(me => $$)",
    expect: { "evt.args": "fd=3(<P>/proc/{me}) pid={me}(actor) flags=0", "fd.type": "pidfd" },
  },
  {
    name: "a call without an event type of its own",
    type: "sched_yield",
    perl: "call(SYS_sched_yield)",
    expect: {
      "evt.args": "",
      "evt.res": "SUCCESS",
      "evt.rawres": 0,
      "evt.failed": false,
      "evt.category": "other",
      "evt.dir": "<",
      "syscall.type": "sched_yield",
      "proc.name": "actor",
    },
  },
  {
    name: "a failed call without an event type of its own",
    type: "getcpu",
    perl: "call(SYS_getcpu, 1, 1, 0)",
    expect: { "evt.res": "EFAULT", "evt.rawres": -14, "evt.failed": true },
  },
];

const INT80 = `system "./calls", "int80", "/etc/hostname"`;

const COMPAT: readonly EventCase[] = [
  {
    name: "open by the 32-bit entry",
    type: "open",
    perl: INT80,
    expect: {
      "evt.is_compat": true,
      "fd.name": "/etc/hostname",
      "evt.args": /name=\/etc\/hostname flags=1\(O_RDONLY\) mode=0 /,
      "evt.is_open_read": true,
      "evt.res": "SUCCESS",
      "proc.name": "calls",
    },
  },
  {
    name: "socket by the 32-bit entry",
    type: "socket",
    perl: INT80,
    expect: {
      "evt.is_compat": true,
      "evt.args": /domain=2\(AF_INET\) type=1 proto=0 flags=0\(O_NONE\)$/,
    },
  },
  ...([["connect", 1], ["socketcall", 2]] as const).map(([entry, port]): EventCase => ({
    name: `connect by the 32-bit ${entry}`,
    type: "connect",
    perl: INT80,
    pick: { "fd.sport": port },
    expect: {
      "evt.is_compat": true,
      "evt.res": "ECONNREFUSED",
      "fd.sip": "127.0.0.1",
      "evt.args": new RegExp(`addr=127\\.0\\.0\\.1:${port}$`),
    },
  })),
  {
    name: "setuid by the 32-bit entry",
    type: "setuid",
    perl: INT80,
    expect: { "evt.is_compat": true, "evt.args": /^res=0 uid=11/, "user.uid": 11 },
  },
  {
    name: "the same by the 64-bit entry",
    type: "setuid",
    perl: "call(SYS_setuid, 11)",
    expect: { "evt.is_compat": false, "user.uid": 11 },
  },
];

eventTests("events of mounts show what is mounted where", MOUNTS);
eventTests("events of the kernel's own calls show what was asked and refused", KERNEL);
eventTests("32-bit system calls are the events they are", COMPAT);
