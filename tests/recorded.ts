/** A capture in memory, replayed: what `look` saw of each event that is shown. */
import type { Event } from "../core/event/mod.ts";
import { recordedState, Replay, sinkInto } from "../core/replay/mod.ts";
import { memoryInput, ScapReader } from "../core/scap/mod.ts";
import type { State } from "../core/state/mod.ts";
import { assert } from "./assert.ts";

export async function replayed<Seen>(
  bytes: Uint8Array,
  look: (event: Event, state: State) => Seen,
): Promise<Seen[]> {
  const state = recordedState(), seen: Seen[] = [];
  const replay = new Replay(sinkInto(state, (event) => {
    state.begin(event);
    seen.push(look(event, state));
    state.end(event);
  }));
  using reader = new ScapReader(memoryInput(bytes));
  for (let item = reader.next(); item.kind !== "end"; item = reader.next()) {
    assert(item.kind !== "fault");
    if (item.kind === "more") await reader.fill();
    else replay.take(item);
  }
  return seen;
}

/** What recordings of tests say of the machine. */
export const MACHINE = {
  kind: "machine",
  cpuCount: 1,
  memoryBytes: 1n,
  maxPid: 4194304n,
  hostname: "here",
  bootTimeNs: 1_700_000_000_000_000_000n,
  flags: 0n,
} as const;
