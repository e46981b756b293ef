/**
 * Parameters that stand in memory of the program or of the kernel and come to a record only when a rule
 * asks for them: their readers, and which readers those are.
 *
 * Which piece is what stands in ffi/probe/extra_shapes.h, one row a system call. Facts about values that
 * a call leaves out: falcosecurity/libs driver/modern_bpf.
 */
import {
  encodePollEvents,
  encodeQuotactlCommand,
  encodeQuotaFormat,
  encodeSemopFlags,
  flagValue,
  type ParamValue,
} from "../../../core/mod.ts";
import { layout } from "../../../ffi/mod.ts";
import type { LiveEvent } from "./live_event.ts";
import { splitNul } from "./nul_strings.ts";
import {
  bytesOf,
  intOf,
  longOf,
  type Piece,
  polledOf,
  textOf,
  timespecOf,
  timevalOf,
  uintOf,
  ushortOf,
  wideOf,
} from "./piece.ts";

export type Reader = (event: LiveEvent) => ParamValue;

const { USAGE_FACTS } = layout;
const WITH_PIECES = new WeakSet<Reader>();

/** Whether what it reads comes to a record only when asked for. */
export function readsPieces(reader: Reader): boolean {
  return WITH_PIECES.has(reader);
}

/** `made` out of `from`, so it reads what that does. */
export function keepingPieces(from: Reader, made: Reader): Reader {
  if (WITH_PIECES.has(from)) WITH_PIECES.add(made);
  return made;
}

/** A reader of one piece; absent when the record has none. */
export function ofPiece(
  index: number,
  read: (piece: Piece, event: LiveEvent) => ParamValue,
): Reader {
  const reader: Reader = (event) => {
    const piece = event.piece(index);
    return piece && read(piece, event);
  };
  WITH_PIECES.add(reader);
  return reader;
}

function succeeded(event: LiveEvent): boolean {
  return (event.result ?? 0) >= 0;
}

/** The whole of a piece. */
export const bytes = (index: number): Reader => ofPiece(index, (piece) => bytesOf(piece));

/** A text that an argument points to; absent where the program has none. */
export const text = (index: number): Reader => ofPiece(index, (piece) => givenText(piece));

function givenText(piece: Piece): string | undefined {
  return piece.isUnreadable ? undefined : textOf(piece);
}

export const wide = (index: number, at = 0): Reader => ofPiece(index, (piece) => wideOf(piece, at));
export const uint = (index: number, at = 0): Reader => ofPiece(index, (piece) => uintOf(piece, at));
export const int = (index: number, at = 0): Reader => ofPiece(index, (piece) => intOf(piece, at));
export const encoded = (index: number, at: number, encode: (native: number) => number): Reader =>
  ofPiece(index, (piece) => encode(uintOf(piece, at)));

/** Data of a vector, behind the bytes that all its buffers have. */
export const vectorData = ofPiece(0, (piece) => bytesOf(piece, 8));
export const vectorSize = ofPiece(
  0,
  (piece) => piece.bytes < 8 ? undefined : Number(BigInt.asUintN(32, wideOf(piece))),
);

/** Of several messages: those that were not sent are not told of. */
export const sentMessage = {
  data: ofPiece(0, (piece, event) => hasMoved(event) ? bytesOf(piece, 8) : undefined),
  size: ofPiece(
    0,
    (piece, event) => hasMoved(event) ? Number(BigInt.asUintN(32, wideOf(piece))) : 0,
  ),
};

function hasMoved(event: LiveEvent): boolean {
  return (event.result ?? 0) > 0;
}

/** How much came in. */
export const receivedSize = ofPiece(0, (piece) => Number(BigInt.asUintN(32, wideOf(piece))));

/** One of two descriptors that a call made, -1 when it did not. */
export const made = (which: 0 | 1): Reader =>
  ofPiece(0, (piece) => piece.bytes === 0 ? -1 : intOf(piece, which));

/** What the new descriptors are: inode, own socket, its peer; 0 when they are not. */
export const madeFact = (index: 0 | 1 | 2): Reader =>
  ofPiece(0, (piece) => wideOf(piece, index + 1));

export const queueLength = ofPiece(0, (piece) => uintOf(piece, 0));
export const queueLimit = ofPiece(0, (piece) => uintOf(piece, 1));
export const queuePercent = ofPiece(0, (piece) => {
  const limit = uintOf(piece, 1);
  return limit === 0 ? 0 : Math.floor(uintOf(piece, 0) * 100 / limit) & 0xff;
});

