/**
 * Opening a file that somebody else may have put there: never waits, neither here nor when it is read.
 * Deno opens files as one who waits; node's file system could, and loading that is a tenth of a start.
 */
import { cString, errorText, ffiDenied } from "./libc.ts";

export interface OpenFile extends Disposable {
  /** How much was read; 0 at the end. */
  readSync(buffer: Uint8Array<ArrayBuffer>): number;
}

/** To read from it would mean to wait until somebody writes. */
export class WouldWait extends Error {}

/**
 * A named pipe that nobody writes is empty; `/proc/kmsg`, which takes itself for a file, is read as
 * far as it goes and then throws `WouldWait`. Other errors are those of `Deno.openSync`.
 */
export function openUnblocked(path: string): OpenFile {
  if (path.includes("\0")) throw new TypeError("a path has no NUL in it");
  const { open, read, close } = openSymbols();
  let descriptor = open(cString(path), O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (descriptor < 0) throw lastError();
  return {
    readSync: (buffer) => {
      const length = read(descriptor, buffer, BigInt(buffer.length));
      if (length < 0n) throw lastError();
      return Number(length);
    },
    [Symbol.dispose]: () => {
      // Its number is soon somebody else's.
      if (descriptor >= 0) close(descriptor);
      descriptor = CLOSED;
    },
  };
}

const CLOSED = -1;
/** The same on x86-64 and arm64: linux include/uapi/asm-generic/fcntl.h. Without more, for reading. */
const O_NOCTTY = 0o400, O_NONBLOCK = 0o4000, O_CLOEXEC = 0o2000000;

const SYMBOLS = {
  open: { parameters: ["buffer", "i32"], result: "i32" },
  read: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  close: { parameters: ["i32"], result: "i32" },
  __errno_location: { parameters: [], result: "pointer" },
} as const satisfies Deno.ForeignLibraryInterface;

let symbols: Deno.DynamicLibrary<typeof SYMBOLS>["symbols"] | undefined;

/** Apart from those of libc.ts: every one that is opened is paid for, and a start needs no more. */
function openSymbols() {
  try {
    return symbols ??= Deno.dlopen("libc.so.6", SYMBOLS).symbols;
  } catch (cause) {
    throw cause instanceof Deno.errors.NotCapable ? ffiDenied(cause) : cause;
  }
}

function lastError(): Error {
  const at = openSymbols().__errno_location();
  const number = at === null ? 0 : new Deno.UnsafePointerView(at).getInt32();
  const kind = ERRORS.get(number);
  return kind ? new kind(errorText(number)) : new Error(errorText(number));
}

/** errno(3): the numbers that mean the same on x86-64 and arm64. */
const ERRORS: ReadonlyMap<number, new (message: string) => Error> = new Map([
  [1, Deno.errors.PermissionDenied],
  [2, Deno.errors.NotFound],
  [11, WouldWait],
  [13, Deno.errors.PermissionDenied],
  [20, Deno.errors.NotADirectory],
  [21, Deno.errors.IsADirectory],
]);
