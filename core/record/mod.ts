/**
 * Live events as a capture: what `core/replay` reads, other tools too.
 *
 * A capture is read by following what its events do. Live capture follows nothing: it asks the kernel,
 * and leaves out events that nobody asked for. So whatever an event builds on, and no event before it
 * has told, is told first, by the event that would have done it, marked as one that only changes state
 * (`DUMP_FLAGS.stateOnly`): a descriptor by the call that opens it, a process by its clone, a directory
 * by chdir. `_told.ts` keeps what has been told.
 */
export { Recorder, type RecorderOptions } from "./recorder.ts";
export { rawParams } from "./raw_event.ts";
