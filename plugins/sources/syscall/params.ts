/**
 * How each parameter of an event is read from a probe record: one entry an event type, one reader a
 * parameter, in the order of the event table. What the record does not hold is absent.
 */
import {
  encodeAccessFlags,
  encodeChmodMode,
  encodeCloneFlags,
  encodeCloseRangeFlags,
  encodeDeleteModuleFlags,
  encodeDescriptorFlags,
  encodeDevice,
  encodeEpollCreateFlags,
  encodeFchownatFlags,
  encodeFcntlCommand,
  encodeFinitModuleFlags,
  encodeFlockFlags,
  encodeFutexOperation,
  encodeIoUringEnterFlags,
  encodeIoUringFeatures,
  encodeIoUringSetupFlags,
  encodeLinkatFlags,
  encodeLseekWhence,
  encodeMemfdFlags,
  encodeMknodMode,
  encodeMlock2Flags,
  encodeMlockallFlags,
  encodeMmapFlags,
  encodeMountFlags,
  encodeNewfstatatFlags,
  encodeOpenat2Resolve,
  encodeOpenMode,
  encodePidfdOpenFlags,
  encodeProtFlags,
  encodePtraceRequest,
  encodeQuotactlCommand,
  encodeQuotactlType,
  encodeQuotaFormat,
  encodeRlimitResource,
  encodeSemctlCommand,
  encodeSemgetFlags,
  encodeShutdownHow,
  encodeSocketFamily,
  encodeSockoptLevel,
  encodeSockoptName,
  encodeSpliceFlags,
  encodeUmountFlags,
  encodeUnlinkatFlags,
  eventType,
  flagValue,
  GENERIC_BASE,
  newerCallOf,
  type SocketTuple,
} from "../../../core/mod.ts";
import type { LiveEvent } from "./live_event.ts";
import { openedPath } from "./live_path.ts";
import { movedTuple, wholeTuple } from "./live_socket.ts";
import { movedMount } from "./moved_mount.ts";
import { creatFlags, nativeOpenFlags } from "./open_flags.ts";
import { ownPath } from "./own_path.ts";
import * as piece from "./piece_params.ts";
import { keepingPieces, type Reader } from "./piece_params.ts";
import {
  execFile,
  execReaders,
  exitReaders,
  faultReaders,
  forkReaders,
  signalReaders,
  switchReaders,
} from "./process_params.ts";

const EINPROGRESS = -115;
const AT_EMPTY_PATH = 0x1000; // linux include/uapi/linux/fcntl.h
const SETVAL = 16; // linux include/uapi/linux/sem.h

const result: Reader = (event) => event.result;
const int = (index: number): Reader => (event) => event.argumentInt(index);
const uint = (index: number): Reader => (event) => event.argumentUint(index);
/** Of these upstream keeps the lowest 8 or 16 bits only, so that their names are of others. */
const byte = (index: number): Reader => (event) => event.argumentUint(index) & 0xff;
const short = (index: number): Reader => (event) => event.argumentUint(index) & 0xffff;
const wide = (index: number): Reader => (event) => event.argumentWide(index);
const encoded = (index: number, encode: (native: number) => number): Reader => (event) =>
  encode(event.argumentUint(index));
const first: Reader = (event) => event.first;
const opened: Reader = (event) => openedPath(event.first);
/** A path that is plain text to upstream, joined with nothing. */
const firstText: Reader = (event) => event.first?.raw;
const second: Reader = (event) => event.second;
/** Sockets of other families, as those of netlink, have no ends. */
const tuple = (event: LiveEvent): SocketTuple | undefined => {
  const socket = event.descriptor?.socket;
  return socket === undefined || socket.family === "other" ? undefined : wholeTuple(socket);
};
const moved = (direction: "outgoing" | "incoming"): Reader =>
  whenDone((event) => {
    const socket = tuple(event);
    return socket && movedTuple(socket, direction);
  });
const address: Reader = (event) => event.addressArgument;
/** 0 where nothing was opened. */
const device: Reader = (event) => encodeDevice(event.descriptor?.device ?? 0);
const inode: Reader = (event) => event.descriptor?.inode ?? 0;
/** Upstream takes the number that a program passes for one of the kernel's. */
const madeDevice = (index: number): Reader => (event) => encodeDevice(event.argumentUint(index));
const flags: Reader = (event) => event.descriptor?.flags;
const openMode: Reader = (event) => encodeOpenMode(nativeOpenFlags(event), event.argumentUint(3));
const zero: Reader = () => 0;
const absent: Reader = () => undefined;

/** A connection that is being made has two ends already. */
const connectTuple: Reader = (event) =>
  event.result === 0 || event.result === EINPROGRESS ? tuple(event) : undefined;
