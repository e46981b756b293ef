/**
 * More flags and enumerations, see encode.ts: sockets, waiting, semaphores, limits, quotas, io_uring.
 * What upstream takes over as it is (prctl, keyctl, bpf, fsconfig, opcodes of io_uring_register) needs
 * no encoder.
 */
import { bits, choice } from "./_encoder.ts";

// linux include/uapi/asm-generic/socket.h
const SOL_SOCKET = 1, SOL_TCP = 6;
const SO_ATTACH_BPF = 50, SO_MEMINFO = 55, SO_COOKIE = 57, SO_PEERGROUPS = 59;
const SO_RCVTIMEO_NEW = 66, SO_SNDTIMEO_NEW = 67;

/** Level of getsockopt and setsockopt → "sockopt_levels". */
export function encodeSockoptLevel(native: number): number {
  return native === SOL_SOCKET ? 1 : native === SOL_TCP ? 2 : 0;
}

const LATER_OPTIONS: ReadonlyMap<number, number> = new Map([
  [SO_PEERGROUPS, 51],
  [SO_MEMINFO, 52],
  [SO_COOKIE, 53],
  [SO_RCVTIMEO_NEW, 20],
  [SO_SNDTIMEO_NEW, 21],
]);

/** Option of a level → "sockopt_options"; only those of SOL_SOCKET have names. */
export function encodeSockoptName(level: number, native: number): number {
  if (level !== SOL_SOCKET) return 0;
  return native >= 1 && native <= SO_ATTACH_BPF ? native : LATER_OPTIONS.get(native) ?? 0;
}

export const encodeShutdownHow = choice("shutdown_how", {
  SHUT_RD: 0,
  SHUT_WR: 1,
  SHUT_RDWR: 2,
}, "SHUT_UNKNOWN");

export const encodePollEvents = bits("poll_flags", {
  POLLIN: 1,
  POLLPRI: 2,
  POLLOUT: 4,
  POLLERR: 8,
  POLLHUP: 0x10,
  POLLNVAL: 0x20,
  POLLRDNORM: 0x40,
  POLLRDBAND: 0x80,
  POLLWRNORM: 0x100,
  POLLWRBAND: 0x200,
  POLLRDHUP: 0x2000,
});

export const encodeLseekWhence = choice("lseek_whence", {
  SEEK_SET: 0,
  SEEK_CUR: 1,
  SEEK_END: 2,
});

const FUTEX_CMD_MASK = 0x7f, FUTEX_LAST_CMD = 12;
const FUTEX_PRIVATE_FLAG = 0x80, FUTEX_CLOCK_REALTIME = 0x100;

/** The command is a number, beside which two bits stand; upstream has the kernel's numbers for both. */
export function encodeFutexOperation(native: number): number {
  const command = native & FUTEX_CMD_MASK;
  return (command <= FUTEX_LAST_CMD ? command : 0) |
    native & (FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME);
}

export const encodeSpliceFlags = bits("splice_flags", {
  SPLICE_F_MOVE: 1,
  SPLICE_F_NONBLOCK: 2,
  SPLICE_F_MORE: 4,
  SPLICE_F_GIFT: 8,
});

export const encodeMlockallFlags = bits("mlockall_flags", {
  MCL_CURRENT: 1,
  MCL_FUTURE: 2,
  MCL_ONFAULT: 4,
});

export const encodeMlock2Flags = bits("mlock2_flags", { MLOCK_ONFAULT: 1 });

export const encodeCloseRangeFlags = bits("close_range_flags", {
  CLOSE_RANGE_UNSHARE: 2,
  CLOSE_RANGE_CLOEXEC: 4,
});

const RLIMITS = 16, RLIMIT_UNKNOWN = 255;

/** RLIMIT_*: upstream's numbers are linux's. */
export function encodeRlimitResource(native: number): number {
  return native >= 0 && native < RLIMITS ? native : RLIMIT_UNKNOWN;
}

export const encodeSemopFlags = bits("semop_flags", { IPC_NOWAIT: 0o4000, SEM_UNDO: 0x1000 });

