/**
 * How each parameter of an event is read from a probe record: one entry an event type, one reader a
 * parameter, in the order of the event table. What the record does not hold is absent.
 */
import {
  encodeAccessFlags,
  encodeChmodMode,
  encodeCloneFlags,
  encodeDeleteModuleFlags,
  encodeDescriptorFlags,
  encodeEpollCreateFlags,
  encodeExecFlags,
  encodeFchownatFlags,
  encodeFcntlCommand,
  encodeFinitModuleFlags,
  encodeFlockFlags,
  encodeLinkatFlags,
  encodeMemfdFlags,
  encodeMknodMode,
  encodeMmapFlags,
  encodeMountFlags,
  encodeNewfstatatFlags,
  encodeOpenat2Resolve,
  encodeOpenFlags,
  encodeOpenMode,
  encodePidfdOpenFlags,
  encodeProtFlags,
  encodePtraceRequest,
  encodeSocketFamily,
  encodeUmountFlags,
  encodeUnlinkatFlags,
  eventType,
  GENERIC_BASE,
  type ParamValue,
  withOpenedFile,
} from "../../../core/mod.ts";
import { layout } from "../../../ffi/mod.ts";
import type { LiveEvent } from "./live_event.ts";

type Reader = (event: LiveEvent) => ParamValue;

const SOCK_TYPE_MASK = 0xf;
const SYS_CREAT = 85;
const CREAT_FLAGS = 0o1101; // O_CREAT | O_WRONLY | O_TRUNC, creat(2)
const PR_SET_NAME = 15, PR_GET_NAME = 16; // linux include/uapi/linux/prctl.h
const FD_UPPER_LAYER_CREAT = 1, FD_LOWER_LAYER_CREAT = 2; // falcosecurity/libs ppm_events_public.h

const result: Reader = (event) => event.result;
const int = (index: number): Reader => (event) => event.argumentInt(index);
const uint = (index: number): Reader => (event) => event.argumentUint(index);
const wide = (index: number): Reader => (event) => event.argumentWide(index);
const encoded = (index: number, encode: (native: number) => number): Reader => (event) =>
  encode(event.argumentUint(index));
const first: Reader = (event) => event.first;
/** A path that is plain text to upstream, joined with nothing. */
const firstText: Reader = (event) => event.first?.raw;
const second: Reader = (event) => event.second;
const tuple: Reader = (event) => event.descriptor?.socket;
const address: Reader = (event) => event.addressArgument;
const device: Reader = (event) => event.descriptor?.device;
const inode: Reader = (event) => event.descriptor?.inode;
const flags: Reader = (event) => event.descriptor?.flags;
const openMode: Reader = (event) => encodeOpenMode(nativeOpenFlags(event), event.argumentUint(3));
const unknown: Reader = () => undefined;
const zero: Reader = () => 0;

/** A parameter that live capture does not have, `count` times. */
function unknowns(count: number): Reader[] {
  return new Array(count).fill(unknown);
}

