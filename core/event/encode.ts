/**
 * Flags and enumerations as the kernel's ABI has them → as upstream's events carry them.
 *
 * Events (and rules, and capture files) use upstream's own numbers, the same on every architecture;
 * the kernel's differ. Each encoder names the bits it knows; what upstream has no name for is dropped,
 * as upstream does. Facts: falcosecurity/libs driver/ppm_flag_helpers.h, linux include/uapi,
 * x86-64 values. Tables not mentioned here (bpf_commands, prctl_options, fsconfig_cmds, keyctl …)
 * have the kernel's numbers already.
 */
import { bits, choice } from "./_encoder.ts";
import { flagValue } from "./flags.ts";

// linux include/uapi/asm-generic/fcntl.h
const O_ACCMODE = 0o3, O_WRONLY = 0o1, O_RDWR = 0o2;
const O_CREAT = 0o100, O_CLOEXEC = 0o2000000, O_NONBLOCK = 0o4000, O_DIRECT = 0o40000;
const O_TRUNC = 0o1000, O_TMPFILE = 0o20200000;

const openBits = bits("file_flags", {
  O_CREAT,
  O_EXCL: 0o200,
  O_TRUNC,
  O_APPEND: 0o2000,
  O_NONBLOCK,
  O_DSYNC: 0o10000,
  O_SYNC: 0o4010000,
  O_DIRECT,
  O_LARGEFILE: 0o100000,
  O_DIRECTORY: 0o200000,
  O_CLOEXEC,
  O_TMPFILE,
});

/**
 * open(2) flags → "file_flags". O_TMPFILE and O_SYNC consist of several bits, one of which is a flag
 * of its own; they count only when all are there. Upstream takes any bit and so reports every
 * directory that is opened as a temporary file being created.
 */
export function encodeOpenFlags(native: number): number {
  const mode = native & O_ACCMODE;
  const name = mode === O_WRONLY ? "O_WRONLY" : mode === O_RDWR ? "O_RDWR" : "O_RDONLY";
  return openBits(native) | flagValue("file_flags", name)!;
}

/** What upstream adds to "file_flags" of an open: facts about the file, not what the caller asked. */
export interface OpenedFile {
  readonly created?: boolean;
  readonly overlayUpper?: boolean;
  readonly overlayLower?: boolean;
}

/** "file_flags" with `O_F_CREATED`, `FD_UPPER_LAYER` and `FD_LOWER_LAYER` for a file that was opened. */
export function withOpenedFile(flags: number, file: OpenedFile): number {
  if (file.created) flags |= flagValue("file_flags", "O_F_CREATED")!;
  if (file.overlayUpper) flags |= flagValue("file_flags", "FD_UPPER_LAYER")!;
  else if (file.overlayLower) flags |= flagValue("file_flags", "FD_LOWER_LAYER")!;
  return flags;
}

/** The mode argument of open counts only where it can create something; the bits are the kernel's. */
export function encodeOpenMode(nativeFlags: number, mode: number): number {
  const creates = (nativeFlags & O_CREAT) !== 0 || (nativeFlags & O_TMPFILE) === O_TMPFILE;
  return creates ? mode & 0o7777 : 0;
}

/** Flags of calls that make a descriptor without an access mode: pipe2, dup3, eventfd2, accept4, socket … */
export const encodeDescriptorFlags = bits("file_flags", { O_CLOEXEC, O_NONBLOCK, O_DIRECT });

export const encodeCloneFlags = bits("clone_flags", {
  CLONE_VM: 0x100,
  CLONE_FS: 0x200,
  CLONE_FILES: 0x400,
  CLONE_SIGHAND: 0x800,
  CLONE_PTRACE: 0x2000,
  CLONE_VFORK: 0x4000,
  CLONE_PARENT: 0x8000,
  CLONE_THREAD: 0x10000,
  CLONE_NEWNS: 0x20000,
  CLONE_SYSVSEM: 0x40000,
  CLONE_SETTLS: 0x80000,
  CLONE_PARENT_SETTID: 0x100000,
  CLONE_CHILD_CLEARTID: 0x200000,
  CLONE_UNTRACED: 0x800000,
  CLONE_CHILD_SETTID: 0x1000000,
  CLONE_NEWCGROUP: 0x2000000,
  CLONE_NEWUTS: 0x4000000,
  CLONE_NEWIPC: 0x8000000,
  CLONE_NEWUSER: 0x10000000,
  CLONE_NEWPID: 0x20000000,
  CLONE_NEWNET: 0x40000000,
  CLONE_IO: 0x80000000,
});