export const encodeSemgetFlags = bits("semget_flags", { IPC_CREAT: 0o1000, IPC_EXCL: 0o2000 });

/** linux include/uapi/linux/ipc.h, sem.h; a bit each with upstream. */
export const encodeSemctlCommand = choice("semctl_commands", {
  IPC_RMID: 0,
  IPC_SET: 1,
  IPC_STAT: 2,
  IPC_INFO: 3,
  GETPID: 11,
  GETVAL: 12,
  GETALL: 13,
  GETNCNT: 14,
  GETZCNT: 15,
  SETVAL: 16,
  SETALL: 17,
  SEM_STAT: 18,
  SEM_INFO: 19,
});

const QUOTA_TYPE_BITS = 8, QUOTA_TYPE_MASK = 0xff;

const quotactlCommand = choice("quotactl_cmds", {
  Q_SYNC: 0x800001,
  Q_QUOTAON: 0x800002,
  Q_QUOTAOFF: 0x800003,
  Q_GETFMT: 0x800004,
  Q_GETINFO: 0x800005,
  Q_SETINFO: 0x800006,
  Q_GETQUOTA: 0x800007,
  Q_SETQUOTA: 0x800008,
  Q_XQUOTAON: 0x5801,
  Q_XQUOTAOFF: 0x5802,
  Q_XGETQUOTA: 0x5803,
  Q_XSETQLIM: 0x5804,
  Q_XGETQSTAT: 0x5805,
  Q_XQUOTARM: 0x5806,
  Q_XQUOTASYNC: 0x5807,
});

/** The command of quotactl(2), without the kind of quota that stands in its low byte. */
export function encodeQuotactlCommand(native: number): number {
  return quotactlCommand(native >>> QUOTA_TYPE_BITS);
}

/** Whose quota a command of quotactl(2) is about. */
export function encodeQuotactlType(native: number): number {
  const type = native & QUOTA_TYPE_MASK;
  return type <= 1 ? type + 1 : 0;
}

export const encodeQuotaFormat = choice("quotactl_quota_fmts", {
  QFMT_VFS_OLD: 1,
  QFMT_VFS_V0: 2,
  QFMT_VFS_V1: 4,
}, "QFMT_NOT_USED");

/**
 * Flags of io_uring_setup. IORING_SQ_NEED_WAKEUP is none of them: upstream takes it for one, and it has
 * the bit of IORING_SETUP_IOPOLL.
 */
export const encodeIoUringSetupFlags = bits("io_uring_setup_flags", {
  IORING_SETUP_IOPOLL: 1,
  IORING_SQ_NEED_WAKEUP: 1,
  IORING_SETUP_SQPOLL: 2,
  IORING_SETUP_SQ_AFF: 4,
  IORING_SETUP_CQSIZE: 8,
  IORING_SETUP_CLAMP: 0x10,
  IORING_SETUP_ATTACH_RW: 0x20,
  IORING_SETUP_R_DISABLED: 0x40,
});

/** Each of the first bits of an x86 processor says one thing or the other; linux arch/x86/include/asm/trap_pf.h. */
export function encodePageFault(error: number): number {
  const [violation, absent, write, read, user, supervisor] = [1, 2, 4, 8, 0x10, 0x20] as const;
  return ((error & 1) !== 0 ? violation : absent) | ((error & 2) !== 0 ? write : read) |
    ((error & 4) !== 0 ? user : supervisor) | (error & 0x18) << 3;
}

const IO_URING_FEATURES = 0x7ff, IO_URING_ENTER_FLAGS = 0xf;

/** IORING_FEAT_*: upstream's are linux's, up to IORING_FEAT_RSRC_TAGS. */
export function encodeIoUringFeatures(native: number): number {
  return native & IO_URING_FEATURES;
}

/** IORING_ENTER_*: upstream's are linux's, up to IORING_ENTER_EXT_ARG. */
export function encodeIoUringEnterFlags(native: number): number {
  return native & IO_URING_ENTER_FLAGS;
}
