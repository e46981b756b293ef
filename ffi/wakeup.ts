/**
 * When to look into the rings again.
 *
 * While records come, a timer is cheapest: the kernel wakes nobody, thousands of records share
 * one look. When none come, the reader says so in the probe's memory and sleeps; the probe then wakes
 * it once, with the first record.
 */
import { every } from "../core/base/every.ts";
import { errno, errorText, openLibc } from "./libc.ts";
import { NativeError } from "./native_error.ts";

export interface WakeupOptions {
  /** File descriptors that become readable when the probe wakes the reader. */
  readonly fileDescriptors: readonly number[];
  /** Tells the probe whether the reader sleeps. */
  setSleeping(sleeping: boolean): void;
  /** Whether there is something in the rings. */
  hasMore(): boolean;
  /** Whether they fill so fast that they have to be looked at often. */
  isFillingFast(): boolean;
}

/**
 * What a look costs hardly depends on what it finds: what it needs is no longer in the CPU's caches, and
 * that takes some 100 us, with alerts to be written several times that.
 */
const TICK_MS = 16;
/** In 8 ms two busy CPUs fill 2 to 3 MB of a ring. */
const SHORT_TICK_MS = 8;
/** So many looks in vain before going to sleep: a burst with pauses of some 10 ms stays on the timer. */
const TICKS_BEFORE_SLEEP = 2;
/** Each sleep takes two threads out of theirs when it ends. */
const LONGEST_SLEEP_MS = 15_000;
/** Bounds what a wake-up that got lost could cost. */
const LOOK_MS = 1000;

const EPOLL_CLOEXEC = 0o2000000;
const EFD_CLOEXEC = 0o2000000;
const EFD_NONBLOCK = 0o4000;
const EPOLL_CTL_ADD = 1;
const EPOLLIN = 1;
/** `struct epoll_event` is packed to 12 bytes on x86-64 and takes 16 elsewhere; only `events`, the first word, is used. */
const EPOLL_EVENT_BYTES = 16;

/**
 * Waits, one caller at a time.
 *
 * The blocking call runs on another thread and uses only the epoll and event descriptors made here.
 * They are closed when that call has returned, even if `dispose` came earlier.
 */
export class Wakeup implements Disposable {
  readonly #options: WakeupOptions;
  readonly #epoll: number;
  readonly #event: number;
  readonly #ready: Uint8Array<ArrayBuffer>;
  readonly #descriptors: DisposableStack;
  #interrupt: (() => void) | undefined;
  /** Whose end interrupts: listening anew for each tick would cost more than the tick. */
  #signal: AbortSignal | undefined;
  readonly #aborted = () => this.#interrupt?.();
  readonly #looking: Disposable;
  #inKernel = false;
  #closed = false;
  #announced = false;
  #idleTicks = 0;

  constructor(options: WakeupOptions) {
    const libc = openLibc();
    using descriptors = new DisposableStack();
    const own = (descriptor: number) =>
      descriptors.adopt(checked(descriptor), (open) => void libc.close(open));
    this.#options = options;
    this.#epoll = own(libc.epoll_create1(EPOLL_CLOEXEC));
    this.#event = own(libc.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    const watched = [...options.fileDescriptors, this.#event];
    this.#ready = new Uint8Array(EPOLL_EVENT_BYTES * watched.length);
    const interest = new Uint8Array(EPOLL_EVENT_BYTES);
    interest[0] = EPOLLIN;
    for (const fileDescriptor of watched) {
      checked(libc.epoll_ctl(this.#epoll, EPOLL_CTL_ADD, fileDescriptor, interest));
    }
    this.#descriptors = descriptors.move();
    this.#looking = every(LOOK_MS, () => {
      if (this.#inKernel && options.hasMore()) this.#interrupt?.();
    });
  }

  /**
   * Resolves when it is time to look again, and at once when `signal` aborts or this is disposed.
   * `found` says how many records the last look brought.
   */
  wait(signal: AbortSignal, found: number): Promise<void> {
    if (this.#interrupt) throw new Error("only one may wait for records at a time");
    if (this.#closed || signal.aborted) return Promise.resolve();
    this.#listen(signal);
    if (found > 0 || this.#options.hasMore()) {
      this.#idleTicks = 0;
      if (this.#announced) this.#announce(false);
      return this.#tick(this.#options.isFillingFast() ? SHORT_TICK_MS : TICK_MS);
    }
    if (++this.#idleTicks <= TICKS_BEFORE_SLEEP) return this.#tick(TICK_MS);
    if (!this.#announced) {
      // A program that is just writing a record has read the announcement before it was made, and
      // will wake nobody. One more tick, and its record is found by the next look.
      this.#announce(true);
      return this.#tick(SHORT_TICK_MS);
    }
    // Once more: the probe takes the announcement back with a record that then did not get in.
    this.#announce(true);
    return this.#sleep();
  }

  [Symbol.dispose](): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#looking[Symbol.dispose]();
    this.#interrupt?.();
    this.#listen(undefined);
    if (!this.#inKernel) this.#descriptors.dispose();
  }

  #announce(sleeping: boolean): void {
    this.#announced = sleeping;
    this.#options.setSleeping(sleeping);
  }

  #listen(signal: AbortSignal | undefined): void {
    if (signal === this.#signal) return;
    this.#signal?.removeEventListener("abort", this.#aborted);
    signal?.addEventListener("abort", this.#aborted);
    this.#signal = signal;
  }

  #tick(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.#interrupt = undefined;
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#interrupt = () => {
        clearTimeout(timer);
        done();
      };
    });
  }

  async #sleep(): Promise<void> {
    const libc = openLibc();
    this.#interrupt = () => {
      libc.eventfd_write(this.#event, 1n);
    };
    this.#inKernel = true;
    try {
      const events = this.#ready.length / EPOLL_EVENT_BYTES;
      // Interrupted or failed: the next look at the rings decides, as after any other return.
      await libc.epoll_wait(this.#epoll, this.#ready, events, LONGEST_SLEEP_MS);
    } finally {
      this.#interrupt = undefined;
      this.#inKernel = false;
      libc.eventfd_read(this.#event, new BigUint64Array(1));
      if (this.#closed) this.#descriptors.dispose();
    }
  }
}

function checked(result: number): number {
  if (result >= 0) return result;
  throw new NativeError("map-failed", `Cannot watch the rings: ${errorText(errno())}`, {
    help: "raise the limit of open files (`ulimit -n`)",
  });
}
