/** The syscall source: attaches the probe, seeds the process table, turns records into events. */
import {
  compatSyscalls,
  type CpuCounters,
  eventCodesByName,
  eventCodesOfCall,
  type EventNeeds,
  every,
  exitEventOfSyscall,
  hostProc,
  hostRoot,
  hostRootTrouble,
  type Logger,
  type NameService,
  processIdIn,
  type ProcessSnapshot,
  type ProgramUse,
  type ReadAccounts,
  showsAllProcesses,
  type Source,
  type SourceContext,
  type SourceCounters,
  type SourceLevels,
} from "../../../core/mod.ts";
import {
  type Capture,
  epochMinusBootNs,
  giveBackMemory,
  groupById,
  layout,
  namesOf,
  openCapture,
  type RecordHandler,
  type RingMemory,
  userById,
} from "../../../ffi/mod.ts";
import { readAccounts } from "./accounts.ts";
import { Allowance } from "./allowance.ts";
import { detailOf } from "./detail.ts";
import { changesOf } from "./lifecycle.ts";
import { LiveEvent } from "./live_event.ts";
import { LostEnds } from "./lost_ends.ts";
import { wideAt } from "./memory.ts";
import {
  isAlive,
  readAllProcesses,
  readProcessTree,
  readThread,
  showsEverybody,
} from "./procfs.ts";
import { readProbeObjects } from "./probe_objects.ts";
import { eventsRingBytes, lifecycleRingBytes, type SyscallConfig } from "./schema.ts";

const SYSCALLS = 512;
const SYS_CLOSE = 3;
/** Rings full of the smallest records hold less than that many looks bring. */
const LAST_LOOKS = 10;
const FEW_PROCESSES =
  "this container does not see the machine's processes: those that run already stay " +
  "unknown, and falcod cannot tell its own system calls from theirs; give it the host's pid namespace " +
  "(hostPID: true, --pid=host), or mount the host's /proc below HOST_ROOT";
const SYS_CLONE = 56;
const SIGNALS = "signaldeliver";
/** What happens between system calls, and its event. */
const MOMENTS = [["switches", "switch"], ["faults", "page_fault"]] as const;
/** Environments are long; they are captured only when a rule asks for them. */
const ENVIRONMENT_FIELDS = ["proc.env", "proc.aenv", "evt.arg.env", "evt.rawarg.env"];
/** Records of no system call that can tell what the process uses, and their events. */
const WITH_USAGE = [["exit", "procexit"], ["signal", SIGNALS], ["fault", "page_fault"]] as const;
/** Fields that tell all parameters, of events that have the environment among them. */
const ALL_PARAMS = ["evt.args", "evt.info"], EXECS = ["execve", "execveat"];
/** How often the wall clock is compared with the boot clock: someone may set it. */
const CLOCK_CHECK_MS = 1000;
/** How often somebody looks whether there is time to tidy up. */
const LOOK_MS = 1000;
/** So long after rules were loaded all that belongs to it is done. */
const SETTLED_MS = 1000;
/** Records found at a time that can wait for 100 ms: many times as many have room in a ring. */
const FEW = 32;
/** An answer takes some microseconds; whoever asks for many must not keep falcod from its work. */
const QUESTIONS_PER_SECOND = 4000;
/** Here every rule is gone through, which takes some 100 of them. */
const DIRECTORY_QUESTIONS_PER_SECOND = 200;

const { exec, fork, identity, cwd, file } = layout.RECORD_KIND;

/** There is no process to watch; `message` says which was asked for. */
export class ScopeMissing extends Error {
  override readonly name = "ScopeMissing";
  readonly code = "scope-missing";
  readonly help = "give the id of a running process: --scope pid:1234";

  constructor(processId: number) {
    super(`Cannot watch process ${processId}: there is none`);
  }
}

export class SyscallSource implements Source {
  readonly name = "syscall";
  readonly engineName = "modern_bpf";
  readonly dropsHelp = "a larger engine.modern_ebpf.buf_size_preset survives longer bursts";
  readonly #config: SyscallConfig;
  readonly #proc = hostProc();
  #capture: Capture | undefined;
  /** Event types that rules do not get to see. */
  readonly #excluded: ReadonlySet<number>;
  #lastCounters: SourceCounters = {};
  #wantsEnvironment = false;
  #log: Logger | undefined;
  /** Events that the kernel does not tell of, and somebody was told so. */
  readonly #refused = new Set<string>();
  /** When memory may be given back; absent when it has been since rules were loaded last. */
  #settledMs: number | undefined;

  constructor(config: SyscallConfig) {
    this.#config = config;
    this.#excluded = new Set(config.excludedSyscalls.flatMap(eventCodesOfCall));
  }