const READERS: Readonly<Record<string, readonly Reader[]>> = {
  // files
  open: [result, first, flags, openMode, device, inode],
  openat: [result, int(0), first, flags, openMode, device, inode],
  openat2: [
    result,
    int(0),
    first,
    flags,
    openMode,
    encoded(4, encodeOpenat2Resolve),
    device,
    inode,
  ],
  creat: [result, first, openMode, device, inode, creatFlags],
  open_by_handle_at: [result, int(0), flags, first, device, inode],
  close: [result, int(0)],
  access: [result, first, encoded(1, encodeAccessFlags)],
  stat: [result, first],
  lstat: [result, first],
  newfstatat: [result, int(0), first, encoded(3, encodeNewfstatatFlags)],
  rename: [result, first, second],
  renameat: [result, int(0), first, int(2), second],
  renameat2: [result, int(0), first, int(2), second, uint(4)],
  link: [result, first, second],
  linkat: [result, int(0), first, int(2), second, encoded(4, encodeLinkatFlags)],
  symlink: [result, first, second],
  symlinkat: [result, first, int(1), second],
  unlink: [result, first],
  unlinkat: [result, int(0), first, encoded(2, encodeUnlinkatFlags)],
  mkdir: [result, first, uint(1)],
  mkdirat: [result, int(0), first, uint(2)],
  rmdir: [result, first],
  mknod: [result, first, encoded(1, encodeMknodMode), uint(2)],
  mknodat: [result, int(0), first, encoded(2, encodeMknodMode), uint(3)],
  chmod: [result, first, encoded(1, encodeChmodMode)],
  fchmod: [result, int(0), encoded(1, encodeChmodMode)],
  fchmodat: [result, int(0), first, encoded(2, encodeChmodMode)],
  chown: [result, first, uint(1), uint(2)],
  lchown: [result, first, uint(1), uint(2)],
  fchown: [result, int(0), uint(1), uint(2)],
  fchownat: [result, int(0), first, uint(2), uint(3), encoded(4, encodeFchownatFlags)],
  chdir: [result, firstText],
  fchdir: [result, int(0)],
  chroot: [result, first],
  mount: [result, firstText, second, unknown, encoded(3, encodeMountFlags)],
  umount: [result, first],
  umount2: [result, first, encoded(1, encodeUmountFlags)],
  flock: [result, int(0), encoded(1, encodeFlockFlags)],
  fcntl: [result, int(0), encoded(1, encodeFcntlCommand), wide(2)],
  dup: [result, int(0)],
  dup2: [result, int(0), int(1)],
  dup3: [result, int(0), int(1), encoded(2, encodeDescriptorFlags)],
  memfd_create: [result, firstText, encoded(1, encodeMemfdFlags)],
  read: [result, unknown, int(0), uint(2)],
  write: [result, unknown, int(0), uint(2)],
  pread: [result, unknown, int(0), uint(2), wide(3)],
  pwrite: [result, unknown, int(0), uint(2), wide(3)],
  readv: [result, unknown, unknown, int(0)],
  writev: [result, unknown, int(0), unknown],
  preadv: [result, unknown, unknown, int(0), wide(3)],
  pwritev: [result, unknown, int(0), unknown, wide(3)],
  fstat: [result, int(0)],
  lseek: [result, int(0), wide(1), uint(2)],
  getdents: [result, int(0)],
  getdents64: [result, int(0)],
  getcwd: [result, unknown],
  sendfile: [result, unknown, int(0), int(1), wide(3)],
  splice: [result, int(0), int(2), wide(4), uint(5)],
  copy_file_range: [result, int(2), unknown, int(0), unknown, wide(4)],
  close_range: [result, uint(0), uint(1), uint(2)],
  pipe: [result, unknown, unknown, unknown],
  pipe2: [result, unknown, unknown, unknown, encoded(1, encodeDescriptorFlags)],
  // network
  socket: [
    result,
    encoded(0, encodeSocketFamily),
    socketType,
    uint(2),
    encoded(1, encodeDescriptorFlags),
  ],
  bind: [result, address, int(0)],
  connect: [result, tuple, int(0), address],
  listen: [result, int(0), int(1)],
  accept: [result, tuple, ...unknowns(3)],
  accept4: [result, tuple, ...unknowns(3), int(3)],
  sendto: [result, unknown, int(0), uint(2), tuple],
  sendmsg: [result, unknown, int(0), unknown, tuple],
  sendmmsg: [result, int(0), unknown, unknown, tuple],
  recvfrom: [result, unknown, tuple, int(0), uint(2)],
  recvmsg: [result, unknown, unknown, tuple, unknown, int(0)],
  recvmmsg: [result, int(0), unknown, unknown, tuple, unknown],
  socketpair: [result, ...unknowns(4), encoded(0, encodeSocketFamily), socketType, uint(2)],
  shutdown: [result, int(0), uint(1)],
  setsockopt: [result, int(0), ...unknowns(3), uint(4)],
  getsockopt: [result, int(0), ...unknowns(4)],
  // processes
  procexit: exitReaders(),
  kill: [result, int(0), int(1)],
  tkill: [result, int(0), int(1)],
  tgkill: [result, int(0), int(1), int(2)],
  ptrace: [result, wide(2), wide(3), encoded(0, encodePtraceRequest), int(1)],
  prctl: [result, uint(0), unknown, prctlNumber],
  setuid: [result, uint(0)],
  setgid: [result, uint(0)],
  setreuid: [result, uint(0), uint(1)],
  setregid: [result, uint(0), uint(1)],
  setresuid: [result, uint(0), uint(1), uint(2)],
  setresgid: [result, uint(0), uint(1), uint(2)],
  setsid: [result],
  setpgid: [result, int(0), int(1)],
  setns: [result, int(0), encoded(1, encodeCloneFlags)],
  unshare: [result, encoded(0, encodeCloneFlags)],
  pidfd_open: [result, int(0), encoded(1, encodePidfdOpenFlags)],
  pidfd_getfd: [result, int(0), int(1), uint(2)],
  process_vm_readv: [result, int(0), unknown],
  process_vm_writev: [result, int(0), unknown],
  capset: [result, ...unknowns(3)],
  getuid: [result],
  geteuid: [result],
  getgid: [result],
  getegid: [result],
  getresuid: [result, ...unknowns(3)],
  getresgid: [result, ...unknowns(3)],
  getrlimit: [result, unknown, unknown, uint(0)],
  setrlimit: [result, unknown, unknown, uint(0)],
  prlimit: [result, ...unknowns(4), int(0), uint(1)],
  // kernel
  init_module: [result, unknown, wide(1), unknown],
  finit_module: [result, int(0), unknown, encoded(2, encodeFinitModuleFlags)],
  delete_module: [result, unknown, encoded(1, encodeDeleteModuleFlags)],
  bpf: [result, uint(0)],
  userfaultfd: [result, encoded(0, encodeDescriptorFlags)],
  io_uring_setup: [result, uint(0), ...unknowns(6)],
  io_uring_enter: [result, int(0), uint(1), uint(2), uint(3), unknown],
  io_uring_register: [result, int(0), uint(1), wide(2), uint(3)],
  seccomp: [result, uint(0), uint(1)],
  keyctl: [result, uint(0), ...unknowns(4)],
  fsconfig: [result, int(0), uint(1), ...unknowns(3), int(4)],
  quotactl: [result, ...unknowns(15), uint(2), unknown],
  semget: [result, int(0), int(1), unknown],
  semop: [result, uint(2), ...unknowns(6), int(0)],
  semctl: [result, int(0), int(1), unknown, int(3)],
  mmap: [
    result,
    ...unknowns(3),
    wide(0),
    wide(1),
    encoded(2, encodeProtFlags),
    encoded(3, encodeMmapFlags),
    int(4),
    wide(5),
  ],
  mprotect: [result, wide(0), wide(1), encoded(2, encodeProtFlags)],
  munmap: [result, ...unknowns(3), wide(0), wide(1)],
  brk: [result, ...unknowns(3), wide(0)],
  mlock: [result, wide(0), wide(1)],
  mlock2: [result, wide(0), wide(1), uint(2)],
  munlock: [result, wide(0), wide(1)],
  mlockall: [result, uint(0)],
  munlockall: [result],
  futex: [result, wide(0), uint(1), wide(2)],
  poll: [result, unknown, int(2)],
  ppoll: [result, ...unknowns(3)],
  select: [result],
  epoll_wait: [result, int(2)],
  nanosleep: [result, unknown],
  inotify_init: [result, zero],
  inotify_init1: [result, encoded(0, encodeDescriptorFlags)],
  signalfd: [result, int(0), unknown, zero],
  signalfd4: [result, encoded(3, encodeDescriptorFlags), int(0), unknown],
  timerfd_create: [result, uint(0), uint(1)],
  ioctl: [result, int(0), uint(1), wide(2)],
  eventfd: [result, uint(0), zero],
  eventfd2: [result, encoded(1, encodeDescriptorFlags), uint(0)],
  epoll_create: [result, int(0)],
  epoll_create1: [result, encoded(0, encodeEpollCreateFlags)],
  clone: forkReaders(encoded(0, encodeCloneFlags)),
  clone3: forkReaders(encoded(0, encodeCloneFlags)),
  fork: forkReaders(zero),
  vfork: forkReaders(zero),
  execve: [...execReaders(), (event) => exec(event)?.image.exeGiven ?? event.first],
  execveat: execReaders(),
  // any system call without a type of its own: its code and its native number
  syscall: [unknown, (event) => event.syscall],
};

