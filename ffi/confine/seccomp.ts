/**
 * System calls that a confined process has no use for, refused by the kernel on all its threads.
 *
 * It is a list of what is refused, not of what is allowed: the runtime's own needs are many, and change.
 * What it takes away is what could lead out: other processes, sockets, programs, kernel interfaces that
 * few need and that have been broken often. seccomp(2), linux Documentation/userspace-api/seccomp_filter.rst
 */
import { isArm, openCalls } from "./_calls.ts";

export interface AllowedCalls {
  /** Sockets of TCP and UDP. */
  readonly net: boolean;
  /** Other programs and processes. */
  readonly run: boolean;
  /** Any file at all; which ones is Landlock's business. */
  readonly files: boolean;
}

/** Number on x86-64, and on aarch64 (absent: it has none). */
type CallNumber = readonly [number, number?];

/** linux arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h */
const CALLS = {
  clone: [56, 220],
  clone3: [435, 435],
  fork: [57],
  vfork: [58],
  execve: [59, 221],
  execveat: [322, 281],
  socket: [41, 198],
  connect: [42, 203],
  bind: [49, 200],
  listen: [50, 201],
  sendto: [44, 206],
  sendmsg: [46, 211],
  sendmmsg: [307, 269],
  open: [2],
  openat: [257, 56],
  openat2: [437, 437],
  creat: [85],
  inotifyAddWatch: [254, 27],
  kill: [62, 129],
  tkill: [200, 130],
  tgkill: [234, 131],
  prlimit: [302, 261],
} as const satisfies Readonly<Record<string, CallNumber>>;

/** Nobody gets these. */
const REFUSED: readonly CallNumber[] = [
  [101, 117], // ptrace
  [310, 270], // process_vm_readv
  [311, 271], // process_vm_writev
  [312, 272], // kcmp
  [424, 424], // pidfd_send_signal
  [434, 434], // pidfd_open
  [438, 438], // pidfd_getfd
  [440, 440], // process_madvise
  [129, 138], // rt_sigqueueinfo
  [297, 240], // rt_tgsigqueueinfo
  [321, 280], // bpf
  [298, 241], // perf_event_open
  [323, 282], // userfaultfd
  [248, 217], // add_key
  [249, 218], // request_key
  [250, 219], // keyctl
  [272, 97], // unshare
  [308, 268], // setns
  [165, 40], // mount
  [166, 39], // umount2
  [155, 41], // pivot_root
  [161, 51], // chroot
  [428, 428], // open_tree
  [429, 429], // move_mount
  [430, 430], // fsopen
  [431, 431], // fsconfig
  [432, 432], // fsmount
  [433, 433], // fspick
  [442, 442], // mount_setattr
  [467, 467], // open_tree_attr
  [303, 264], // name_to_handle_at
  [304, 265], // open_by_handle_at
  [425, 425], // io_uring_setup
  [426, 426], // io_uring_enter
  [427, 427], // io_uring_register
  [175, 105], // init_module
  [313, 273], // finit_module
  [176, 106], // delete_module
  [246, 104], // kexec_load
  [320, 294], // kexec_file_load
  [169, 142], // reboot
  [135, 92], // personality
  // What it starts stays in its group, and ends with it.
  [112, 157], // setsid
  [109, 154], // setpgid
  [154], // modify_ldt
  [172], // iopl
  [173], // ioperm
  [29, 194], // shmget
  [30, 196], // shmat
  [64, 190], // semget
  [68, 186], // msgget
  [240, 180], // mq_open
  [237, 235], // mbind
  [238, 237], // set_mempolicy
  [256, 238], // migrate_pages
  [279, 239], // move_pages
  [212], // lookup_dcookie
  [300, 262], // fanotify_init
];

const SET_MODE_FILTER = 1, TSYNC = 1;
const SECCOMP_CALL = isArm ? 277n : 317n;
const ARCHITECTURE = isArm ? 0xc00000b7 : 0xc000003e;
/** From here on the numbers of x32, another set of the same calls. */
const X32 = 0x40000000;
const EPERM = 1, ENOSYS = 38;
const AF_INET = 2, AF_INET6 = 10;
const IPPROTO_TCP = 6, IPPROTO_UDP = 17;
/** Connects by sending, where Landlock does not look. */
const MSG_FASTOPEN = 0x20000000;
const CLONE_THREAD = 0x10000;
/** All CLONE_NEW…: namespaces, in which somebody may be root again. */
const CLONE_NAMESPACES = 0x7e020000;

/** struct seccomp_data: i32 nr | u32 arch | u64 ip | u64 args[6] */
const NUMBER_AT = 0, ARCHITECTURE_AT = 4;
const argumentAt = (index: number) => 16 + 8 * index;

/** struct sock_filter */
interface Instruction {
  readonly code: number;
  readonly ifTrue: number;
  readonly ifFalse: number;
  readonly value: number;
}

const LOAD = 0x20, JUMP_EQUAL = 0x15, JUMP_AT_LEAST = 0x35, JUMP_BITS = 0x45, RETURN = 0x06;

