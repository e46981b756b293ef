/** Writes live events into a capture, and before each what it builds on. */
import {
  descriptorParams,
  type Event,
  EVENT_FLAGS,
  type EventParam,
  eventType,
  type FileDescriptor,
  GENERIC_BASE,
  type NamedPath,
  type ParamValue,
  type StateChange,
  upstreamCode,
} from "../event/mod.ts";
import { knownParam } from "../field/mod.ts";
import {
  DUMP_FLAGS,
  encodeParam,
  type ScapInterface,
  type ScapMachine,
  type ScapWriter,
  type Written,
} from "../scap/mod.ts";
import { cgroupTexts, HOST_ID, type State, type Thread } from "../state/mod.ts";
import { type AccountIds, idsOf, newAccounts } from "./_accounts.ts";
import { believedCredentials } from "./_believed.ts";
import { callsMaking, socketCall, type ToldCall, toldDescriptor } from "./_descriptors.ts";
import { codeOf, encoded, fitted, namedParams, type NamedValues, type Params } from "./_params.ts";
import { cgroupOf, listedProcess } from "./_processes.ts";
import { directoryAt, isPath, isRelative, leadsTo, movesProcess, reachedBy } from "./_paths.ts";
import { GENERIC_EXIT, genericParams } from "./raw_event.ts";
import { ProcessTeller } from "./_tell_processes.ts";
import { tellDescriptor, Told, type ToldProcess } from "./_told.ts";

export interface RecorderOptions {
  readonly machine: ScapMachine;
  readonly interfaces: readonly ScapInterface[];
  /** Nanoseconds since the epoch at which clocks show 0, before an event says it; when it began by default. */
  readonly clockOriginNs?: bigint;
  /** Whom the capture begins with; others are told only before the first event that needs them. Absent: all. */
  readonly lists?: (thread: Thread) => boolean;
  /** A parameter as captures have it, where the event comes from one; absent: it is made of its value. */
  readonly capturedParam?: (event: Event, index: number) => Uint8Array | undefined;
}

const AT_FDCWD = -100;
const EINPROGRESS = -115;

/** Never throws on what events say. The writer is the caller's: flushing and closing it, too. */
export class Recorder {
  readonly #writer: ScapWriter;
  readonly #state: State;
  readonly #options: RecorderOptions;
  readonly #told = new Told();
  readonly #processes: ProcessTeller;
  readonly #usedDescriptors = descriptorParams();
  #epochMinusClockNs: bigint;
  /** Of threads of the list of processes, which are told when their clock can be told. */
  #startClocks: ReadonlyMap<number, number> | undefined;
  #timeNs = 0n;
  #cpu = 0;

