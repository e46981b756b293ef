/**
 * An event, and the machine it happened on, built of what was given for it.
 *
 * What is not given is as ordinary as can be: the call succeeded, a call that opens gave descriptor 3
 * of a file opened for reading, process 1000 of root on the host did it. Nothing is made up that would
 * satisfy a rule by itself: no program path, no arguments, no parent, no addresses.
 */
import type {
  Event,
  FileDescriptor,
  ParamValue,
  ProcessSnapshot,
  StateChange,
} from "../event/mod.ts";
import { type HostFiles, State } from "../state/mod.ts";
import { containerOfGiven } from "./_container.ts";
import { descriptorOf } from "./_descriptor.ts";
import { CLOCK_NS, resultOfCall } from "./_facts.ts";
import type { Given } from "./given.ts";
import { openFlagsOf } from "./_open.ts";
import { paramsOf } from "./_params.ts";
import { ancestorsOf, processOf } from "./_process.ts";
import { accountFiles } from "./_accounts.ts";
import { type Untold, untoldOf } from "./_untold.ts";

/** 2026-01-01 00:00:00 UTC: the same output every time. */
const TIME_NS = 1_767_225_600_000_000_000n;

export class GivenEvent implements Event {
  readonly source: string;
  number = 1;
  readonly type: number;
  readonly timeNs: bigint;
  readonly clockNs = CLOCK_NS;
  readonly cpu: number;
  readonly threadId: number;
  readonly processId: number;
  readonly result: number | undefined;
  readonly compat: boolean;
  /** The process is in the state from the beginning. */
  readonly change: StateChange | undefined = undefined;
  readonly descriptor: FileDescriptor | undefined;
  readonly hasResolvedView: boolean;
  readonly untold: Untold;
  readonly #params: readonly ParamValue[];

  /** `base` has what was not given, where the source's events are documents. */
  constructor(readonly given: Given, process: ProcessSnapshot, readonly base?: Event) {
    this.source = given.source;
    this.type = given.type;
    this.timeNs = timeOf(given, base);
    this.cpu = given.number("evt.cpu") ?? 0;
    // Without a process there is nobody whose thread it could be.
    const nobody = given.says("proc.pid") && given.value("proc.pid") === undefined;
    this.threadId = nobody ? 0 : process.threadId;
    this.processId = nobody ? 0 : process.processId;
    this.result = resultOfCall(given);
    this.compat = given.truth("evt.is_compat") ?? false;
    const facts = { given, result: this.result, openFlags: openFlagsOf(given), process };
    this.descriptor = descriptorOf(facts);
    this.untold = untoldOf(given, this.descriptor);
    const path = this.descriptor?.path;
    this.hasResolvedView = path?.resolved !== undefined && path.resolved !== path.given;
    this.#params = paramsOf(facts, this.descriptor);
  }

  param(index: number): ParamValue {
    return this.#params[index];
  }
}

export interface GivenSituation {
  readonly event: Event;
  /** Made for this event: it knows the process, its ancestors, user and container. */
  readonly state: State;
}

/** Never throws, whatever was given. What fields do not say is that of `base`, if there is one. */
export function eventOf(given: Given, base?: Event): GivenSituation {
  const state = new State({ files: accountFiles(given) });
  const process = processOf(given);
  state.seed([...ancestorsOf(given, process), process]);
  const container = containerOfGiven(given);
  if (container) state.containers.set(container);
  return { event: new GivenEvent(given, process, base), state };
}

/** The event as it is, where nobody who could have caused it is known. */
export function eventAlone(event: Event): GivenSituation {
  return { event, state: new State({ files: NO_FILES }) };
}

const NO_FILES: HostFiles = { read: () => undefined, version: () => undefined };

function timeOf(given: Given, base: Event | undefined): bigint {
  const value = given.value("evt.rawtime");
  if (typeof value === "number") return BigInt(value);
  return typeof value === "bigint" ? value : base?.timeNs ?? TIME_NS;
}