const load = (at: number): Instruction => ({ code: LOAD, ifTrue: 0, ifFalse: 0, value: at });
const give = (value: number): Instruction => ({ code: RETURN, ifTrue: 0, ifFalse: 0, value });
/** Passes over `skip` instructions unless the condition holds. */
const unless = (code: number, value: number, skip: number): Instruction => ({
  code,
  ifTrue: 0,
  ifFalse: skip,
  value,
});
/** Passes over `skip` instructions if the condition holds. */
const when = (code: number, value: number, skip: number): Instruction => ({
  code,
  ifTrue: skip,
  ifFalse: 0,
  value,
});

const ALLOW = give(0x7fff0000);
const KILL = give(0x80000000);
const refuse = (errno: number) => give(0x00050000 | errno);

/** The filter, for a process of this id. */
export function filterProgram(
  allowed: AllowedCalls,
  processId: number,
): readonly Instruction[] {
  const program: Instruction[] = [
    load(ARCHITECTURE_AT),
    when(JUMP_EQUAL, ARCHITECTURE, 1),
    KILL,
    load(NUMBER_AT),
  ];
  if (!isArm) program.push(unless(JUMP_AT_LEAST, X32, 1), refuse(ENOSYS));
  const decide = (call: CallNumber, ...steps: readonly Instruction[]) => {
    const number = call[isArm ? 1 : 0];
    if (number !== undefined) program.push(unless(JUMP_EQUAL, number, steps.length), ...steps);
  };
  for (const call of REFUSED) decide(call, refuse(EPERM));
  // What it asks for is in memory, where no filter can look; the C library then takes clone.
  decide(CALLS.clone3, refuse(ENOSYS));
  const ofItself = [unless(JUMP_EQUAL, processId, 1), ALLOW, refuse(EPERM)];
  for (const call of [CALLS.kill, CALLS.tgkill]) decide(call, load(argumentAt(0)), ...ofItself);
  decide(CALLS.tkill, refuse(EPERM));
  // Of falcod itself, too, where it could not become another user.
  decide(CALLS.prlimit, load(argumentAt(0)), when(JUMP_EQUAL, 0, 1), ...ofItself);
  if (allowed.run) {
    decide(
      CALLS.clone,
      load(argumentAt(0)),
      unless(JUMP_BITS, CLONE_NAMESPACES, 1),
      refuse(EPERM),
      ALLOW,
    );
  } else {
    for (const call of [CALLS.fork, CALLS.vfork, CALLS.execve, CALLS.execveat]) {
      decide(call, refuse(EPERM));
    }
    // Threads only.
    decide(
      CALLS.clone,
      load(argumentAt(0)),
      unless(JUMP_BITS, CLONE_THREAD, 1),
      ALLOW,
      refuse(EPERM),
    );
  }
  if (allowed.net) {
    // Landlock counts ports of TCP, and not of what goes the same way under other names (MPTCP, SMC).
    decide(
      CALLS.socket,
      load(argumentAt(0)),
      when(JUMP_EQUAL, AF_INET, 1),
      unless(JUMP_EQUAL, AF_INET6, 5),
      load(argumentAt(2)),
      when(JUMP_EQUAL, 0, 2),
      when(JUMP_EQUAL, IPPROTO_TCP, 1),
      unless(JUMP_EQUAL, IPPROTO_UDP, 1),
      ALLOW,
      refuse(EPERM),
    );
    const slowly = [unless(JUMP_BITS, MSG_FASTOPEN, 1), refuse(EPERM), ALLOW];
    decide(CALLS.sendmsg, load(argumentAt(2)), ...slowly);
    for (const call of [CALLS.sendto, CALLS.sendmmsg]) decide(call, load(argumentAt(3)), ...slowly);
  } else {
    for (const call of [CALLS.socket, CALLS.connect, CALLS.bind, CALLS.listen]) {
      decide(call, refuse(EPERM));
    }
  }
  if (!allowed.files) {
    for (const call of [CALLS.open, CALLS.openat, CALLS.openat2, CALLS.creat]) {
      decide(call, refuse(EPERM));
    }
    decide(CALLS.inotifyAddWatch, refuse(EPERM));
  }
  program.push(ALLOW);
  return program;
}

/** Puts all threads of this process under the filter, for ever. False where the kernel refuses. */
export function refuseCalls(allowed: AllowedCalls): boolean {
  const program = filterProgram(allowed, Deno.pid);
  const code = new Uint8Array(program.length * 8);
  const view = new DataView(code.buffer);
  for (const [index, { code, ifTrue, ifFalse, value }] of program.entries()) {
    view.setUint16(index * 8, code, true);
    view.setUint8(index * 8 + 2, ifTrue);
    view.setUint8(index * 8 + 3, ifFalse);
    view.setUint32(index * 8 + 4, value, true);
  }
  // struct sock_fprog: u16 length, padding, pointer
  const header = new Uint8Array(16);
  const pointer = Deno.UnsafePointer.value(Deno.UnsafePointer.of(code));
  new DataView(header.buffer).setUint16(0, program.length, true);
  new DataView(header.buffer).setBigUint64(8, pointer, true);
  return openCalls().seccomp(SECCOMP_CALL, SET_MODE_FILTER, TSYNC, header) === 0n;
}
