/** What plugins implement. A plugin is a folder with `mod.ts` that exports one of these as default. */
import type { z } from "zod";
import type { Alert } from "../alert/mod.ts";
import type { AccountChange, Event, EventKin, ProcessSnapshot, StateChange } from "../event/mod.ts";
import type { FieldTable } from "../field/mod.ts";
import type { Container, NameService, ProcessTable, ReadAccounts } from "../state/mod.ts";
import type { WebServers } from "../web/mod.ts";
import type { ContainerEngine } from "./container_engine.ts";
import type { EventDocuments } from "./event_documents.ts";
import type { Exchange } from "./exchange.ts";
import type { NativeLoader } from "./native.ts";

/** Which events the loaded rules can match; a source may leave out everything else. */
export interface EventNeeds {
  /** Codes as in `Event.type`. */
  readonly eventTypes: ReadonlySet<number>;
  /**
   * Names of the fields that rules or outputs read; those with an argument also with it, as a
   * condition or output has it: "evt.arg" and "evt.arg.env".
   */
  readonly fields: ReadonlySet<string>;
  /** Those of the rules that can match events of one type; absent: `fields`. */
  fieldsOf?(eventType: number): ReadonlySet<string>;
  /** Those of `eventTypes` that can match although the call failed. Absent: all. */
  readonly failedTypes?: ReadonlySet<number>;
  /** Those of `eventTypes` that open files and can match when it is only to read. Absent: all. */
  readonly readingTypes?: ReadonlySet<number>;
  /** The last bytes of texts that rules compare paths with; see `couldMatchOpening`. Some come repeatedly. */
  readonly pathEnds?: readonly Uint8Array[];
}

export interface Logger {
  debug(message: string): void;
  info(message: string): void;
  warning(message: string): void;
  error(message: string): void;
}

/** Processes that were told of, for sources that may have lost the end of some. */
export type KnownProcesses = Pick<ProcessTable, "processes" | "missedEnd">;

export interface SourceContext {
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Synchronous. The event is borrowed until it returns; it never throws. */
  deliver(event: Event): void;
  /**
   * Whether a rule could match an event that opens a file as this one did: by the same call, flags and
   * mode, with the same path as given and as resolved, whoever does it. Asked after `deliver`, of the
   * same event; an answer holds until the next `update`. Absent: it could.
   *
   * `names`: the same of everything opened in this way whose path as given and whose own path end in that
   * many other names, and do not end as one of `pathEnds`.
   */
  couldMatchOpening?(event: Event, names: number): boolean;
  /**
   * For sources that know the kin of an event before they make one of it. True: it is known that nothing
   * comes of such an event by this thread; it counts as judged and need not be delivered, unless it changes
   * processes. Absent: all are to be delivered.
   */
  passes?(eventType: number, kin: EventKin, threadId: number, processId: number): boolean;
  /** A change of the process table that is no event by itself: a fork seen by the scheduler, new ids. */
  change(change: StateChange, clockNs: number): void;
  /** Processes that were there before the first event; may be called again. Never overwrites newer knowledge. */
  seed(processes: Iterable<ProcessSnapshot>): void;
  /** Absent where ends that were lost do no harm. */
  readonly processes?: KnownProcesses;
  /** Users and groups that the source knows itself. */
  account(change: AccountChange): void;
  /** What the source itself knows of a container. */
  container(container: Container): void;
  /**
   * To mount endpoints at, before `ready`: they are started when all sources are ready. There for
   * sources that listen, unless nothing is to be listened for.
   */
  readonly web?: WebServers;
  /** The source has started to see events. */
  ready(): void;
  /** Waits until alerts have gone out, when many are waiting: for sources that can make events wait. */
  settle(): Promise<void> | undefined;
  /** So many alerts came of events since `settle` was called that it should be called before the next. */
  readonly isCrowded?: boolean;
}

/** Counters a source reports; names are stable, `drops.*` are events that were lost. */
export type SourceCounters = Readonly<Record<string, number>>;

/** Values a source reports that go up and down; names are stable. */
export type SourceLevels = Readonly<Record<string, number>>;

export interface SourceHealth {
  /** `ended`: nothing is left to come, and nothing went wrong. `failed`: it is blind. */
  readonly state: "starting" | "running" | "ended" | "failed";
  /** For people: what is wrong. */
  readonly detail?: string;
}

/** Since the start, of one CPU. */
export interface CpuCounters {
  readonly events: number;
  readonly drops: number;
}

/** A program of the source's in the kernel. */
export interface ProgramUse {
  readonly name: string;
  readonly runs: number;
  readonly runNs: number;
}

export interface Source {
  /** The name rules use: "syscall", "k8s_audit". */
  readonly name: string;
  /** It waits for others to bring events, through `SourceContext.web`. */
  readonly listens?: boolean;
  /** Its events come from another machine or time: what this one knows says nothing about them. */
  readonly isRecorded?: boolean;
  /**
   * Runs until `signal` aborts, or until there is nothing left to come; rejects with a typed error when
   * it cannot start or go on.
   */
  run(needs: EventNeeds, context: SourceContext): Promise<void>;
  /** A reload changed what rules need; state and capture go on. */
  update(needs: EventNeeds): void;
  counters(): SourceCounters;
  /** What it knows better than whoever runs it: that is said after `ready` and before it ends. */
  health?(): SourceHealth;
  levels?(): SourceLevels;
  /** In the order of the CPUs' numbers. */
  cpus?(): readonly CpuCounters[];
  /** Empty when the kernel does not count them. */
  programs?(): readonly ProgramUse[];
  /** As Falco calls the way its events come; absent: "source_plugin". */
  readonly engineName?: string;
  /** How many events of each type were lost since the start, where the source can tell. */
  lostTypes?(): ReadonlyMap<number, number>;
  /** What a user can do when `drops.*` grow. */
  readonly dropsHelp?: string;
  /** Looks at one process now: asked when an event comes from a thread nobody has heard of. */
  snapshot?(threadId: number): ProcessSnapshot | undefined;
  /** Users and groups as a process of a container knows them, now. */
  accounts?(processId: number): ReturnType<ReadAccounts>;
  /** Knows users and groups of the host that stand in none of its files. */
  readonly nameService?: NameService | undefined;
}

