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

const result: Reader = (event) => event.result;
const int = (index: number): Reader => (event) => event.argumentInt(index);
const uint = (index: number): Reader => (event) => event.argumentUint(index);
const wide = (index: number): Reader => (event) => event.argumentWide(index);
const encoded = (index: number, encode: (native: number) => number): Reader => (event) =>
  encode(event.argumentUint(index));
const first: Reader = (event) => event.first;
const second: Reader = (event) => event.second;
const tuple: Reader = (event) => event.descriptor?.socket;
const device: Reader = (event) => event.descriptor?.device;
const inode: Reader = (event) => event.descriptor?.inode;
const flags: Reader = (event) => event.descriptor?.flags;
const openMode: Reader = (event) => encodeOpenMode(nativeOpenFlags(event), event.argumentUint(3));
const unknown: Reader = () => undefined;

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
  creat: [result, first, openMode, device, inode, unknown],
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
  chdir: [result, first],
  fchdir: [result, int(0)],
  chroot: [result, first],
  mount: [result, first, second, unknown, encoded(3, encodeMountFlags)],
  umount: [result, first],
  umount2: [result, first, encoded(1, encodeUmountFlags)],
  flock: [result, int(0), encoded(1, encodeFlockFlags)],
  fcntl: [result, int(0), encoded(1, encodeFcntlCommand), wide(2)],
  dup: [result, int(0)],
  dup2: [result, int(0), int(1)],
  dup3: [result, int(0), int(1), encoded(2, encodeDescriptorFlags)],
  memfd_create: [result, unknown, encoded(1, encodeMemfdFlags)],
  // network
  socket: [
    result,
    encoded(0, encodeSocketFamily),
    (event) => event.argumentUint(1) & SOCK_TYPE_MASK,
    uint(2),
    encoded(1, encodeDescriptorFlags),
  ],
  bind: [result, tuple, int(0)],
  connect: [result, tuple, int(0), tuple],
  listen: [result, int(0), int(1)],
  accept: [result, tuple, unknown, unknown, unknown],
  accept4: [result, tuple, unknown, unknown, unknown, int(3)],
  sendto: [result, unknown, int(0), uint(2), tuple],
  sendmsg: [result, unknown, int(0), unknown, tuple],
  recvfrom: [result, unknown, tuple, int(0), uint(2)],
  shutdown: [result, int(0), uint(1)],
  // processes
  procexit: exitReaders(),
  kill: [result, int(0), int(1)],
  tkill: [result, int(0), int(1)],
  tgkill: [result, int(0), int(1), int(2)],
  ptrace: [result, wide(2), wide(3), encoded(0, encodePtraceRequest), int(1)],
  prctl: [result, uint(0), unknown, wide(1)],
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
  process_vm_readv: [result, int(0)],
  process_vm_writev: [result, int(0)],
  // kernel
  init_module: [result, unknown, wide(1), unknown],
  finit_module: [result, int(0), unknown, encoded(2, encodeFinitModuleFlags)],
  delete_module: [result, unknown, encoded(1, encodeDeleteModuleFlags)],
  bpf: [result, uint(0)],
  userfaultfd: [result, encoded(0, encodeDescriptorFlags)],
  io_uring_setup: [result, uint(0)],
  io_uring_enter: [result, int(0), uint(1), uint(2)],
  io_uring_register: [result, int(0), uint(1), wide(2), uint(3)],
  seccomp: [result, uint(0), uint(1)],
  mmap: [
    result,
    unknown,
    unknown,
    unknown,
    wide(0),
    wide(1),
    encoded(2, encodeProtFlags),
    encoded(3, encodeMmapFlags),
    int(4),
    wide(5),
  ],
  mprotect: [result, wide(0), wide(1), encoded(2, encodeProtFlags)],
  munmap: [result, unknown, unknown, unknown, wide(0), wide(1)],
  ioctl: [result, int(0), uint(1), wide(2)],
  eventfd: [result, uint(0)],
  eventfd2: [result, encoded(1, encodeDescriptorFlags), uint(0)],
  epoll_create: [result, int(0)],
  epoll_create1: [result, encoded(0, encodeEpollCreateFlags)],
  clone: forkReaders(0),
  fork: forkReaders(undefined),
  vfork: forkReaders(undefined),
  clone3: forkReaders(undefined),
  execve: execReaders(),
  execveat: execReaders(),
  // any system call without a type of its own: its code and its native number
  syscall: [unknown, (event) => event.syscall],
};

/** execve: the image stands in the change; a failed call has only its path. */
function execReaders(): readonly Reader[] {
  const snapshot = (event: LiveEvent) => event.change?.kind === "exec" ? event.change : undefined;
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
    (event) => snapshot(event)?.image.exeGiven ?? event.first,
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

function forkReaders(flagsArgument: number | undefined): readonly Reader[] {
  const readers: Reader[] = new Array(15).fill(unknown);
  readers[0] = result;
  readers[3] = (event) => event.threadId;
  readers[4] = (event) => event.processId;
  if (flagsArgument !== undefined) readers.push(encoded(flagsArgument, encodeCloneFlags));
  return readers;
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
  const facts = event.factFlags();
  return withOpenedFile(encodeOpenFlags(nativeOpenFlags(event)), {
    overlayUpper: (facts & layout.FILE_FLAGS.overlayUpper) !== 0,
    overlayLower: (facts & layout.FILE_FLAGS.overlayLower) !== 0,
  });
}

function nativeOpenFlags(event: LiveEvent): number {
  if (event.syscall === SYS_CREAT) return CREAT_FLAGS;
  return event.argumentUint(2); // open_by_handle_at has them there too
}