function exec(event: LiveEvent) {
  return event.change?.kind === "exec" ? event.change : undefined;
}

/** The image stands in the change; a failed call has nothing of it. */
function execReaders(): readonly Reader[] {
  const snapshot = exec;
  return [
    result,
    (event) => snapshot(event)?.image.exe,
    (event) => snapshot(event)?.image.args,
    (event) => snapshot(event)?.threadId ?? event.threadId,
    (event) => snapshot(event)?.processId ?? event.processId,
    (event) => snapshot(event)?.parentId,
    (event) => snapshot(event)?.cwd,
    unknown, // fdlimit
    unknown, // pgft_maj
    unknown, // pgft_min
    unknown, // vm_size
    unknown, // vm_rss
    unknown, // vm_swap
    (event) => snapshot(event)?.comm,
    (event) => snapshot(event)?.membership.cgroup,
    (event) => snapshot(event)?.image.env,
    (event) => snapshot(event)?.membership.tty,
    (event) => snapshot(event)?.membership.virtualProcessGroupId,
    (event) => snapshot(event)?.credentials.loginUid,
    (event) => {
      const image = snapshot(event)?.image;
      return image && encodeExecFlags(image);
    },
    (event) => snapshot(event)?.credentials.capInheritable,
    (event) => snapshot(event)?.credentials.capPermitted,
    (event) => snapshot(event)?.credentials.capEffective,
    (event) => snapshot(event)?.image.exeInode,
    (event) => snapshot(event)?.image.exeCtimeNs,
    (event) => snapshot(event)?.image.exeMtimeNs,
    (event) => snapshot(event)?.credentials.euid,
    (event) => snapshot(event)?.image.exePath,
    (event) => snapshot(event)?.membership.processGroupId,
    (event) => snapshot(event)?.credentials.egid,
  ];
}