/** AF_*: upstream's numbers are linux's up to AF_NFC; families after it count as AF_UNSPEC. */
export function encodeSocketFamily(native: number): number {
  return native >= 0 && native <= 39 && native !== 27 && native !== 28 ? native : 0;
}

export const encodePtraceRequest = choice("ptrace_requests", {
  PTRACE_TRACEME: 0,
  PTRACE_PEEKTEXT: 1,
  PTRACE_PEEKDATA: 2,
  PTRACE_PEEKUSR: 3,
  PTRACE_POKETEXT: 4,
  PTRACE_POKEDATA: 5,
  PTRACE_POKEUSR: 6,
  PTRACE_CONT: 7,
  PTRACE_KILL: 8,
  PTRACE_SINGLESTEP: 9,
  PTRACE_GETREGS: 12,
  PTRACE_SETREGS: 13,
  PTRACE_GETFPREGS: 14,
  PTRACE_SETFPREGS: 15,
  PTRACE_ATTACH: 16,
  PTRACE_DETACH: 17,
  PTRACE_GETFPXREGS: 18,
  PTRACE_SETFPXREGS: 19,
  PTRACE_OLDSETOPTIONS: 21,
  PTRACE_SYSCALL: 24,
  PTRACE_GET_THREAD_AREA: 25,
  PTRACE_SET_THREAD_AREA: 26,
  PTRACE_ARCH_PRCTL: 30,
  PTRACE_SYSEMU: 31,
  PTRACE_SYSEMU_SINGLESTEP: 32,
  PTRACE_SINGLEBLOCK: 33,
  PTRACE_SETOPTIONS: 0x4200,
  PTRACE_GETEVENTMSG: 0x4201,
  PTRACE_GETSIGINFO: 0x4202,
  PTRACE_SETSIGINFO: 0x4203,
  PTRACE_GETREGSET: 0x4204,
  PTRACE_SETREGSET: 0x4205,
  PTRACE_SEIZE: 0x4206,
  PTRACE_INTERRUPT: 0x4207,
  PTRACE_LISTEN: 0x4208,
  PTRACE_PEEKSIGINFO: 0x4209,
  PTRACE_GETSIGMASK: 0x420a,
  PTRACE_SETSIGMASK: 0x420b,
}, "PTRACE_UNKNOWN");

export const encodeFcntlCommand = choice("fcntl_commands", {
  F_DUPFD: 0,
  F_GETFD: 1,
  F_SETFD: 2,
  F_GETFL: 3,
  F_SETFL: 4,
  F_GETLK: 5,
  F_SETLK: 6,
  F_SETLKW: 7,
  F_SETOWN: 8,
  F_GETOWN: 9,
  F_SETSIG: 10,
  F_GETSIG: 11,
  F_SETOWN_EX: 15,
  F_GETOWN_EX: 16,
  F_OFD_GETLK: 36,
  F_OFD_SETLK: 37,
  F_OFD_SETLKW: 38,
  F_SETLEASE: 1024,
  F_GETLEASE: 1025,
  F_NOTIFY: 1026,
  F_CANCELLK: 1029,
  F_DUPFD_CLOEXEC: 1030,
  F_SETPIPE_SZ: 1031,
  F_GETPIPE_SZ: 1032,
}, "UNKNOWN");

export const encodeMemfdFlags = bits("memfd_create_flags", {
  MFD_CLOEXEC: 1,
  MFD_ALLOW_SEALING: 2,
  MFD_HUGETLB: 4,
});

export const encodeUmountFlags = bits("umount_flags", {
  FORCE: 1,
  DETACH: 2,
  EXPIRE: 4,
  NOFOLLOW: 8,
});

const MS_MGC_MASK = 0xffff0000, MS_MGC_VALUE = 0xc0ed0000;

/** mount(2) flags are upstream's own; only the magic number that old programs add goes away. */
export function encodeMountFlags(native: number): number {
  const magic = (native & MS_MGC_MASK) >>> 0 === MS_MGC_VALUE;
  return (magic ? native & ~MS_MGC_MASK : native) >>> 0;
}

