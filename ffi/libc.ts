/** The C library: memory maps, clocks and the few file descriptors Deno has no name for. */
import { NativeError } from "./native_error.ts";

const SYMBOLS = {
  mmap: { parameters: ["pointer", "usize", "i32", "i32", "i32", "i64"], result: "pointer" },
  madvise: { parameters: ["usize", "usize", "i32"], result: "i32" },
  malloc_trim: { parameters: ["usize"], result: "i32" },
  mprotect: { parameters: ["usize", "usize", "i32"], result: "i32" },
  munmap: { parameters: ["pointer", "usize"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  clock_gettime: { parameters: ["i32", "buffer"], result: "i32" },
  epoll_create1: { parameters: ["i32"], result: "i32" },
  epoll_ctl: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },
  // It blocks, and runs on a thread of its own.
  epoll_wait: {
    parameters: ["i32", "buffer", "i32", "i32"],
    result: "i32",
    nonblocking: true,
  },
  eventfd: { parameters: ["u32", "i32"], result: "i32" },
  eventfd_read: { parameters: ["i32", "buffer"], result: "i32" },
  eventfd_write: { parameters: ["i32", "u64"], result: "i32" },
  memfd_create: { parameters: ["buffer", "u32"], result: "i32" },
  fcntl: { parameters: ["i32", "i32", "i64"], result: "i32" },
  getpagesize: { parameters: [], result: "i32" },
  // Modules of the name service may ask servers.
  getpwuid_r: {
    parameters: ["u32", "buffer", "buffer", "usize", "buffer"],
    result: "i32",
    nonblocking: true,
  },
  getgrgid_r: {
    parameters: ["u32", "buffer", "buffer", "usize", "buffer"],
    result: "i32",
    nonblocking: true,
  },
  getrlimit: { parameters: ["i32", "buffer"], result: "i32" },
  // glibc takes the arguments of every call in this way; here those of openat2.
  syscall: { parameters: ["i64", "i64", "buffer", "buffer", "i64"], result: "i64" },
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  send: { parameters: ["i32", "buffer", "usize", "i32"], result: "isize" },
  sigaction: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  sigignore: { type: "pointer" },
  sigprocmask: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  strerror: { parameters: ["i32"], result: "pointer" },
  strnlen: { parameters: ["pointer", "usize"], result: "usize" },
  vsnprintf: { parameters: ["buffer", "usize", "pointer", "pointer"], result: "i32" },
  prctl: { parameters: ["i32", "u64", "u64", "u64", "u64"], result: "i32" },
  tgkill: { parameters: ["i32", "i32", "i32"], result: "i32" },
  __errno_location: { parameters: [], result: "pointer" },
} as const satisfies Deno.ForeignLibraryInterface;

export type Libc = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

let libc: Libc | undefined;

/** Opens the C library at the first call; it stays open as long as the process. */
export function openLibc(): Libc {
  return libc ??= symbolsAsUsed();
}

/** Each is opened when it is first used: all of them would be some ms of every start. */
function symbolsAsUsed(): Libc {
  // This one at once: opening a symbol changes what it points to.
  const { __errno_location } = openSymbol("__errno_location");
  const symbols = { __errno_location };
  for (const name of Object.keys(SYMBOLS) as (keyof typeof SYMBOLS)[]) {
    if (name === "__errno_location") continue;
    Object.defineProperty(symbols, name, {
      configurable: true,
      get: () => {
        const value = openSymbol(name)[name];
        Object.defineProperty(symbols, name, { value });
        return value;
      },
    });
  }
  return symbols as Libc;
}

function openSymbol<Name extends keyof typeof SYMBOLS>(name: Name): Pick<Libc, Name> {
  try {
    const wanted: Deno.ForeignLibraryInterface = { [name]: SYMBOLS[name] };
    return Deno.dlopen("libc.so.6", wanted).symbols as unknown as Pick<Libc, Name>;
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) throw ffiDenied(cause);
    throw new NativeError("no-libbpf", "Cannot open the C library libc.so.6", {
      help: "live capture needs a Linux with glibc",
      cause,
    });
  }
}

/** Deno was started without the permission to call native libraries. */
export function ffiDenied(cause: unknown): NativeError {
  return new NativeError("no-permission", "Deno may not call native libraries", {
    help: "run with --allow-ffi",
    cause,
  });
}

/** `errno` of this thread: only meaningful right after the call that failed. */
export function errno(): number {
  const at = openLibc().__errno_location();
  return at === null ? 0 : new Deno.UnsafePointerView(at).getInt32();
}

/** "Operation not permitted (errno 1)"; takes the number with either sign. */
export function errorText(code: number): string {
  const number = Math.abs(code);
  return `${readCString(openLibc().strerror(number))} (errno ${number})`;
}

const SIG_IGN = 1n;

/** struct sigaction of glibc: handler | mask | flags | restorer. */
const SIGACTION_BYTES = 152, SIGACTION_MASK_AT = 8, SIGACTION_FLAGS_AT = 136;
const SA_ONSTACK = 0x08000000, SA_RESTART = 0x10000000;