export interface Formatter {
  /** One alert as one line, without a line end. */
  format(alert: Alert): string;
  /** The same for many, of formatters that answer later; `format` is then what stands in for it. */
  formatAll?(
    alerts: readonly Alert[],
    signal: AbortSignal | undefined,
  ): Promise<readonly string[]>;
}

export interface WriteContext {
  /** Aborts when the write has taken too long, or falcod stops: it should reject soon. */
  readonly signal: AbortSignal;
  /** Wants to see what goes to and fro (`falcod sink test`). Absent: nobody does. */
  readonly observe?: (exchange: Exchange) => void;
  /**
   * Nothing is written after this (`falcod sink test`): what shows only at the end, as how a program
   * ends, may be waited for and counts. Absent: more may come.
   */
  readonly isTrial?: boolean;
}

export interface Sink {
  /** Writes a batch in order; rejects with a `SinkError` when it could not. One write at a time. */
  write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void>;
  /** May be called twice, and while a write hangs. */
  close(): Promise<void>;
  /** Lets go of what it holds open and opens it again: log rotation asks for it. May come during a write. */
  reopen?(): Promise<void>;
  /** How many alerts it likes at once, where that depends on its settings; absent: as its plugin has it. */
  readonly batchSize?: number;
  /**
   * Why there is nobody at all to write to on this machine just now; absent: there is, or it cannot be
   * told. Asked on the event path, so quick.
   */
  missing?(): string | undefined;
  /**
   * Why it does not work just now although no write fails, of sinks that others come to; it tries again
   * by itself. Absent: it works, or only a write can tell.
   */
  trouble?(): string | undefined;
  /** Resolves, soon, when `trouble` is first known. */
  readonly started?: Promise<unknown>;
  /**
   * Of sinks that others fetch alerts from: how many somebody has, since the start. The others that were
   * written wait there, and are lost when it is closed. Absent: what is written has arrived.
   */
  fetched?(): number | undefined;
}

/** What a sink would fail at with its first alert. */
export interface SinkFault {
  /** Of the key in the plugin's part of falco.yaml that is about it; empty: all of it. */
  readonly path: readonly (string | number)[];
  /** As `there is no folder "/var/log/alerts"`. */
  readonly what: string;
  /** What to do about it. */
  readonly help: string;
}

/** What a sink may use beside its settings. */
export interface SinkContext {
  /** For what is wrong although no write fails. */
  readonly log: Logger;
}

export interface FormattedAlert {
  readonly alert: Alert;
  readonly line: string;
}

interface Described<Kind extends string, Config> {
  readonly kind: Kind;
  readonly name: string;
  readonly summary: string;
  /** The plugin's own part of falco.yaml. */
  readonly schema: z.ZodType<Config>;
}

export interface SourcePlugin<Config = unknown> extends Described<"source", Config> {
  readonly fields: FieldTable;
  /** Of sources whose events are documents. */
  readonly documents?: EventDocuments;
  /** As `check` of sinks, of what would end a run; paths are those of `config`. */
  check?(config: Config): Promise<readonly SinkFault[]>;
  create(config: Config): Source;
}
export interface FormatterPlugin<Config = unknown> extends Described<"formatter", Config> {
  create(config: Config): Formatter;
}
export interface SinkPlugin<Config = unknown> extends Described<"sink", Config> {
  create(config: Config, context?: SinkContext): Sink;
  /** How many alerts it likes at once; absent: whatever there is. */
  readonly batchSize?: number;
  /** Lines it gets where falco.yaml does not say; absent: as `json_output` says. */
  readonly format?: "json" | "text";
  /** It starts programs of the user's, which may want rights that falcod itself does not need. */
  readonly runsPrograms?: boolean;
  /** There can only be one for a place: a file, a counter. Absent: several may write at a time. */
  readonly isAlone?: boolean;
  /**
   * Looks for what its settings name on this machine, as files and sockets. Changes nothing, asks no
   * server and never rejects. Secrets, and what `tls` has, are looked at for all sinks alike.
   */
  check?(config: Config): Promise<readonly SinkFault[]>;
  /**
   * What it does in a process of its own, which it starts as `falcod helper <name>` (`ownProgram`): for
   * packages that others can bring down. Resolves when the process may end, soon after its input has.
   */
  helper?(pipes: HelperPipes): Promise<void>;
}

/** Standard input and output of a helper; what it prints elsewhere nobody reads. */
export interface HelperPipes {
  readonly input: AsyncIterable<Uint8Array>;
  /** Returns at once; what is said is kept in order. */
  output(bytes: Uint8Array): void;
}

export interface ContainerEnginePlugin<Config = unknown>
  extends Described<"container_engine", Config> {
  create(config: Config): ContainerEngine;
}
/** Loads plugins of another system's. */
export interface NativeLoaderPlugin<Config = unknown> extends Described<"native", Config> {
  create(config: Config): NativeLoader;
}
export type Plugin =
  | SourcePlugin
  | FormatterPlugin
  | SinkPlugin
  | ContainerEnginePlugin
  | NativeLoaderPlugin;
