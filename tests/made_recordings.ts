/** Recordings that tests make of events they describe. */
import {
  currentEventCode,
  type Event,
  type FileDescriptor,
  GENERIC_BASE,
  type ParamValue,
  type StateChange,
} from "../core/event/mod.ts";
import { Recorder } from "../core/record/mod.ts";
import { MemoryOutput, ScapWriter } from "../core/scap/mod.ts";
import { State } from "../core/state/mod.ts";
import { event, SECOND, snapshot } from "../core/state/testing.ts";
import { MACHINE, replayed } from "./recorded.ts";

interface Sketch {
  readonly threadId?: number;
  readonly processId?: number;
  readonly params?: readonly ParamValue[];
  readonly descriptor?: FileDescriptor;
  readonly change?: StateChange;
}

let clockNs = 1000 * SECOND;

/** When the event was that was described last. */
export function clockNow(): number {
  return clockNs;
}

/** Of process 10, unless the sketch says otherwise, a little after the one before. */
export function live(name: string, sketch: Sketch = {}): Event {
  const { processId = 10, threadId = processId, params = [], descriptor, change } = sketch;
  clockNs += 1000;
  const [result] = params;
  return event(threadId, {
    type: name === "generic" ? GENERIC_BASE + 5 : currentEventCode(name)!,
    timeNs: MACHINE.bootTimeNs + BigInt(clockNs),
    clockNs,
    processId,
    result: typeof result === "number" ? result : 0,
    change,
    descriptor,
    param: (index) => params[index],
  });
}

const NO_FILES = { read: () => undefined, version: () => undefined };

/** What whoever replays the recording sees of each event that is shown. */
export async function recorded<Seen>(
  record: (take: (step: Event | StateChange) => void, state: State) => void,
  look: (event: Event, state: State) => Seen,
): Promise<Seen[]> {
  const output = new MemoryOutput();
  const writer = new ScapWriter(output);
  const state = new State({ files: NO_FILES });
  state.seed([
    snapshot(1, { comm: "init" }),
    snapshot(10, { parentId: 1, comm: "sh", cwd: "/tmp" }),
  ]);
  const recorder = new Recorder(writer, state, { machine: MACHINE, interfaces: [] });
  recorder.begin();
  record((step) => {
    if (!("source" in step)) {
      state.apply(step, clockNs);
      recorder.change(step, clockNs);
      return;
    }
    state.begin(step);
    recorder.event(step);
    state.end(step);
  }, state);
  await writer.close();
  return replayed(output.bytes, look);
}