export const polled = ofPiece(0, (piece) => polledOf(piece, encodePollEvents));
export const timespec = (index: number): Reader =>
  ofPiece(index, (piece, event) => timespecOf(piece, event.compat));

/** One end of `struct rlimit`; RLIM_INFINITY is -1. What the kernel did not fill in is -1, too. */
export const rlimit = (index: number, member: 0 | 1, given: "in" | "out"): Reader =>
  ofPiece(index, (piece, event) => {
    if (given === "out" && !succeeded(event)) return -1;
    const limit = longOf(piece, member, event.compat);
    return event.compat && limit === 0xffff_ffffn ? -1 : Number(BigInt.asIntN(64, limit));
  });

/** `struct usage_facts`. */
export const usage = {
  descriptorLimit: usageWide(USAGE_FACTS.descriptorLimit),
  majorFaults: usageWide(USAGE_FACTS.majorFaults),
  minorFaults: usageWide(USAGE_FACTS.minorFaults),
  virtualKb: uint(0, USAGE_FACTS.virtualKb / 4),
  residentKb: uint(0, USAGE_FACTS.residentKb / 4),
  swappedKb: uint(0, USAGE_FACTS.swappedKb / 4),
};

const SYS_EXECVE = 59;

/**
 * The words that a program was to be started with and was not: the first, the others, and its environment.
 * Without any words at all, the first is empty.
 */
export const words = {
  first: ofPiece(1, (piece, event) => {
    const argument = event.syscall === SYS_EXECVE ? 1 : 2;
    return event.argumentWide(argument) === 0n ? "" : splitNul(textOf(piece))[0];
  }),
  others: ofPiece(1, (piece) => splitNul(textOf(piece)).slice(1)),
  environment: ofPiece(2, (piece) => splitNul(textOf(piece))),
};

function usageWide(offset: number): Reader {
  return ofPiece(0, (piece) => Number(wideOf(piece, offset / 8)));
}

/** Of the two operations that upstream tells; all 0 for a call that failed. */
export const semaphoreOperation = (which: 0 | 1): readonly Reader[] => {
  const member = (index: number, read: (value: number) => number) =>
    ofPiece(0, (piece, event) => event.result === 0 ? read(ushortOf(piece, which * 3 + index)) : 0);
  return [
    member(0, (number) => number),
    member(1, (operation) => operation << 16 >> 16),
    member(2, encodeSemopFlags),
  ];
};

// linux include/uapi/linux/mount.h
const FSCONFIG_SET_STRING = 1, FSCONFIG_SET_BINARY = 2;
const FSCONFIG_SET_PATH = 3, FSCONFIG_SET_PATH_EMPTY = 4;
const FSCONFIG_TEXTS = [FSCONFIG_SET_STRING, FSCONFIG_SET_PATH, FSCONFIG_SET_PATH_EMPTY];

export const fsconfigText = ofPiece(
  1,
  (piece, event) =>
    succeeded(event) && FSCONFIG_TEXTS.includes(event.argumentUint(1))
      ? givenText(piece)
      : undefined,
);
export const fsconfigBytes = ofPiece(
  2,
  (piece, event) =>
    succeeded(event) && event.argumentUint(1) === FSCONFIG_SET_BINARY ? bytesOf(piece) : undefined,
);

// linux include/uapi/linux/prctl.h
const PR_SET_NAME = 15, PR_GET_NAME = 16, PR_GET_CHILD_SUBREAPER = 37;

export const prctlText = ofPiece(0, (piece, event) => {
  const option = event.argumentUint(0);
  return option === PR_SET_NAME || option === PR_GET_NAME ? givenText(piece) : undefined;
});

/** The second argument, unless it is the address of a name or of the answer. */
export const prctlNumber = ofPiece(1, (piece, event) => {
  switch (event.argumentUint(0)) {
    case PR_SET_NAME:
    case PR_GET_NAME:
      return 0;
    case PR_GET_CHILD_SUBREAPER:
      return intOf(piece);
    default:
      return event.argumentWide(1);
  }
});

const PTRACE_PEEKS = [1, 2, 3]; // linux include/uapi/linux/ptrace.h: TEXT, DATA, USR

/** What was read for peeking; else the argument as it is: a signal, a value, an address. */
export const ptraceData = ofPiece(0, (piece, event) => {
  if (!succeeded(event)) return 0;
  return PTRACE_PEEKS.includes(event.argumentUint(0)) ? wideOf(piece) : event.argumentWide(3);
});