export const encodeUnlinkatFlags = bits("unlinkat_flags", { AT_REMOVEDIR: 0x200 });

export const encodeLinkatFlags = bits("linkat_flags", {
  AT_SYMLINK_FOLLOW: 0x400,
  AT_EMPTY_PATH: 0x1000,
});

/** Upstream looks for AT_SYMLINK_FOLLOW and prints it under the name of its opposite. */
export const encodeFchownatFlags = bits("fchownat_flags", {
  AT_SYMLINK_NOFOLLOW: 0x400,
  AT_EMPTY_PATH: 0x1000,
});

export const encodeNewfstatatFlags = bits("newfstatat_flags", {
  AT_SYMLINK_NOFOLLOW: 0x100,
  AT_NO_AUTOMOUNT: 0x800,
  AT_EMPTY_PATH: 0x1000,
});

export const encodeExecveatFlags = bits("execveat_flags", {
  AT_EMPTY_PATH: 0x1000,
  AT_SYMLINK_NOFOLLOW: 0x100,
});

export const encodeOpenat2Resolve = bits("openat2_flags", {
  RESOLVE_NO_XDEV: 1,
  RESOLVE_NO_MAGICLINKS: 2,
  RESOLVE_NO_SYMLINKS: 4,
  RESOLVE_BENEATH: 8,
  RESOLVE_IN_ROOT: 16,
  RESOLVE_CACHED: 32,
});

/** MAP_SHARED_VALIDATE shows as SHARED|PRIVATE, as its bits say. */
export const encodeMmapFlags = bits("mmap_flags", {
  MAP_SHARED: 1,
  MAP_PRIVATE: 2,
  MAP_FIXED: 0x10,
  MAP_ANONYMOUS: 0x20,
  MAP_32BIT: 0x40,
  MAP_GROWSDOWN: 0x100,
  MAP_DENYWRITE: 0x800,
  MAP_EXECUTABLE: 0x1000,
  MAP_LOCKED: 0x2000,
  MAP_NORESERVE: 0x4000,
  MAP_POPULATE: 0x8000,
  MAP_NONBLOCK: 0x10000,
});

export const encodeProtFlags = bits("prot_flags", {
  PROT_READ: 1,
  PROT_WRITE: 2,
  PROT_EXEC: 4,
  PROT_SEM: 8,
  PROT_GROWSDOWN: 0x1000000,
  PROT_GROWSUP: 0x2000000,
});

export const encodeAccessFlags = bits("access_flags", { X_OK: 1, W_OK: 2, R_OK: 4 });

export const encodeFinitModuleFlags = bits("finit_module_flags", {
  MODULE_INIT_IGNORE_MODVERSIONS: 1,
  MODULE_INIT_IGNORE_VERMAGIC: 2,
  MODULE_INIT_COMPRESSED_FILE: 4,
});

export const encodeDeleteModuleFlags = bits("delete_module_flags", { O_NONBLOCK, O_TRUNC });

export const encodePidfdOpenFlags = bits("pidfd_open_flags", { PIDFD_NONBLOCK: O_NONBLOCK });

export const encodeEpollCreateFlags = bits("epoll_create1_flags", { EPOLL_CLOEXEC: O_CLOEXEC });

export const encodeFlockFlags = bits("flock_flags", {
  LOCK_SH: 1,
  LOCK_EX: 2,
  LOCK_NB: 4,
  LOCK_UN: 8,
});

const S_IFMT = 0o170000, S_IFREG = 0o100000;

/** mknod without a file type makes a regular file; the other bits are the kernel's. */
export function encodeMknodMode(mode: number): number {
  return (mode & S_IFMT) === 0 ? mode & 0o7777 | S_IFREG : mode & 0o177777;
}

/** chmod modes are the kernel's, without the file type. */
export function encodeChmodMode(mode: number): number {
  return mode & 0o7777;
}

/** "execve_flags" of a program that was started. */
export function encodeExecFlags(image: {
  readonly exeWritable: boolean;
  readonly exeOnOverlayUpper: boolean;
  readonly exeOnOverlayLower: boolean;
  readonly exeFromMemfd: boolean;
}): number {
  return (image.exeWritable ? 1 : 0) | (image.exeOnOverlayUpper ? 2 : 0) |
    (image.exeFromMemfd ? 4 : 0) | (image.exeOnOverlayLower ? 8 : 0);
}
