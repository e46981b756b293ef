/** A part of a capture as a capture: the events that a condition picks, and what they build on. */
import type { Event, StateChange } from "../../event/mod.ts";
import { Recorder } from "../../record/mod.ts";
import { playCapture, Replay, type ReplayEvent, sinkInto } from "../../replay/mod.ts";
import {
  createCapture,
  isStandardInput,
  isStandardOutput,
  type ScapInterface,
  type ScapMachine,
  ScapWriter,
} from "../../scap/mod.ts";
import { type State, UNKNOWN_IMAGE, UNSEEN_IMAGE } from "../../state/mod.ts";

export interface ExcerptOptions {
  /** File to write; compressed when it ends in ".gz". */
  readonly to: string;
  /** What is known of the capture, and of nothing else. */
  readonly state: State;
  /** Types of the events that may be picked; absent: all. */
  readonly eventTypes: ReadonlySet<number> | undefined;
  /** Absent: all are picked. Otherwise it is to tell little of what is not. */
  readonly picks: ((event: Event, state: State) => boolean) | undefined;
  readonly signal: AbortSignal;
  /** Called now and then with how many events were looked at. */
  readonly onProgress: (events: number) => void;
  /** Nothing is written: it would be a part of the capture in its own place, or nothing at all. */
  readonly onLeft: () => void;
}

export interface ExcerptResult {
  readonly events: number;
  readonly picked: number;
  /** Too large to be written anew. */
  readonly lost: number;
}

/** A capture that does not tell has none of it. */
const UNKNOWN_MACHINE: ScapMachine = {
  kind: "machine",
  cpuCount: 0,
  memoryBytes: 0n,
  maxPid: 0n,
  hostname: "",
  bootTimeNs: 0n,
  flags: 0n,
};

/**
 * Throws as `playCapture`, and OutputError. Of a capture that ends in the middle, or is not played to its
 * end, the excerpt has what comes before. The file has its name only once it is written, so that it may be
 * the one that is read; that one is only replaced when all of it was read.
 */
export async function writeExcerpt(
  path: string,
  options: ExcerptOptions,
): Promise<ExcerptResult | undefined> {
  const { to, state, eventTypes, picks, signal, onProgress, onLeft } = options;
  const replacesItself = isSameFile(path, to);
  const output = await createCapture(to, { compress: to.endsWith(".gz") });
  const writer = new ScapWriter(output);
  let machine = UNKNOWN_MACHINE;
  const interfaces: ScapInterface[] = [];
  let recorder: Recorder | undefined;
  /** Only then all is known that the capture begins with. */
  const begun = () => {
    if (recorder) return recorder;
    recorder = new Recorder(writer, state, {
      machine,
      interfaces,
      clockOriginNs: replay.clockOriginNs,
      // When a process began is told with the clone that made it, or not at all.
      ...picks && { lists: ({ startClockNs }) => startClockNs === 0 },
      capturedParam: (event, index) => (event as ReplayEvent).scap.paramBytes(index),
    });
    recorder.begin();
    return recorder;
  };
  /** Of one event, which may make a thread up before it says what that is: they are told together. */
  const changes: StateChange[] = [];
  let changedClockNs = 0;
  const tellChanges = () => {
    for (const change of changes) {
      const image = state.processes.thread(change.threadId)?.process.image;
      // Of one that is only met nothing is known, and nothing told could be taken back.
      if (image === UNKNOWN_IMAGE || image === UNSEEN_IMAGE) continue;
      recorder?.change(change, changedClockNs);
    }
    changes.length = 0;
  };
  const finish = async () => {
    begun();
    tellChanges();
    await writer.close();
  };
  /** Of what was read as far as that went. */
  const end = async () => {
    if (recorder && !replacesItself) return await finish();
    if (recorder || signal.aborted) onLeft();
    await writer.flush().catch(() => {});
    output.discard();
  };
  let picked = 0;
  const deliver = (event: Event) => {
    const recorder = begun();
    if (event.clockNs !== changedClockNs) tellChanges();
    state.begin(event);
    if (picks?.(event, state) ?? true) {
      if (recorder.event(event) === "written") picked++;
    } else if (event.change) {
      changedClockNs = event.clockNs;
      changes.push(event.change);
    }
    state.end(event);
  };
  const into = sinkInto(state, deliver);
  const replay = new Replay({
    ...into,
    change: (change, clockNs) => {
      begun();
      if (clockNs !== changedClockNs) tellChanges();
      changedClockNs = clockNs;
      changes.push(change);
      into.change(change, clockNs);
    },
  });
  if (eventTypes) replay.want(eventTypes);
  try {
    await playCapture(path, replay, {
      signal,
      look: (item) => {
        if (item.kind === "machine") machine = item;
        // Later ones have no place.
        else if (item.kind === "interface" && !recorder) interfaces.push(item);
      },
      settle: () => {
        onProgress(replay.counters.events);
        return writer.flush();
      },
    });
  } catch (error) {
    await end();
    throw error;
  }
  if (signal.aborted && (replacesItself || !recorder)) {
    await end();
    return undefined;
  }
  await finish();
  return { events: replay.counters.events, picked, lost: writer.lostEvents };
}

/** By whatever names. */
function isSameFile(path: string, to: string): boolean {
  if (isStandardOutput(to)) return false;
  try {
    const read = Deno.statSync(isStandardInput(path) ? "/dev/stdin" : path);
    const written = Deno.statSync(to);
    return read.isFile && read.dev === written.dev && read.ino === written.ino;
  } catch {
    return false;
  }
}
