/**
 * Captures played: from what `core/scap` reads to the events rules see.
 *
 * `Replay` is the whole of it. Old events become today's (converter.ts), what they do is followed
 * (follower.ts: threads, descriptors, sockets), and a cursor shows them (replay_event.ts). The process
 * table learns of it through changes, as from any source.
 */
export * from "./replay.ts";
export { ReplayEvent } from "./replay_event.ts";
export { containerJson, containerOfJson } from "./containers.ts";
export { Converter } from "./converter.ts";
export * from "./play.ts";
export { recordedState, sinkInto } from "./recorded_state.ts";
export { type Situation, situationAt } from "./situation.ts";