/** How much came in; nothing when the call failed. */
const received: Reader = (event) => Math.max(0, event.result ?? 0) >>> 0;
const memfdText = piece.text(0);
/** The descriptor has the name, too, where there is one. */
const memfdName = keepingPieces(
  memfdText,
  (event) => memfdText(event) ?? ((event.result ?? 0) < 0 ? undefined : event.first?.raw),
);
const ptraceAddress: Reader = (event) => (event.result ?? 0) < 0 ? 0 : event.argumentWide(2);
/** Upstream keeps 8 of the bits. */
const timerFlags: Reader = (event) => encodeDescriptorFlags(event.argumentUint(1)) & 0xff;
/** What is none of the three does not fit into its 8 bits as upstream names it. */
const shutdownHow = encoded(1, (how) => encodeShutdownHow(how) & 0xff);
const semaphoreValue: Reader = (event) =>
  event.argumentUint(2) === SETVAL ? event.argumentInt(3) : 0;
const QUEUE = [piece.queuePercent, piece.queueLength, piece.queueLimit];
const MEMORY = [piece.usage.virtualKb, piece.usage.residentKb, piece.usage.swappedKb];
const OPTION: readonly Reader[] = [
  encoded(1, encodeSockoptLevel),
  (event) => encodeSockoptName(event.argumentInt(1), event.argumentInt(2)),
];

/** Commands whose third argument is the id of a user or group. */
const QUOTAS_OF_SOMEBODY = ["Q_GETQUOTA", "Q_SETQUOTA", "Q_XGETQUOTA", "Q_XSETQLIM"];
const quotaId: Reader = (event) =>
  isQuotactl(event, QUOTAS_OF_SOMEBODY) ? event.argumentUint(2) : 0;
const quotaFormat: Reader = (event) =>
  encodeQuotaFormat(isQuotactl(event, ["Q_QUOTAON"]) ? event.argumentUint(2) : 0);

function isQuotactl(event: LiveEvent, names: readonly string[]): boolean {
  const command = encodeQuotactlCommand(event.argumentUint(0));
  return names.some((name) => flagValue("quotactl_cmds", name) === command);
}

function whenDone(reader: Reader): Reader {
  return keepingPieces(reader, (event) => (event.result ?? 0) < 0 ? undefined : reader(event));
}

