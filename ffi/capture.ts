/** Live capture: the probe in the kernel, its rings read in order, its settings changed while it runs. */
import { setImmediate } from "node:timers";
import { descendantsOf } from "./_descendants.ts";
import {
  type LoadedProbe,
  loadProbe,
  type ProbeOptions,
  type ProbeVariant,
} from "./_load_probe.ts";
import type { BpfMap, BpfObject, LoadedProgram } from "./bpf_object.ts";
import { CLASS_COUNTERS, EVENT_CLASS, LOST_RECORDS, RECORD_KIND } from "./layout.ts";
import { bootTimeNs } from "./libc.ts";
import { MappedRing } from "./mapped_ring.ts";
import { type RecordHandler, RecordMerger } from "./merge.ts";
import { type Detail, type Interest, ProbeSettings, type ResolveLevel } from "./probe_settings.ts";
import type { RingReader } from "./ring.ts";
import { namesOf, Verdicts } from "./verdicts.ts";
import { Wakeup } from "./wakeup.ts";

export interface CaptureOptions extends ProbeOptions {
  /** Watch only this process and its descendants, those to come included. */
  readonly scopeProcessId?: number;
  /** Whether exec records carry the environment; off by default, it holds secrets. */
  readonly captureEnv?: boolean;
  /** At most so many bytes of arguments, and of environment, in an exec record; 64 KiB by default, and at most. */
  readonly argsLimit?: number;
  /** At most so many bytes of what is read or written; 80 by default, 8192 at most. */
  readonly dataLimit?: number;
  /**
   * Whether the probe asks which files no rule can match, and leaves out what it is told; off by
   * default. See `leaveOut`.
   */
  readonly filter?: boolean;
  /** "path" by default. */
  readonly resolve?: ResolveLevel;
}

export interface ClassCounters {
  /** Records that got into a ring. */
  readonly submitted: number;
  /** Lost because the ring was full. */
  readonly dropped: number;
  /** Lost because the kernel's memory could not be read. */
  readonly failed: number;
  /** Left out in the kernel, as no rule can match them. */
  readonly filtered: number;
}

/** Since the probe was loaded, over all CPUs. */
export type CaptureCounters = Readonly<
  Record<"lifecycle" | "file" | "network" | "other", ClassCounters>
>;

/** Records that have a place for what the process uses, and are no system call's. */
export type UsageKind = "exit" | "signal" | "fault";

/** How full a ring is. */
export interface RingUse {
  readonly usedBytes: number;
  readonly sizeBytes: number;
}

/** Records that found their ring full, since the probe was loaded, over all CPUs. */
export interface LostRecords {
  /** By the number of the system call (x86-64). */
  readonly bySyscall: ReadonlyMap<number, number>;
  /** Those of no system call, by `RECORD_KIND`. */
  readonly byKind: ReadonlyMap<number, number>;
}

const ARGS_LIMIT_BYTES = 64 << 10;
/** As much as Falco keeps. */
const DATA_LIMIT_BYTES = 80;
/** Sees system calls begin. */
const CLOSING_PROGRAM = "on_sys_enter";
/** What happens to threads between system calls, and which program sees it. */
const MOMENTS = {
  switches: "on_switch",
  faults: "on_page_fault",
} as const;
/** Attached when somebody asks. */
const ON_DEMAND: readonly string[] = [CLOSING_PROGRAM, ...Object.values(MOMENTS)];
/** A ring of which so much fills from one look to the next has room for a burst of many times that. */
const FAST = 1 / 32;
/** At most so many records in one look: some tens of ms, then timers and signals get a turn. */
const RECORDS_PER_DRAIN = 65_536;

/** Loads the probe without attaching it: nothing is reported before `attach`. Throws a `NativeError`. */
export function openCapture(options: CaptureOptions): Capture {
  const probe = loadProbe(options);
  try {
    return new Capture(probe, options);
  } catch (error) {
    probe.object[Symbol.dispose]();
    throw error;
  }
}