// linux include/uapi/asm-generic/socket.h
const SOL_SOCKET = 1, SO_ERROR = 4, SO_COOKIE = 57;
const SOCKET_TIMES = [20, 21, 66, 67];
/** Options that are structures, texts, or unknown to upstream. */
const SOCKET_BYTES: ReadonlySet<number> = new Set([
  13,
  17,
  26,
  28,
  50,
  51,
  52,
  53,
  54,
  55,
  56,
  58,
  59,
]);
const LAST_SOCKET_OPTION = 59;

/** The value of a socket option: a number where it is one that upstream knows. */
export const socketOption = (index: number): Reader =>
  ofPiece(index, (piece, event) => {
    const option = event.argumentUint(2);
    if (event.argumentUint(1) !== SOL_SOCKET) return bytesOf(piece);
    if (option === SO_ERROR) return -intOf(piece) | 0;
    if (option === SO_COOKIE) return wideOf(piece);
    if (SOCKET_TIMES.includes(option)) return timevalOf(piece);
    if (SOCKET_BYTES.has(option) || option > LAST_SOCKET_OPTION) return bytesOf(piece);
    return uintOf(piece);
  });

/**
 * What the arguments of keyctl's operations are, from the second on: a number, a text. By operation,
 * linux include/uapi/linux/keyctl.h.
 */
const KEYCTL_ARGUMENTS: readonly string[] = [
  ...["nn", "t", "nnn", "n", "nnn", "nn", "nnn", "n"],
  ...["nn", "nn", "nttn", "nnn", "nnnn", "nnn", "n", "nn"],
  ...["n", "nnn", "", "nnnn", "nnnn", "n", "nn", "nnnn"],
  ...["nnt", "ntnn", "ntnn", "ntnn", "ntnn", "ntt", "nnnn", "nn", "nnn"],
];

/** Argument 2 to 5. */
export const keyctlArgument = (number: 2 | 3 | 4 | 5): Reader =>
  ofPiece(Math.min(number - 2, 2), (piece, event) => {
    switch (KEYCTL_ARGUMENTS[event.argumentUint(0)]?.[number - 2]) {
      case "t":
        return givenText(piece);
      case "n":
        return BigInt.asIntN(64, event.argumentWide(number - 1));
      default:
        return 0;
    }
  });

const quotaCommand = (event: LiveEvent) => encodeQuotactlCommand(event.argumentUint(0));
const commandNamed = (name: string) => flagValue("quotactl_cmds", name);

/** Members of `struct if_dqblk` and `struct if_dqinfo`, linux include/uapi/linux/quota.h. */
function quotaMember(
  commands: readonly string[],
  { index, valid, validAt }: { index: number; valid: number; validAt: number },
): Reader {
  return ofPiece(2, (piece, event) => {
    const command = quotaCommand(event);
    if (!commands.some((name) => commandNamed(name) === command)) return 0n;
    return (uintOf(piece, validAt) & valid) !== 0 ? wideOf(piece, index) : 0n;
  });
}

const LIMITS = ["Q_GETQUOTA", "Q_SETQUOTA"], INFO = ["Q_GETINFO", "Q_SETINFO"];
const limit = (index: number, valid: number) => quotaMember(LIMITS, { index, valid, validAt: 16 });
const info = (index: number, valid: number) => quotaMember(INFO, { index, valid, validAt: 5 });

export const quotaFile = ofPiece(
  1,
  (piece, event) =>
    quotaCommand(event) === commandNamed("Q_QUOTAON") ? givenText(piece) : undefined,
);

/** From `dqb_bhardlimit` to `dqi_flags`, in the order of the event's parameters. */
export const quotaNumbers: readonly Reader[] = [
  limit(0, 1),
  limit(1, 1),
  limit(2, 2),
  limit(3, 4),
  limit(4, 4),
  limit(6, 16),
  limit(7, 32),
  info(0, 1),
  info(1, 2),
  ofPiece(2, (piece, event) => {
    const command = quotaCommand(event);
    const isInfo = INFO.some((name) => commandNamed(name) === command);
    return isInfo && (uintOf(piece, 5) & 4) !== 0 ? uintOf(piece, 4) & 0xff : 0;
  }),
];

export const quotaFormatOut = ofPiece(
  2,
  (piece, event) =>
    encodeQuotaFormat(quotaCommand(event) === commandNamed("Q_GETFMT") ? uintOf(piece) : 0),
);