  constructor(writer: ScapWriter, state: State, options: RecorderOptions) {
    this.#writer = writer;
    this.#state = state;
    this.#options = options;
    this.#processes = new ProcessTeller({
      state,
      told: this.#told,
      call: (threadId, call) => this.#call(threadId, call),
    });
    this.#epochMinusClockNs = options.clockOriginNs ?? options.machine.bootTimeNs;
  }

  /** The machine, its users and processes: before the first event, once the state knows them. */
  begin(): void {
    const { processes } = this.#state;
    const { machine, interfaces } = this.#options;
    const threads = [...processes.threads()].filter(this.#options.lists ?? (() => true));
    const known = { state: this.#state, told: this.#told };
    this.#writer.machine(machine);
    this.#writer.interfaces(interfaces);
    this.#writer.accounts(
      threads.filter(({ process }) => process.containerId === HOST_ID)
        .flatMap((thread) => [...newAccounts(idsOf(thread.credentials), thread, known)]),
    );
    this.#writer.processes(
      threads.map((thread) => listedProcess(thread, this.#namespaceStartNs(thread))),
    );
    this.#startClocks = new Map(threads.map(({ id, startClockNs }) => [id, startClockNs]));
    for (const thread of threads) this.#processes.note(thread);
  }

  /**
   * An event, in the state that it has left behind or is about to. `isShown` false: only what it does
   * is of interest.
   */
  event(event: Event, isShown = true): Written {
    this.#timeNs = event.timeNs;
    this.#cpu = event.cpu;
    this.#epochMinusClockNs = event.timeNs - BigInt(Math.round(event.clockNs));
    this.#tellStarts();
    const { change } = event;
    const thread = this.#threadOf(event);
    const moves = movesProcess(event);
    const told = thread &&
      this.#processes.tell(thread, { execs: change?.kind === "exec", moves });
    if (!isShown && change === undefined) return "written";
    const process = told?.process;
    const { usage } = event;
    if (process && usage) this.#processes.tellLimit(thread!, process, usage.descriptorLimit);
    if (change?.kind === "exit" && change.last) {
      this.#processes.endThreads(change.threadId, { spared: change.threadId });
    }
    if (process) this.#tellDescriptors(event, process);
    if (process) this.#processes.tellAccounts(accountsNamed(event), thread!);
    const isGeneric = event.type >= GENERIC_BASE;
    const written = this.#writer.event({
      type: isGeneric ? GENERIC_EXIT : upstreamCode(event.type),
      timeNs: event.timeNs,
      threadId: event.threadId,
      cpu: event.cpu,
      flags: isShown ? 0 : DUMP_FLAGS.stateOnly,
    }, isGeneric ? genericParams(event) : this.#params(event, thread, process));
    if (process) noteDescriptor(event, process);
    if (process && moves) {
      process.cwd = reachedBy(event, process);
      this.#processes.tell(thread!);
    }
    const believed = believedCredentials(event);
    if (told && thread && believed) {
      told.credentials = { ...told.credentials, ...believed };
      this.#processes.tellCredentials(thread, told);
    }
    if (change?.kind === "exec" && thread) this.#processes.noteExec(thread);
    else if (change?.kind === "exit") this.#told.forget(change.threadId);
    return written;
  }

  /** A change that came without an event, once the state has it. */
  change(change: StateChange, clockNs: number): void {
    const { processes } = this.#state;
    const tellsAll = this.#options.lists === undefined;
    if (!tellsAll && !this.#told.thread(change.threadId)) return;
    this.#timeNs = this.#timeOf(clockNs);
    this.#tellStarts();
    switch (change.kind) {
      case "fork": {
        const child = processes.thread(change.childThreadId);
        if (child && tellsAll) this.#processes.tell(child);
        return;
      }
      case "exit": {
        if (change.last) {
          this.#processes.endThreads(change.threadId, { spared: change.threadId });
        }
        const status = change.exitCode;
        const values = {
          status,
          ret: status >> 8 & 0xff,
          sig: status & 0x7f,
          core: status >> 7 & 1,
        };
        const call = { name: "procexit", values: { ...values, reaper_tid: change.reaperId } };
        this.#call(change.threadId, call);
        this.#told.forget(change.threadId);
        return;
      }
      // Tell the next event: of the call that did it a capture takes it from that.
      case "cwd":
        return;
      default: {
        const thread = processes.thread(change.threadId);
        if (thread) this.#processes.tell(thread);
      }
    }
  }

  #namespaceStartNs({ process }: Thread): bigint {
    const { machine } = this.#options;
    if (process.membership.virtualPid === process.id) return machine.bootTimeNs;
    const first = this.#state.processes.namespaceInit(process);
    return first && first.startClockNs > 0 ? this.#timeOf(first.startClockNs) : 0n;
  }

  /** Before the first event: by then it is known what clocks differ by. */
  #tellStarts(): void {
    if (!this.#startClocks) return;
    const known = [...this.#startClocks].filter(([, clockNs]) => clockNs > 0);
    this.#startClocks = undefined;
    this.#writer.starts(known.map(([threadId, clockNs]) => {
      return { kind: "start", threadId, timeNs: this.#timeOf(clockNs) };
    }));
  }

  #timeOf(clockNs: number): bigint {
    return BigInt(Math.round(clockNs)) + this.#epochMinusClockNs;
  }

  #threadOf({ threadId, processId }: Event): Thread | undefined {
    const thread = threadId > 0 ? this.#state.processes.thread(threadId) : undefined;
    return thread?.process.id === processId ? thread : undefined;
  }

  /** What the event works on and what else it names, as the kernel told it. */
  #tellDescriptors(event: Event, process: ToldProcess): void {
    const { descriptor } = event;
    const used = isUsed(event) ? event.param(this.#usedDescriptors[event.type]!) : undefined;
    for (const number of numbersNamed(event)) {
      if (number === used && number === descriptor?.number) continue;
      const other = event.otherDescriptor?.(number);
      if (other && !isMade(event, number)) this.#open(event.threadId, process, other);
    }
    if (!descriptor || descriptor.known === false || used !== descriptor.number) return;
    const { number } = descriptor;
    const known = process.descriptors.get(number);
    // What was tried in vain shows what it was tried with.
    if (CONNECTING.has(eventType(event.type)!.name) && !failed(event)) {
      if (known?.typeChar !== descriptor.typeChar) {
        this.#call(event.threadId, socketCall(descriptor));
      }
      return;
    }
    this.#open(event.threadId, process, descriptor);
  }

  #open(threadId: number, process: ToldProcess, descriptor: FileDescriptor): void {
    const { number } = descriptor;
    const wanted = toldDescriptor(descriptor);
    if (process.descriptors.get(number)?.key === wanted.key) return;
    for (const call of callsMaking(descriptor)) this.#call(threadId, call);
    tellDescriptor(process, number, wanted);
  }

  #params(event: Event, thread: Thread | undefined, process: ToldProcess | undefined): Params {
    const { params } = eventType(event.type)!;
    const role = event.descriptor?.role;
    const { capturedParam } = this.#options;
    return fitted(params.map((param, index) => {
      const captured = capturedParam?.(event, index);
      if (captured && captured.length > 0) return captured;
      if (param.name === "cgroups" && thread) {
        return encoded(param, cgroupTexts(cgroupOf(thread.process)), role);
      }
      const value = this.#value(event, thread, index);
      return isPath(value) && isRelative(value)
        ? encodeParam(param.type, this.#pathText(event, value, param, process))
        : encoded(param, value, role);
    }));
  }

  #value(event: Event, thread: Thread | undefined, index: number): ParamValue {
    const value = event.param(index);
    if (value !== undefined || thread === undefined) return value;
    return this.#state.recall(thread, () => knownParam(event, this.#state, index));
  }

  /** As it was given, where it leads to the same place from what the capture knows. */
  #pathText(
    event: Event,
    path: NamedPath,
    param: EventParam,
    process: ToldProcess | undefined,
  ): string {
    const { raw, given } = path;
    if (param.type !== "FSPATH" && param.type !== "FSRELPATH") return raw;
    if (!process) return given;
    const from = param.directory === undefined ? AT_FDCWD : event.param(param.directory);
    if (from === AT_FDCWD || typeof from !== "number") {
      return leadsTo(process.cwd, path) ? raw : given;
    }
    const known = process.descriptors.get(from);
    if (known && leadsTo(known.path, path)) return raw;
    if (from < 0 || !given.endsWith(`/${raw}`)) return given;
    const directory = given.slice(0, -raw.length - 1) || "/";
    this.#open(event.threadId, process, directoryAt(from, directory));
    return raw;
  }

  /** Tells what was done before without being shown. */
  #call(threadId: number, { name, values, role, clockNs }: ToldCall): void {
    const type = codeOf(name);
    this.#writer.event({
      type,
      // What came before all events would make others count from there.
      timeNs: clockNs === undefined || this.#writer.eventCount === 0
        ? this.#timeNs
        : this.#timeOf(clockNs),
      threadId,
      cpu: this.#cpu,
      flags: DUMP_FLAGS.stateOnly,
    }, namedParams(type, values as NamedValues, role));
  }
}