const READERS: Readonly<Record<string, readonly Reader[]>> = {
  // files
  open: [result, opened, flags, openMode, device, inode],
  openat: [result, int(0), opened, flags, openMode, device, inode],
  openat2: [
    result,
    int(0),
    opened,
    flags,
    openMode,
    encoded(4, encodeOpenat2Resolve),
    device,
    inode,
  ],
  creat: [result, opened, openMode, device, inode, creatFlags],
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
  mknod: [result, first, encoded(1, encodeMknodMode), madeDevice(2)],
  mknodat: [result, int(0), first, encoded(2, encodeMknodMode), madeDevice(3)],
  chmod: [result, first, encoded(1, encodeChmodMode)],
  fchmod: [result, int(0), encoded(1, encodeChmodMode)],
  fchmodat: [result, int(0), first, encoded(2, encodeChmodMode)],
  fchmodat2: [
    result,
    int(0),
    ownPath((event) => event.first, { argument: 3, flag: AT_EMPTY_PATH }),
    encoded(2, encodeChmodMode),
  ],
  chown: [result, first, uint(1), uint(2)],
  lchown: [result, first, uint(1), uint(2)],
  fchown: [result, int(0), uint(1), uint(2)],
  fchownat: [result, int(0), first, uint(2), uint(3), encoded(4, encodeFchownatFlags)],
  chdir: [result, firstText],
  fchdir: [result, int(0)],
  chroot: [result, first],
  mount: [result, firstText, second, piece.text(0), encoded(3, encodeMountFlags)],
  move_mount: [result, ...movedMount],
  umount: [result, first],
  umount2: [result, first, encoded(1, encodeUmountFlags)],
  flock: [result, int(0), encoded(1, encodeFlockFlags)],
  fcntl: [result, int(0), encoded(1, encodeFcntlCommand), wide(2)],
  dup: [result, int(0)],
  dup2: [result, int(0), int(1)],
  dup3: [result, int(0), int(1), encoded(2, encodeDescriptorFlags)],
  memfd_create: [result, memfdName, encoded(1, encodeMemfdFlags)],
  read: [result, piece.bytes(0), int(0), uint(2)],
  write: [result, piece.bytes(0), int(0), uint(2)],
  pread: [result, piece.bytes(0), int(0), uint(2), wide(3)],
  pwrite: [result, piece.bytes(0), int(0), uint(2), wide(3)],
  readv: [result, received, piece.vectorData, int(0)],
  writev: [result, piece.vectorData, int(0), piece.vectorSize],
  preadv: [result, received, piece.vectorData, int(0), wide(3)],
  pwritev: [result, piece.vectorData, int(0), piece.vectorSize, wide(3)],
  fstat: [result, int(0)],
  lseek: [result, int(0), wide(1), encoded(2, encodeLseekWhence)],
  getdents: [result, int(0)],
  getdents64: [result, int(0)],
  getcwd: [result, whenDone(piece.text(0))],
  sendfile: [result, piece.wide(0), int(0), int(1), wide(3)],
  splice: [result, int(0), int(2), wide(4), encoded(5, encodeSpliceFlags)],
  copy_file_range: [result, int(2), wide(3), int(0), wide(1), wide(4)],
  close_range: [result, uint(0), uint(1), encoded(2, encodeCloseRangeFlags)],
  pipe: [result, piece.made(0), piece.made(1), piece.madeFact(0)],
  pipe2: [
    result,
    piece.made(0),
    piece.made(1),
    piece.madeFact(0),
    encoded(1, encodeDescriptorFlags),
  ],
  // network
  socket: [
    result,
    encoded(0, encodeSocketFamily),
    uint(1), // with SOCK_CLOEXEC and SOCK_NONBLOCK in it, as Falco has it
    uint(2),
    encoded(1, encodeDescriptorFlags),
  ],
  bind: [result, address, int(0)],
  connect: [result, connectTuple, int(0), address],
  listen: [result, int(0), int(1)],
  accept: [result, tuple, ...QUEUE],
  accept4: [result, tuple, ...QUEUE, encoded(3, encodeDescriptorFlags)],
  sendto: [result, piece.bytes(0), int(0), uint(2), moved("outgoing")],
  sendmsg: [result, piece.vectorData, int(0), piece.vectorSize, moved("outgoing")],
  sendmmsg: [
    result,
    int(0),
    piece.sentMessage.size,
    piece.sentMessage.data,
    moved("outgoing"),
  ],
  recvfrom: [result, piece.bytes(0), moved("incoming"), int(0), uint(2)],
  recvmsg: [result, received, piece.vectorData, moved("incoming"), piece.bytes(1), int(0)],
  recvmmsg: [
    result,
    int(0),
    piece.receivedSize,
    piece.vectorData,
    moved("incoming"),
    piece.bytes(1),
  ],
  socketpair: [
    result,
    piece.made(0),
    piece.made(1),
    piece.madeFact(1),
    piece.madeFact(2),
    encoded(0, encodeSocketFamily),
    uint(1),
    uint(2),
  ],
  shutdown: [result, int(0), shutdownHow],
  setsockopt: [result, int(0), ...OPTION, piece.socketOption(0), uint(4)],
  getsockopt: [result, int(0), ...OPTION, piece.socketOption(1), piece.uint(0)],
  // processes
  procexit: exitReaders(),
  signaldeliver: signalReaders(),
  switch: switchReaders(),
  page_fault: faultReaders(),
  kill: [result, int(0), byte(1)],
  tkill: [result, int(0), byte(1)],
  tgkill: [result, int(0), int(1), byte(2)],
  ptrace: [result, ptraceAddress, piece.ptraceData, encoded(0, encodePtraceRequest), int(1)],
  prctl: [result, uint(0), piece.prctlText, piece.prctlNumber],
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
  process_vm_readv: [result, int(0), piece.vectorData],
  process_vm_writev: [result, int(0), piece.vectorData],
  capset: [result, absent, absent, absent], // the process table has them
  getuid: [result],
  geteuid: [result],
  getgid: [result],
  getegid: [result],
  getresuid: [result, piece.uint(0), piece.uint(1), piece.uint(2)],
  getresgid: [result, piece.uint(0), piece.uint(1), piece.uint(2)],
  getrlimit: [
    result,
    piece.rlimit(0, 0, "out"),
    piece.rlimit(0, 1, "out"),
    encoded(0, encodeRlimitResource),
  ],
  setrlimit: [
    result,
    piece.rlimit(0, 0, "in"),
    piece.rlimit(0, 1, "in"),
    encoded(0, encodeRlimitResource),
  ],
  prlimit: [
    result,
    piece.rlimit(0, 0, "in"),
    piece.rlimit(0, 1, "in"),
    piece.rlimit(1, 0, "out"),
    piece.rlimit(1, 1, "out"),
    int(0),
    encoded(1, encodeRlimitResource),
  ],
  // kernel
  init_module: [result, piece.bytes(0), wide(1), piece.text(1)],
  finit_module: [result, int(0), piece.text(0), encoded(2, encodeFinitModuleFlags)],
  delete_module: [result, piece.text(0), encoded(1, encodeDeleteModuleFlags)],
  bpf: [result, uint(0)],
  userfaultfd: [result, encoded(0, encodeDescriptorFlags)],
  io_uring_setup: [
    result,
    uint(0),
    piece.uint(0, 0),
    piece.uint(0, 1),
    piece.encoded(0, 2, encodeIoUringSetupFlags),
    piece.uint(0, 3),
    piece.uint(0, 4),
    piece.encoded(0, 5, encodeIoUringFeatures),
  ],
  io_uring_enter: [result, int(0), uint(1), uint(2), encoded(3, encodeIoUringEnterFlags), uint(4)],
  io_uring_register: [result, int(0), short(1), wide(2), uint(3)],
  seccomp: [result, uint(0), uint(1)],
  keyctl: [
    result,
    uint(0),
    piece.keyctlArgument(2),
    piece.keyctlArgument(3),
    piece.keyctlArgument(4),
    piece.keyctlArgument(5),
  ],
  fsconfig: [
    result,
    int(0),
    uint(1),
    piece.text(0),
    piece.fsconfigBytes,
    piece.fsconfigText,
    int(4),
  ],
  quotactl: [
    result,
    piece.text(0),
    piece.quotaFile,
    ...piece.quotaNumbers,
    piece.quotaFormatOut,
    encoded(0, encodeQuotactlCommand),
    encoded(0, encodeQuotactlType),
    quotaId,
    quotaFormat,
  ],
  semget: [result, int(0), int(1), encoded(2, encodeSemgetFlags)],
  semop: [
    result,
    uint(2),
    ...piece.semaphoreOperation(0),
    ...piece.semaphoreOperation(1),
    int(0),
  ],
  semctl: [result, int(0), int(1), encoded(2, encodeSemctlCommand), semaphoreValue],
  mmap: [
    result,
    ...MEMORY,
    wide(0),
    wide(1),
    encoded(2, encodeProtFlags),
    encoded(3, encodeMmapFlags),
    int(4),
    wide(5),
  ],
  mprotect: [result, wide(0), wide(1), encoded(2, encodeProtFlags)],
  munmap: [result, ...MEMORY, wide(0), wide(1)],
  brk: [result, ...MEMORY, wide(0)],
  mlock: [result, wide(0), wide(1)],
  mlock2: [result, wide(0), wide(1), encoded(2, encodeMlock2Flags)],
  munlock: [result, wide(0), wide(1)],
  mlockall: [result, encoded(0, encodeMlockallFlags)],
  munlockall: [result],
  futex: [result, wide(0), encoded(1, encodeFutexOperation), wide(2)],
  poll: [result, piece.polled, uint(2)],
  ppoll: [result, piece.polled, piece.timespec(1), piece.uint(2)],
  select: [result],
  epoll_wait: [result, int(2)],
  nanosleep: [result, piece.timespec(0)],
  inotify_init: [result, zero],
  inotify_init1: [result, encoded(0, encodeDescriptorFlags)],
  signalfd: [result, int(0), zero, zero],
  signalfd4: [result, encoded(3, encodeDescriptorFlags), int(0), zero],
  timerfd_create: [result, byte(0), timerFlags],
  ioctl: [result, int(0), uint(1), wide(2)],
  eventfd: [result, uint(0), zero],
  eventfd2: [result, encoded(1, encodeDescriptorFlags), uint(0)],
  epoll_create: [result, int(0)],
  epoll_create1: [result, encoded(0, encodeEpollCreateFlags)],
  clone: forkReaders(encoded(0, encodeCloneFlags)),
  clone3: forkReaders(encoded(0, encodeCloneFlags)),
  fork: forkReaders(zero),
  vfork: forkReaders(zero),
  execve: [...execReaders(), execFile],
  execveat: execReaders(),
  // any system call without a type of its own: its code and its native number
  syscall: [(event) => event.type - GENERIC_BASE, (event) => event.syscall],
};

const NO_READERS: readonly Reader[] = [];
const byType: (readonly Reader[])[] = [];

/** Readers by event type code; empty for types live capture does not decode. */
export function paramReaders(type: number): readonly Reader[] {
  return byType[type] ??= findReaders(type);
}

/**
 * Live capture sends current versions only, so a name says which parameters there are. A newer call
 * has its arguments where the older one has them, or readers of its own.
 */
function findReaders(type: number): readonly Reader[] {
  const own = READERS[newerCallOf(type)?.call ?? ""];
  if (own) return own;
  const name = type >= GENERIC_BASE ? "syscall" : eventType(type)?.name;
  return (name !== undefined ? READERS[name] : undefined) ?? NO_READERS;
}