/** The exit code as wait(2) packs it: status, exit value, signal, core dump. */
function exitReaders(): readonly Reader[] {
  const change = (event: LiveEvent) => event.change?.kind === "exit" ? event.change : undefined;
  const code = (event: LiveEvent) => change(event)?.exitCode ?? 0;
  return [
    code,
    (event) => (code(event) >> 8) & 0xff,
    (event) => code(event) & 0x7f,
    (event) => (code(event) >> 7) & 1,
    (event) => change(event)?.reaperId,
  ];
}

/** What is to know of the caller stands in the process table, from which fields take it. */
function forkReaders(flags: Reader): readonly Reader[] {
  return [
    result,
    ...unknowns(2),
    (event) => event.threadId,
    (event) => event.processId,
    ...unknowns(10),
    flags,
    ...unknowns(5),
  ];
}

function socketType(event: LiveEvent): number {
  return event.argumentUint(1) & SOCK_TYPE_MASK;
}

/** The second argument, unless it is the address of a name. */
function prctlNumber(event: LiveEvent): ParamValue {
  const option = event.argumentUint(0);
  return option === PR_SET_NAME || option === PR_GET_NAME ? 0 : event.argumentWide(1);
}

/** The layer of the new file; upstream's `creat_flags` are `file_flags` of their own. */
function creatFlags(event: LiveEvent): number {
  const facts = event.factFlags();
  if ((facts & layout.FILE_FLAGS.overlayUpper) !== 0) return FD_UPPER_LAYER_CREAT;
  return (facts & layout.FILE_FLAGS.overlayLower) !== 0 ? FD_LOWER_LAYER_CREAT : 0;
}

const NO_READERS: readonly Reader[] = [];
const byType: (readonly Reader[])[] = [];

/** Readers by event type code; empty for types live capture does not decode. */
export function paramReaders(type: number): readonly Reader[] {
  return byType[type] ??= findReaders(type);
}

/** Live capture sends current versions only, so a name says which parameters there are. */
function findReaders(type: number): readonly Reader[] {
  const name = type >= GENERIC_BASE ? "syscall" : eventType(type)?.name;
  return (name !== undefined ? READERS[name] : undefined) ?? NO_READERS;
}

/** Open flags in upstream's encoding, with what is known of the file. */
export function openFlagsOf(event: LiveEvent): number {
  const { created, overlayUpper, overlayLower } = layout.FILE_FLAGS;
  const native = nativeOpenFlags(event);
  const facts = event.factFlags() & (created | overlayUpper | overlayLower);
  const key = facts * 0x1_0000_0000 + native;
  let flags = encodedOpenFlags.get(key);
  if (flags !== undefined) return flags;
  flags = withOpenedFile(encodeOpenFlags(native), {
    created: (facts & created) !== 0,
    overlayUpper: (facts & overlayUpper) !== 0,
    overlayLower: (facts & overlayLower) !== 0,
  });
  if (encodedOpenFlags.size >= MAX_ENCODED) encodedOpenFlags.clear();
  encodedOpenFlags.set(key, flags);
  return flags;
}

/** Programs use few of the combinations there are. */
const encodedOpenFlags = new Map<number, number>();
const MAX_ENCODED = 1024;

function nativeOpenFlags(event: LiveEvent): number {
  if (event.syscall === SYS_CREAT) return CREAT_FLAGS;
  return event.argumentUint(2); // open_by_handle_at has them there too
}
