/** What there is to tell at one moment, before anybody has named it. */
import type { HeldBack, LaneCounters } from "../delivery/mod.ts";
import type { EngineCounters } from "../engine/mod.ts";
import type { GuestStatus } from "../plugin/isolated/supervisor.ts";
import type {
  CpuCounters,
  NativeMetric,
  ProgramUse,
  SourceCounters,
  SourceHealth,
  SourceLevels,
} from "../plugin/mod.ts";
import type { Rule } from "../rule/mod.ts";
import type { StateCounters } from "../state/mod.ts";
import type { WebCounters } from "../web/mod.ts";
import type { Resources } from "./resources.ts";

export interface Readings {
  /** When it was read; since the epoch, as all times here. */
  readonly timeNs: bigint;
  readonly run: Run;
  readonly files: LoadedFiles;
  readonly engine: EngineCounters;
  readonly rules: readonly RuleFacts[];
  readonly reloads: Reloads;
  readonly outputs: readonly LaneCounters[];
  readonly heldBack: HeldBack;
  readonly sources: readonly SourceReading[];
  /** Of third parties. */
  readonly plugins: readonly GuestStatus[];
  readonly state: StateCounters;
  readonly containersWithoutImage: number;
  /** Absent: nobody wants to know, or /proc is not there. */
  readonly resources: Resources | undefined;
  /** Absent: nothing is captured. */
  readonly captures: Captures | undefined;
  readonly servers: readonly ServerReading[];
  readonly memory: Memory;
}

/** Of the JavaScript engine, in bytes. */
export interface Memory {
  readonly heapUsed: number;
  readonly heapTotal: number;
  /** Beside the heap: buffers of bytes. */
  readonly external: number;
}

/** Of every rule that was loaded. */
export type RuleFacts = Pick<Rule, "name" | "priority" | "source" | "tags" | "enabled">;

/** What does not change while falcod runs. */
export interface Run {
  readonly version: string;
  readonly hostname: string;
  /** `uname -r`. */
  readonly kernelRelease: string;
  readonly startNs: bigint;
  /** Of the machine. */
  readonly bootNs: bigint;
  readonly cpus: number;
}

export interface FileDigest {
  readonly path: string;
  /** In hexadecimal digits. */
  readonly sha256: string;
}

export interface LoadedFiles {
  readonly rules: readonly FileDigest[];
  readonly config: readonly FileDigest[];
}

export interface Reloads {
  readonly done: number;
  readonly refused: number;
  readonly lastDoneNs: bigint;
}

export interface Captures {
  readonly captures: number;
  readonly failed: number;
  readonly lostEvents: number;
}

/** A web server of falcod's. */
export interface ServerReading {
  /** `host:port`, as it was asked for. */
  readonly address: string;
  readonly counters: WebCounters;
}

export interface SourceReading {
  readonly name: string;
  /** As Falco calls the way events come: "modern_bpf", "source_plugin". */
  readonly engineName: string;
  readonly health: SourceHealth;
  /** That the engine has got from it. */
  readonly events: number;
  /** How often it broke. */
  readonly failures: number;
  readonly counters: SourceCounters;
  readonly levels: SourceLevels;
  /** By code of the event's type; absent where the source cannot tell. */
  readonly lostTypes: ReadonlyMap<number, number> | undefined;
  /** In the order of their numbers; empty where the source cannot tell. */
  readonly cpus: readonly CpuCounters[];
  /** Empty where there are none, or the kernel does not count. */
  readonly programs: readonly ProgramUse[];
  /** Of Falco's plugins that look at its events; absent: there are none, or nobody wants to know. */
  readonly pluginMetrics?: readonly NativeMetric[];
}

/** Sums of the counters whose names begin so: `drops.`, `events.`. */
export function sumOf(counters: SourceCounters, prefix: string): number {
  let sum = 0;
  for (const [name, count] of Object.entries(counters)) if (name.startsWith(prefix)) sum += count;
  return sum;
}
