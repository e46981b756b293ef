/** A capture file, played from its beginning to its end. */
import {
  captureIn,
  faultText,
  openCapture,
  type ScapFault,
  type ScapItem,
  ScapReader,
} from "../scap/mod.ts";
import type { Replay } from "./replay.ts";

/** Something is wrong with a capture; all events before that place were played. */
export class CaptureFault extends Error {
  override readonly name = "CaptureFault";
  readonly code: ScapFault["reason"];
  readonly help: string;

  constructor(path: string, fault: ScapFault) {
    super(`Cannot read ${captureIn(path)}: ${faultText(fault)}`);
    this.code = fault.reason;
    this.help = HELP[fault.reason];
  }
}

const HELP: Readonly<Record<ScapFault["reason"], string>> = {
  "not-a-capture":
    "a capture is what sysdig -w writes, compressed with gzip or not; an audit log of " +
    "Kubernetes is played with --source k8s_audit",
  unsupported: "record it again on a machine like this one",
  truncated: "what was recorded before that was played; the recording was cut off",
  corrupt: "what comes before that was played",
  unreadable: "what could be read was played",
};

export interface PlayOptions {
  /** Ends early when it aborts. */
  readonly signal?: AbortSignal;
  /** Others want a turn: asked again and again, and waited for. */
  readonly settle?: () => Promise<unknown> | undefined;
  /** Shown what is no event, before it is taken. */
  readonly look?: (item: ScapItem) => void;
}

/** Events between two turns of others. */
const EVENTS_IN_A_ROW = 2048;

/** Throws CaptureFault, and InputError when there is no such file. */
export async function playCapture(
  path: string,
  replay: Replay,
  { signal, settle, look }: PlayOptions = {},
): Promise<void> {
  const input = await unlessAborted(openCapture(path), signal);
  if (!input) return;
  using reader = new ScapReader(input);
  reader.passedOver = replay.passedOver;
  while (!signal?.aborted) {
    if (replay.takeEvents(reader, EVENTS_IN_A_ROW) === EVENTS_IN_A_ROW || replay.isPaused) {
      replay.isPaused = false;
      await settle?.();
      continue;
    }
    const item = reader.next();
    switch (item.kind) {
      case "more": {
        await settle?.();
        const filling = reader.fill();
        if (filling) await unlessAborted(filling, signal);
        break;
      }
      case "end":
        return;
      case "fault":
        throw new CaptureFault(path, item);
      default:
        look?.(item);
        replay.take(item);
    }
  }
}

/** A pipe may bring nothing for ever: when it aborts, nobody waits any more. */
async function unlessAborted<Result>(
  step: Promise<Result>,
  signal: AbortSignal | undefined,
): Promise<Result | undefined> {
  if (!signal) return await step;
  let stop: (() => void) | undefined;
  const aborted = new Promise<undefined>((resolve) => stop = () => resolve(undefined));
  signal.addEventListener("abort", stop!);
  if (signal.aborted) stop!();
  try {
    return await Promise.race([step, aborted]);
  } finally {
    signal.removeEventListener("abort", stop!);
  }
}