/**
 * Notes that a signal has come, without any code of ours in the handler, where none may run: the
 * handler is the C library's own sigignore(3), which gets the signal's number and has the kernel ignore
 * the signal from then on. Whoever looks sees that it is ignored, and sets the handler again. Nothing
 * else in this process hears of the signal, and further ones before the next look are one with it.
 *
 * It runs on the stack for signals, where a thread has one: libraries in Go have this thread run on stacks
 * of a few KB, and what does not fit there is written over their memory. That stack is small, too, so that
 * other signals wait.
 */
export function noteSignal(number: number): { readonly hasCome: () => boolean } {
  const { sigaction, sigignore } = openLibc();
  const noting = new Uint8Array(SIGACTION_BYTES);
  const view = new DataView(noting.buffer);
  view.setBigUint64(0, Deno.UnsafePointer.value(sigignore), true);
  noting.fill(0xff, SIGACTION_MASK_AT, SIGACTION_FLAGS_AT);
  view.setInt32(SIGACTION_FLAGS_AT, SA_ONSTACK | SA_RESTART, true);
  const found = new Uint8Array(SIGACTION_BYTES);
  const words = new BigUint64Array(found.buffer);
  sigaction(number, noting, null);
  return {
    hasCome: () => {
      if (sigaction(number, null, found) !== 0 || words[0] !== SIG_IGN) return false;
      sigaction(number, noting, null);
      return true;
    },
  };
}

/** sigset_t of glibc, a bit for each signal from 1 on. */
const SIGNAL_SET_BYTES = 128;
const SIG_BLOCK = 0, SIG_SETMASK = 2;
/** What this thread causes itself has to come: SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV. signal(7) */
const OWN_FAULTS = [4, 5, 7, 8, 11];

/**
 * Until disposed no signal reaches this thread: other threads of the process take them. For calls that
 * the kernel gives up when a signal waits.
 */
export function holdSignals(): Disposable {
  const before = new Uint8Array(SIGNAL_SET_BYTES);
  const held = new Uint8Array(SIGNAL_SET_BYTES).fill(0xff);
  for (const signal of OWN_FAULTS) held[(signal - 1) >> 3]! &= ~(1 << ((signal - 1) & 7));
  openLibc().sigprocmask(SIG_BLOCK, held, before);
  return { [Symbol.dispose]: () => void openLibc().sigprocmask(SIG_SETMASK, before, null) };
}

/** The text a `char *` points to; "" for NULL. */
export function readCString(pointer: Deno.PointerValue): string {
  return pointer === null ? "" : Deno.UnsafePointerView.getCString(pointer);
}

/** The bytes of a text with the NUL that C wants. */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${text}\0`);
}

const CLOCK_REALTIME = 0;
const CLOCK_BOOTTIME = 7;
const time = new BigInt64Array(2);

/** CLOCK_BOOTTIME in ns, the clock of the probe's records. Exact to 2 ns for the first half year. */
export function bootTimeNs(): number {
  openLibc().clock_gettime(CLOCK_BOOTTIME, time);
  return Number(time[0]) * 1e9 + Number(time[1]);
}

/**
 * What to add to a boot time to get ns since the epoch, now: it changes when someone sets the clock.
 * The wall clock is read between two looks at the boot clock, so it is right within their distance.
 */
export function epochMinusBootNs(): bigint {
  const before = clockNs(CLOCK_BOOTTIME);
  const epoch = clockNs(CLOCK_REALTIME);
  const after = clockNs(CLOCK_BOOTTIME);
  return epoch - (before + after) / 2n;
}

function clockNs(clock: number): bigint {
  openLibc().clock_gettime(clock, time);
  return time[0]! * 1_000_000_000n + time[1]!;
}

const PROT_READ = 1;
const PROT_WRITE = 2;
const MAP_SHARED = 1;
const MAP_FAILED = 0xffff_ffff_ffff_ffffn;

export interface MappingOptions {
  readonly offset: number;
  readonly sizeBytes: number;
  readonly access: "read" | "write";
}

/**
 * Pages of a file descriptor in this process's memory, until disposed.
 *
 * After that `buffer` is empty, and so are views of it.
 */
export class Mapping implements Disposable {
  readonly buffer: ArrayBuffer;
  readonly #sizeBytes: number;
  #address: Deno.PointerObject | undefined;

  /** `what` names the thing in an error: `ring "events"`. */
  constructor(fileDescriptor: number, what: string, options: MappingOptions) {
    const { offset, sizeBytes, access } = options;
    const protection = access === "write" ? PROT_READ | PROT_WRITE : PROT_READ;
    const address = openLibc().mmap(
      null,
      BigInt(sizeBytes),
      protection,
      MAP_SHARED,
      fileDescriptor,
      BigInt(offset),
    );
    if (address === null || Deno.UnsafePointer.value(address) === MAP_FAILED) {
      throw new NativeError("mmap-failed", `Cannot map ${what}: ${errorText(errno())}`, {
        help: `${sizeBytes} bytes of address space are needed; see \`ulimit -v\``,
      });
    }
    this.#address = address;
    this.#sizeBytes = sizeBytes;
    this.buffer = Deno.UnsafePointerView.getArrayBuffer(address, sizeBytes);
  }

  [Symbol.dispose](): void {
    if (this.#address === undefined) return;
    // Whoever still looks finds nothing; it would end the process.
    this.buffer.transfer();
    openLibc().munmap(this.#address, BigInt(this.#sizeBytes));
    this.#address = undefined;
  }
}