/**
 * A loaded probe; made by `openCapture`.
 *
 * Disposing detaches and unloads it, unmaps the rings and ends a `wait`. After that `drain` finds
 * nothing, `wait` returns at once, and everything else is a mistake of the caller's and throws.
 */
export class Capture implements Disposable {
  /** Which of the objects was accepted. */
  readonly variant: ProbeVariant;
  /** Why the objects before it were not: message and verifier log. */
  readonly rejected: readonly string[];
  readonly #object: BpfObject;
  readonly #tracked: BpfMap;
  readonly #counters: BpfMap;
  readonly #lost: BpfMap;
  readonly #settings: ProbeSettings;
  readonly #verdicts: Verdicts;
  readonly #records: RecordMerger;
  readonly #rings: Readonly<Record<"lifecycle" | "events", RingReader>>;
  readonly #wakeup: Wakeup;
  readonly #resources: DisposableStack;
  readonly #scopeProcessId: number | undefined;
  #attached = false;
  readonly #demanded = new Set<string>();
  #found = 0;
  #stoppedEarly = false;
  #draining = false;

  constructor(probe: LoadedProbe, options: CaptureOptions) {
    const { object, variant, rejected } = probe;
    this.variant = variant;
    this.rejected = rejected;
    this.#object = object;
    this.#tracked = object.map("tracked");
    this.#counters = object.map("counters");
    this.#lost = object.map("lost");

    // Given up in the opposite order: nobody waits, nothing is mapped, then the probe goes.
    using resources = new DisposableStack();
    const lifecycle = object.map("lifecycle");
    const events = object.map("events");
    const settings = resources.use(new ProbeSettings(object.map(".bss")));
    const verdicts = resources.use(new Verdicts(object.map("verdicts")));
    const rings = {
      lifecycle: resources.use(new MappedRing(lifecycle)).reader,
      events: resources.use(new MappedRing(events)).reader,
    };
    const records = new RecordMerger(rings.lifecycle, rings.events, bootTimeNs);
    this.#wakeup = resources.use(
      new Wakeup({
        fileDescriptors: [lifecycle.fileDescriptor, events.fileDescriptor],
        setSleeping: (sleeping) => {
          settings.set("lifecycleSleeps", sleeping ? 1 : 0);
          settings.set("eventsSleeps", sleeping ? 1 : 0);
        },
        hasMore: () => records.hasMore,
        isFillingFast: () => Math.max(rings.lifecycle.backlog, rings.events.backlog) > FAST,
      }),
    );
    settings.set("captureEnv", options.captureEnv ? 1 : 0);
    settings.set("argsLimit", options.argsLimit ?? ARGS_LIMIT_BYTES);
    settings.set("dataLimit", options.dataLimit ?? DATA_LIMIT_BYTES);
    settings.set("filter", options.filter ? 1 : 0);
    settings.setResolve(options.resolve ?? "path");
    this.#scopeProcessId = options.scopeProcessId;
    if (options.scopeProcessId !== undefined) settings.restrictToTracked();
    this.#settings = settings;
    this.#verdicts = verdicts;
    this.#records = records;
    this.#rings = rings;
    this.#resources = resources.move();
  }

  /** Starts reporting. Throws a `NativeError`. */
  attach(): void {
    if (this.#scopeProcessId !== undefined) this.track(this.#scopeProcessId);
    this.#object.attach(ON_DEMAND.filter((program) => !this.#demanded.has(program)));
    this.#attached = true;
    if (this.#scopeProcessId !== undefined) this.#trackDescendants(this.#scopeProcessId);
  }

  /** What is to be reported of a system call (x86-64 number), from now on. Lifecycle records always are. */
  setInterest(syscall: number, interest: Interest, detail?: Detail): void {
    this.#open.#settings.setInterest(syscall, interest, detail);
  }

  /** Whether signals that are delivered are reported, from now on. */
  setSignals(reported: boolean): void {
    this.#open.#settings.set("signals", reported ? 1 : 0);
  }

  /** Records of which kinds, besides those of system calls, tell what the process uses, from now on. */
  setUsage(kinds: Iterable<UsageKind>): void {
    let bits = 0;
    for (const kind of kinds) bits |= 1 << RECORD_KIND[kind];
    this.#open.#settings.set("usageKinds", bits);
  }

  /**
   * From now on, records of close tell what is closed. It takes a look at the beginning of every system
   * call, so it is not done unless asked for; there is no way back.
   */
  reportClosed(): void {
    this.#demand(CLOSING_PROGRAM);
  }

  /**
   * Whether switches between threads, or page faults, are reported from now on: thousands a second. False
   * where the kernel has no tracepoint for it.
   */
  setMoments(which: keyof typeof MOMENTS, reported: boolean): boolean {
    const program = MOMENTS[which];
    if (reported && !this.#open.#object.has(program)) return false;
    if (reported) this.#demand(program);
    this.#open.#settings.set(which, reported ? 1 : 0);
    return true;
  }

  #demand(program: string): void {
    if (this.#demanded.has(program)) return;
    if (this.#attached) this.#open.#object.attachOne(program);
    this.#demanded.add(program);
  }

  /**
   * Answers the question of a file record (`FILE_RECORD.question`, made at `bootNs`): nothing that opens
   * the same file by the same name in the same way is wanted, whoever does it; with as many other last
   * names as `namesOf` says of the question. Too late an answer does nothing.
   */
  leaveOut(question: number, bootNs: bigint): void {
    this.#open.#verdicts.leaveOut(question, bootNs);
    const names = namesOf(question);
    if (names > 0) this.#settings.lookForNames(names);
  }

  /** From now on nothing is left out that `leaveOut` was told of before: other things are wanted. */
  forgetVerdicts(): void {
    this.#open.#settings.forgetVerdicts();
  }

  /**
   * Ends of names, of three bytes each, that answers about directories are not about: other ones hold from
   * now on. To be called after `forgetVerdicts`.
   */
  setWatchedEnds(ends: readonly Uint8Array[]): void {
    this.#open.#settings.setWatchedEnds(ends);
  }

  /** For each 32-bit system call the 64-bit number that means the same, or 0xffff. */
  setCompatSyscalls(numbers: Uint16Array): void {
    this.#open.#settings.setCompatSyscalls(numbers);
  }

  /** Takes a process, and children it will have, into the scope. */
  track(processId: number): void {
    this.#object.write(this.#tracked, { key: processId, value: 1 });
  }

  /** Leaves out the system calls of one process (falcod's own, which would feed on themselves). */
  ignore(processId: number): void {
    this.#open.#settings.set("ignoredTgid", processId);
  }

  /**
   * Hands out what is in the rings, oldest first, at most `budgetRecords` of it; returns how many.
   * Synchronous; see merge.ts for the order, `RecordHandler` for how long a record is valid.
   */
  drain(handler: RecordHandler, budgetRecords = RECORDS_PER_DRAIN): number {
    if (this.#resources.disposed) return 0;
    this.#draining = true;
    try {
      this.#found = this.#records.drain(handler, budgetRecords);
    } finally {
      this.#draining = false;
    }
    this.#stoppedEarly = this.#found === budgetRecords;
    return this.#found;
  }

  /**
   * Resolves when another `drain` is worth while: after a while, and at once when `signal`
   * aborts or the capture is disposed. Never rejects on abort; one caller at a time.
   */
  wait(signal: AbortSignal): Promise<void> {
    if (this.#stoppedEarly && !signal.aborted && !this.#resources.disposed) {
      return new Promise((resolve) => void setImmediate(resolve));
    }
    return this.#wakeup.wait(signal, this.#found);
  }

  /** By the CPU's number: records that got into a ring, and that did not, of all classes. */
  cpus(): readonly Pick<ClassCounters, "submitted" | "dropped">[] {
    const values = this.#object.readPerCpu(this.#counters);
    const perCpu = this.#counters.valueBytes / 8;
    const sum = (cpu: number, field: number): number => {
      let total = 0n;
      for (let one = 0; one < EVENT_CLASS.count; one++) {
        total += values[cpu * perCpu + (one * CLASS_COUNTERS.byteLength + field) / 8]!;
      }
      return Number(total);
    };
    return Array.from({ length: values.length / perCpu }, (_, cpu) => ({
      submitted: sum(cpu, CLASS_COUNTERS.submitted),
      dropped: sum(cpu, CLASS_COUNTERS.dropped),
    }));
  }

  rings(): Readonly<Record<"lifecycle" | "events", RingUse>> {
    const useOf = ({ usedBytes, sizeBytes }: RingReader) => ({ usedBytes, sizeBytes });
    const { lifecycle, events } = this.#open.#rings;
    return { lifecycle: useOf(lifecycle), events: useOf(events) };
  }

  counters(): CaptureCounters {
    const values = this.#object.readPerCpu(this.#counters);
    const sum = (eventClass: number, field: number): number => {
      let total = 0n;
      const first = (eventClass * CLASS_COUNTERS.byteLength + field) / 8;
      const perCpu = this.#counters.valueBytes / 8;
      for (let i = first; i < values.length; i += perCpu) total += values[i]!;
      return Number(total);
    };
    const of = (eventClass: number): ClassCounters => ({
      submitted: sum(eventClass, CLASS_COUNTERS.submitted),
      dropped: sum(eventClass, CLASS_COUNTERS.dropped),
      failed: sum(eventClass, CLASS_COUNTERS.failed),
      filtered: sum(eventClass, CLASS_COUNTERS.filtered),
    });
    return {
      lifecycle: of(EVENT_CLASS.lifecycle),
      file: of(EVENT_CLASS.file),
      network: of(EVENT_CLASS.network),
      other: of(EVENT_CLASS.other),
    };
  }

  lost(): LostRecords {
    const values = this.#object.readPerCpu(this.#lost);
    const perCpu = this.#lost.valueBytes / 8;
    const found = (first: number, end: number): ReadonlyMap<number, number> => {
      const sums = new Map<number, number>();
      for (let at = 0; at < values.length; at += perCpu) {
        for (let i = first; i < end; i++) {
          const count = Number(values[at + i]!);
          if (count > 0) sums.set(i - first, (sums.get(i - first) ?? 0) + count);
        }
      }
      return sums;
    };
    const kinds = LOST_RECORDS.ofKind / 8;
    return { bySyscall: found(LOST_RECORDS.ofSyscall / 8, kinds), byKind: found(kinds, perCpu) };
  }

  /** How often a ring held something else than a record; 0 unless kernel and reader disagree. */
  get corruptRecords(): number {
    return this.#records.corrupt;
  }

  /** The programs in the kernel, as `bpftool prog` lists them. */
  programs(): readonly LoadedProgram[] {
    return this.#object.programs();
  }

  /** Not from within a handler: its record would be gone under its feet. */
  [Symbol.dispose](): void {
    if (this.#draining) throw new Error("capture disposed by its own record handler");
    this.#resources.dispose();
    this.#object[Symbol.dispose]();
  }

  /** What is stored in memory that is no longer mapped would be lost without a word. */
  get #open(): this {
    if (this.#resources.disposed) throw new Error("capture used after it was disposed");
    return this;
  }

  /** Those forked before the probe was attached. Repeated, as they may fork while we look. */
  #trackDescendants(processId: number): void {
    const tracked = new Set<number>();
    for (let before = -1; before < tracked.size;) {
      before = tracked.size;
      for (const id of descendantsOf(processId)) {
        if (tracked.has(id)) continue;
        tracked.add(id);
        this.track(id);
      }
    }
  }
}
