/** The state that a capture tells of, for whoever plays one by himself. */
import { State, type StateOptions } from "../state/mod.ts";
import { MAX_BYTES } from "./_holdings.ts";
import type { ReplaySink } from "./replay.ts";
import { CAPACITY } from "./threads.ts";

/** Each thread, and of its process the first, even if nothing else is known of that. */
const TOLD_AT_MOST = 2 * CAPACITY;
/** It knows nothing of this machine, neither its users nor its containers. */
export function recordedState(
  options: Pick<StateOptions, "recognizeContainer" | "resolveName"> = {},
): State {
  return new State({
    ...options,
    threadCapacity: TOLD_AT_MOST,
    // Whoever follows the capture lets go first, and tells the table.
    textBytes: 2 * MAX_BYTES,
    files: { read: () => undefined, version: () => undefined },
  });
}

/** All that a capture says goes into the state, events to `deliver`. */
export function sinkInto(state: State, deliver: ReplaySink["deliver"]): ReplaySink {
  return {
    deliver,
    change: (change, clockNs) => state.apply(change, clockNs),
    seed: (processes) => state.seed(processes),
    account: (change) => state.account(change),
    container: (container) => state.containers.set(container),
  };
}
