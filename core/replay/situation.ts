/** One event of a capture, with the state it happens in. */
import { openCapture, ScapReader } from "../scap/mod.ts";
import type { State } from "../state/mod.ts";
import { CaptureFault } from "./play.ts";
import { recordedState, sinkInto } from "./recorded_state.ts";
import { Replay } from "./replay.ts";
import type { ReplayEvent } from "./replay_event.ts";

export interface Situation {
  readonly event: ReplayEvent;
  /** All before the event has happened in it; `state.begin(event)` comes next. */
  readonly state: State;
}

/**
 * By its number (`evt.num`), in a state that nothing has happened in; absent when rules see no such event.
 * Throws as `playCapture` does.
 */
export async function situationAt(
  path: string,
  number: number,
  state = recordedState(),
): Promise<Situation | undefined> {
  let found: ReplayEvent | undefined;
  const replay = new Replay(sinkInto(state, (event) => {
    if (event.number === number) {
      found = event;
      replay.hold();
    } else {
      state.begin(event);
      state.end(event);
    }
  }));
  using reader = new ScapReader(await openCapture(path));
  while (!found && replay.counters.events < number) {
    const item = reader.next();
    if (item.kind === "more") await reader.fill();
    else if (item.kind === "end") return undefined;
    else if (item.kind === "fault") throw new CaptureFault(path, item);
    else replay.take(item);
  }
  return found && { event: found, state };
}
