/** The probe's global variables, shared with the kernel: a store here is seen by the next system call. */
import type { BpfMap } from "./bpf_object.ts";
import { BSS, INTEREST, PROBE_CONFIG, RESOLVE, SCOPE } from "./layout.ts";
import { Mapping, openLibc } from "./libc.ts";

/** Whether a system call is reported: never, when it succeeded, or also when it failed. */
export type Interest = "off" | "succeeded" | "all";

/** How much is told of a system call that is reported. */
export interface Detail {
  /** What its arguments point to, see ffi/probe/extra_shapes.h. */
  readonly extras?: boolean;
  /** What its process uses: memory, page faults, descriptors it may have. */
  readonly usage?: boolean;
  /** Nothing of the descriptor it is about: numbers only. */
  readonly numbersOnly?: boolean;
  /** Every descriptor that it names, see ffi/probe/extra_shapes.h. */
  readonly descriptors?: boolean;
  /** Nothing when it opens a file only to read it. */
  readonly noReaders?: boolean;
}

/** What is found out about a file or socket: nothing, inode and device, or the kernel's path too. */
export type ResolveLevel = keyof typeof RESOLVE;

/** The length of the probe's tables by system call number. */
const SYSCALL_LIMIT = 512;
/** `WATCHED_ENDS` of ffi/probe/config.h, and how `is_watched_end` of directory.h finds a place among them. */
const WATCHED_ENDS = 65_536;
const END_MIX = 0x9e3779b1;
const INTEREST_BITS: Readonly<Record<Interest, number>> = {
  off: 0,
  succeeded: INTEREST.report,
  all: INTEREST.report | INTEREST.failed,
};

/** Fields of `struct probe_config` that are set once or by number. */
type Setting = Exclude<keyof typeof PROBE_CONFIG, "byteLength">;

/** Writes settings until disposed; not to be used after that. */
export class ProbeSettings implements Disposable {
  readonly #mapping: Mapping;
  readonly #config: Int32Array<ArrayBuffer>;
  readonly #interest: Uint8Array<ArrayBuffer>;
  readonly #filterGeneration: Uint32Array<ArrayBuffer>;
  readonly #answeredNames: Uint32Array<ArrayBuffer>;
  readonly #watchedEnds: Uint8Array<ArrayBuffer>;
  readonly #compatSyscalls: Uint16Array<ArrayBuffer>;

  /** `map` holds the object's `.bss`. */
  constructor(map: BpfMap) {
    const pageBytes = openLibc().getpagesize();
    const sizeBytes = Math.ceil(map.valueBytes / pageBytes) * pageBytes;
    const mapping = new Mapping(map.fileDescriptor, "the probe's settings", {
      offset: 0,
      sizeBytes,
      access: "write",
    });
    this.#mapping = mapping;
    this.#config = new Int32Array(mapping.buffer, BSS.config, PROBE_CONFIG.byteLength / 4);
    this.#interest = new Uint8Array(mapping.buffer, BSS.interest, SYSCALL_LIMIT);
    this.#filterGeneration = new Uint32Array(mapping.buffer, BSS.filterGeneration, 1);
    this.#answeredNames = new Uint32Array(mapping.buffer, BSS.answeredNames, 1);
    this.#watchedEnds = new Uint8Array(mapping.buffer, BSS.watchedEnds, WATCHED_ENDS / 8);
    this.#compatSyscalls = new Uint16Array(mapping.buffer, BSS.compatSyscalls, SYSCALL_LIMIT);
    this.#compatSyscalls.fill(0xffff);
  }

  set(name: Setting, value: number): void {
    // Sequentially consistent: whoever then looks into a ring sees at least what was written before.
    Atomics.store(this.#config, PROBE_CONFIG[name] / 4, value);
  }

  setResolve(level: ResolveLevel): void {
    this.set("resolve", RESOLVE[level]);
  }

  /** Reports only the processes in the map `tracked`. */
  restrictToTracked(): void {
    this.set("scope", SCOPE.tracked);
  }

  setInterest(syscall: number, interest: Interest, detail: Detail = {}): void {
    if (!(syscall >= 0 && syscall < SYSCALL_LIMIT)) {
      throw new RangeError(`system call ${syscall} is not one of 0 to ${SYSCALL_LIMIT - 1}`);
    }
    this.#interest[syscall] = INTEREST_BITS[interest] |
      (detail.extras ? INTEREST.extras : 0) | (detail.usage ? INTEREST.usage : 0) |
      (detail.numbersOnly ? INTEREST.numbers : 0) |
      (detail.descriptors ? INTEREST.descriptors : 0) |
      (detail.noReaders ? INTEREST.noReaders : 0);
  }

  /** What the probe knows of files that no rule can match was about other rules. */
  forgetVerdicts(): void {
    Atomics.add(this.#filterGeneration, 0, 1);
    Atomics.store(this.#answeredNames, 0, 0);
  }

  /** There are answers now about files with that many other last names. */
  lookForNames(names: number): void {
    Atomics.or(this.#answeredNames, 0, 1 << names);
  }

  /** Ends of names, of three bytes each, for which no answer about a directory holds; in place of others. */
  setWatchedEnds(ends: readonly Uint8Array[]): void {
    const bits = new Uint8Array(WATCHED_ENDS / 8);
    for (const [one = 0, two = 0, three = 0] of ends) {
      const bit = Math.imul(one | two << 8 | three << 16, END_MIX) >>> 16;
      bits[bit >> 3]! |= 1 << (bit & 7);
    }
    this.#watchedEnds.set(bits);
  }

  setCompatSyscalls(numbers: Uint16Array): void {
    this.#compatSyscalls.set(numbers.subarray(0, SYSCALL_LIMIT));
  }

  [Symbol.dispose](): void {
    this.#mapping[Symbol.dispose]();
  }
}
