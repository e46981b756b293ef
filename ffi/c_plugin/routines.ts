/** What plugins have done again and again, each on a thread of its own while it is at work. */
import { pointerTo } from "./memory.ts";

const ROUTINE = {
  parameters: ["pointer", "pointer"],
  result: "u32",
  nonblocking: true,
} as const satisfies Deno.ForeignFunction;

/** A plugin with more is taken to have lost count. */
const MAX_ROUTINES = 64;
/** Routines that find nothing to do come back at once. */
const PAUSE_MS = 1;

interface Routine {
  stopped: boolean;
  ended: Promise<void>;
}

export class Routines {
  readonly #routines = new Map<bigint, Routine>();
  #next = 1n;
  #state: Deno.PointerValue = null;

  /** The plugin's state, which its routines are called with. */
  set state(state: Deno.PointerValue) {
    this.#state = state;
  }

  /** A handle; absent when it is not taken. */
  subscribe(of: Deno.PointerValue, argument: Deno.PointerValue): Deno.PointerValue {
    if (of === null || this.#routines.size >= MAX_ROUTINES) return null;
    const handle = this.#next++;
    const routine: Routine = { stopped: false, ended: Promise.resolve() };
    this.#routines.set(handle, routine);
    routine.ended = this.#run(new Deno.UnsafeFnPointer(of as never, ROUTINE), argument, routine)
      .finally(() => this.#routines.delete(handle));
    return pointerTo(handle);
  }

  /** It ends when it comes back the next time. */
  unsubscribe(handle: Deno.PointerValue): boolean {
    const routine = this.#routines.get(Deno.UnsafePointer.value(handle));
    if (!routine) return false;
    routine.stopped = true;
    return true;
  }

  /** Resolves when all have come back. */
  async stop(): Promise<void> {
    // One that comes back may have subscribed another.
    while (this.#routines.size > 0) {
      const all = [...this.#routines.values()];
      for (const routine of all) routine.stopped = true;
      await Promise.all(all.map(({ ended }) => ended));
    }
  }

  async #run(
    routine: Deno.UnsafeFnPointer<typeof ROUTINE>,
    argument: Deno.PointerValue,
    run: Routine,
  ): Promise<void> {
    // Who subscribes is not called back before that call is over.
    do {
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      if (run.stopped) return;
    } while (await routine.call(this.#state, argument) !== 0);
  }
}