  async run(needs: EventNeeds, context: SourceContext): Promise<void> {
    this.#wantsEnvironment = wantsEnvironment(needs);
    this.#log = context.log;
    if (showsAllProcesses(this.#proc) === false) context.log.warning(FEW_PROCESSES);
    const trouble = hostRootTrouble();
    if (trouble !== undefined) context.log.warning(trouble);
    const scope = this.#config.scopeProcessId;
    if (scope !== undefined && !this.snapshot(scope)) throw new ScopeMissing(scope);
    using capture = openCapture({
      objects: readProbeObjects(this.#config.probeFolder),
      lifecycleBytes: lifecycleRingBytes(this.#config.bufferPreset),
      eventsBytes: eventsRingBytes(this.#config.bufferPreset, navigator.hardwareConcurrency),
      captureEnv: this.#wantsEnvironment,
      filter: this.#config.kernelFilter,
      argsLimit: this.#config.argsLimit,
      dataLimit: this.#config.dataLimit,
      ...(scope === undefined ? {} : { scopeProcessId: scope }),
    });
    for (const reason of capture.rejected) context.log.debug(reason);
    capture.setCompatSyscalls(compatSyscalls());
    capture.ignore(processIdIn(this.#proc) ?? Deno.pid);
    this.#capture = capture;
    try {
      this.update(needs);
      capture.attach();
      // after attaching: whatever starts meanwhile comes through the ring, so nobody is missed
      const options = this.#procfs();
      context.seed(
        scope === undefined ? readAllProcesses(options) : readProcessTree(scope, options),
      );
      context.ready();
      await this.#follow(capture, context);
    } finally {
      this.#lastCounters = this.counters();
      this.#capture = undefined;
    }
  }

  async #follow(capture: Capture, context: SourceContext): Promise<void> {
    const clock = { epochMinusBootNs: epochMinusBootNs() };
    const event = new LiveEvent(clock);
    const excluded = this.#excluded;
    const questions = new Allowance(QUESTIONS_PER_SECOND);
    const directoryQuestions = new Allowance(DIRECTORY_QUESTIONS_PER_SECOND);
    const answer = (question: number) => {
      const names = namesOf(question);
      if (context.couldMatchOpening === undefined) return;
      if (!(names > 0 ? directoryQuestions : questions).take()) return;
      if (!context.couldMatchOpening(event, names)) capture.leaveOut(question, event.bootNs);
    };
    const handler: RecordHandler = {
      record(memory: RingMemory, at: number, kind: number) {
        if (kind === fork || kind === identity || kind === cwd) {
          const clockNs = wideAt(memory, at + layout.RECORD_HEADER.bootNs);
          for (const change of changesOf(memory, at)) context.change(change, clockNs);
        } else {
          event.load(memory, at, kind);
          if (kind === exec && excluded.has(event.type)) {
            if (event.change) context.change(event.change, event.clockNs);
            return;
          }
          context.deliver(event);
          if (kind === file) {
            const question = memory.u32[(at + layout.FILE_RECORD.question) >> 2]!;
            if (question !== 0) answer(question);
          }
        }
      },
    };
    let checkedMs = performance.now(), found = 0;
    const lostEnds = new LostEnds((process) => isAlive(process, this.#proc));
    using _ = every(LOOK_MS, () => {
      if (found > FEW) return;
      this.#tidy();
      const { processes } = context, { dropped } = capture.counters().lifecycle;
      if (!processes || !lostEnds.isDue(dropped)) return;
      // Where /proc does not show all, who is missing need not have ended.
      if (showsEverybody(this.#proc)) lostEnds.look(dropped, processes);
    });
    while (!context.signal.aborted) {
      if (performance.now() - checkedMs > CLOCK_CHECK_MS) {
        checkedMs = performance.now();
        questions.renew();
        directoryQuestions.renew();
        clock.epochMinusBootNs = epochMinusBootNs();
      }
      found = capture.drain(handler);
      await capture.wait(context.signal);
    }
    // What happened before the end is judged; what goes on happening must not delay it for ever.
    for (let look = 0; look < LAST_LOOKS && capture.drain(handler) > 0; look++);
  }

  /** To be called when little comes: it takes some 100 ms, once for every set of rules. */
  #tidy(): void {
    if (this.#settledMs === undefined || performance.now() < this.#settledMs) return;
    this.#settledMs = undefined;
    giveBackMemory();
  }

  /** Only the system calls behind the event types that rules can match leave the kernel. */
  update(needs: EventNeeds): void {
    const capture = this.#capture;
    if (!capture) return;
    this.#settledMs = performance.now() + SETTLED_MS;
    this.#reportMoments(capture, needs);
    capture.setSignals(eventCodesByName(SIGNALS).some((type) => needs.eventTypes.has(type)));
    capture.setUsage(
      WITH_USAGE.filter(([, name]) => wantsUsage(name, needs)).map(([kind]) => kind),
    );
    if (wantsEnvironment(needs) && !this.#wantsEnvironment) {
      this.#log?.warning("rules ask for environments now: they are captured after a restart");
    }
    // First: what was answered for other rules must not hide what these want.
    capture.forgetVerdicts();
    capture.setWatchedEnds(needs.pathEnds ?? []);
    const filters = this.#config.kernelFilter;
    for (let syscall = 0; syscall < SYSCALLS; syscall++) {
      const type = exitEventOfSyscall(syscall);
      if (!needs.eventTypes.has(type) || this.#excluded.has(type)) {
        capture.setInterest(syscall, "off");
        continue;
      }
      const detail = detailOf(type, needs);
      if (syscall === SYS_CLOSE && !detail.numbersOnly) capture.reportClosed();
      const failed = !this.#config.dropFailed &&
        (!filters || (needs.failedTypes?.has(type) ?? true));
      const reading = !filters || (needs.readingTypes?.has(type) ?? true);
      capture.setInterest(syscall, failed ? "all" : "succeeded", {
        ...detail,
        noReaders: !reading,
      });
    }
  }

  #reportMoments(capture: Capture, { eventTypes }: EventNeeds): void {
    for (const [which, name] of MOMENTS) {
      const wanted = eventCodesByName(name).some((type) =>
        eventTypes.has(type) && !this.#excluded.has(type)
      );
      if (capture.setMoments(which, wanted) || this.#refused.has(name)) continue;
      this.#refused.add(name);
      this.#log?.warning(`rules ask for ${name}, which this kernel does not tell of`);
    }
  }

  /** `events.*` got into a ring, `drops.*` did not: by class of record, since the start. */
  counters(): SourceCounters {
    const capture = this.#capture;
    if (!capture) return this.#lastCounters;
    const counters: Record<string, number> = { "corrupt_records": capture.corruptRecords };
    for (const [name, counted] of Object.entries(capture.counters())) {
      counters[`events.${name}`] = counted.submitted;
      counters[`drops.${name}`] = counted.dropped;
      counters[`unreadable.${name}`] = counted.failed;
      counters[`filtered_in_kernel.${name}`] = counted.filtered;
    }
    return counters;
  }

  /** How full the rings are. */
  levels(): SourceLevels {
    const rings = Object.entries(this.#capture?.rings() ?? {});
    return Object.fromEntries(rings.flatMap(([name, { usedBytes, sizeBytes }]) => [
      [`ring_used_bytes.${name}`, usedBytes],
      [`ring_size_bytes.${name}`, sizeBytes],
    ]));
  }

  cpus(): readonly CpuCounters[] {
    const counted = this.#capture?.cpus() ?? [];
    return counted.map(({ submitted, dropped }) => ({ events: submitted, drops: dropped }));
  }

  programs(): readonly ProgramUse[] {
    return this.#capture && isCountingPrograms() ? this.#capture.programs() : [];
  }

  lostTypes(): ReadonlyMap<number, number> {
    const lost = this.#capture?.lost();
    if (!lost) return new Map();
    const types = new Map<number, number>();
    const add = (type: number, count: number) => types.set(type, (types.get(type) ?? 0) + count);
    for (const [syscall, count] of lost.bySyscall) add(exitEventOfSyscall(syscall), count);
    for (const [kind, count] of lost.byKind) {
      const type = typeOfKind(kind);
      if (type !== undefined) add(type, count);
    }
    return types;
  }

  snapshot(threadId: number): ProcessSnapshot | undefined {
    return readThread(threadId, this.#procfs());
  }

  accounts(processId: number): ReturnType<ReadAccounts> {
    return readAccounts(processId, this.#proc);
  }

  /** That of another root is not to be had: its modules are libraries there, and its sockets elsewhere. */
  get nameService(): NameService | undefined {
    return hostRoot() === "" ? { user: userById, group: groupById } : undefined;
  }

  #procfs() {
    return {
      root: this.#proc,
      environment: this.#wantsEnvironment,
      argsLimit: this.#config.argsLimit,
    };
  }
}

/** The kernel counts what programs take only when it is told to. */
function isCountingPrograms(): boolean {
  try {
    return Deno.readTextFileSync("/proc/sys/kernel/bpf_stats_enabled").trim() === "1";
  } catch {
    return false;
  }
}

/** The event that a record of no system call is, or belongs to. */
function typeOfKind(kind: number): number | undefined {
  switch (kind) {
    case fork:
      return exitEventOfSyscall(SYS_CLONE);
    case layout.RECORD_KIND.exit:
      return Math.max(...eventCodesByName("procexit"));
    case layout.RECORD_KIND.signal:
      return eventCodesByName(SIGNALS)[0];
    case layout.RECORD_KIND.switch:
      return Math.max(...eventCodesByName("switch"));
    case layout.RECORD_KIND.fault:
      return Math.max(...eventCodesByName("page_fault"));
    default:
      return undefined;
  }
}

function wantsUsage(name: string, needs: EventNeeds): boolean {
  return eventCodesByName(name).some((type) =>
    needs.eventTypes.has(type) && detailOf(type, needs).usage
  );
}

function wantsEnvironment({ eventTypes, fields, fieldsOf }: EventNeeds): boolean {
  if (ENVIRONMENT_FIELDS.some((name) => fields.has(name))) return true;
  return EXECS.flatMap(eventCodesByName).some((type) => {
    const asked = eventTypes.has(type) ? fieldsOf?.(type) ?? fields : undefined;
    return asked !== undefined && ALL_PARAMS.some((name) => asked.has(name));
  });
}