/** They change what a socket is: before them it is only a socket. */
const CONNECTING: ReadonlySet<string> = new Set(["connect", "bind"]);

function failed({ result = 0 }: Event): boolean {
  return result < 0 && result !== EINPROGRESS;
}

/** Of the descriptors among the parameters. */
function numbersNamed(event: Event): readonly number[] {
  return (eventType(event.type)?.params ?? []).flatMap(({ type }, index) => {
    const number = type === "FD" || type === "FD32" ? event.param(index) : undefined;
    return typeof number === "number" && number >= 0 ? [number] : [];
  });
}

const MAKING_TWO: ReadonlySet<string> = new Set(["pipe", "pipe2", "socketpair"]);

/** Users and groups among the parameters. */
function accountsNamed(event: Event): AccountIds {
  const users: number[] = [], groups: number[] = [];
  const params = eventType(event.type)?.params ?? [];
  for (let index = 0; index < params.length; index++) {
    const { type } = params[index]!;
    if (type !== "UID" && type !== "GID") continue;
    const id = event.param(index);
    if (typeof id === "number") (type === "UID" ? users : groups).push(id);
  }
  return { users, groups };
}

/** The event itself tells of it. */
function isMade(event: Event, number: number): boolean {
  const flags = eventType(event.type)?.flags ?? 0;
  if ((flags & EVENT_FLAGS.creates) === 0 || failed(event)) return false;
  return event.result === number || MAKING_TWO.has(eventType(event.type)!.name);
}

function isUsed(event: Event): boolean {
  return ((eventType(event.type)?.flags ?? 0) & EVENT_FLAGS.uses) !== 0;
}

/** What is behind the descriptors of an event after it. */
function noteDescriptor(event: Event, process: ToldProcess): void {
  const type = eventType(event.type)!;
  const { descriptor, result = 0 } = event;
  if ((type.flags & EVENT_FLAGS.destroys) !== 0) {
    if (descriptor && result >= 0) process.descriptors.delete(descriptor.number);
    return;
  }
  if (CONNECTING.has(type.name)) {
    if (!descriptor || failed(event)) return;
    tellDescriptor(process, descriptor.number, toldDescriptor(descriptor));
    return;
  }
  if ((type.flags & EVENT_FLAGS.creates) === 0 || result < 0) return;
  // Of calls that make two the parameters tell which.
  for (const index of [0, 1, 2]) {
    const number = type.params[index]?.type === "FD" ? event.param(index) : undefined;
    if (typeof number === "number") process.descriptors.delete(number);
  }
  process.descriptors.delete(result);
  if (descriptor?.number === result) {
    tellDescriptor(process, result, toldDescriptor(descriptor));
  }
}
