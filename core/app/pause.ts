/** Waiting that ends with the run, and pauses that long work makes for others. */
import { setImmediate } from "node:timers/promises";

/** Ends early, and quietly, when the signal aborts. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (milliseconds === 0 || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done);
  });
}

/** How long work goes on before others get their turn: rings of events fill meanwhile. */
const SLICE_MS = 10;

/** To be asked between small parts of long work: gives something to wait for when a slice is over. */
export function inSlices(sliceMs = SLICE_MS): () => Promise<void> | undefined {
  let end = performance.now() + sliceMs;
  return () => {
    if (performance.now() < end) return undefined;
    return setImmediate().then(() => void (end = performance.now() + sliceMs));
  };
}
