/** Reads what there is to tell of a run, for all who ask. */
import type { Delivery } from "../../delivery/mod.ts";
import type { Engine } from "../../engine/mod.ts";
import {
  familiesOf,
  type Family,
  type LoadedFiles,
  type MetricGroups,
  type Readings,
  readResources,
  type Run,
  type SourceReading,
} from "../../metrics/mod.ts";
import type { NativeMetric, NativeRun } from "../../plugin/mod.ts";
import type { Guests } from "../../plugin/third_party/guests.ts";
import type { State } from "../../state/mod.ts";
import type { WebServers } from "../../web/mod.ts";
import type { RuleCaptures } from "../recording/rule_captures.ts";
import type { RulesKeeper } from "../reload.ts";
import type { SourceRuns } from "../source_runs.ts";
import { VERSION } from "../version.ts";
import { digestsOf, type LoadedPaths } from "./digests.ts";

/** The parts of a run that have something to tell. */
export interface Told {
  readonly hostname: string;
  readonly engine: Engine;
  readonly delivery: Delivery;
  readonly state: State;
  readonly runs: SourceRuns;
  /** What the run was started with. */
  readonly paths: LoadedPaths;
  readonly reloads: RulesKeeper | undefined;
  readonly captures: RuleCaptures | undefined;
  readonly web: WebServers | undefined;
  /** Plugins of third parties. */
  readonly guests?: Guests | undefined;
  /** Plugins that are libraries; they start after this has been made. */
  readonly natives?: () => Pick<NativeRun, "metrics"> | undefined;
}

/** Whoever asks within this time of somebody else gets the same: a flood of questions costs nothing. */
const FRESH_MS = 100;

export class MetricsReader {
  readonly #told: Told;
  readonly #groups: MetricGroups;
  readonly #run: Run;
  #readings: { readonly atMs: number; readonly value: Promise<Readings> } | undefined;
  #families: { readonly of: Readings; readonly value: readonly Family[] } | undefined;
  #files: { readonly since: bigint; readonly value: Promise<LoadedFiles> } | undefined;

  constructor(told: Told, groups: MetricGroups) {
    this.#told = told;
    this.#groups = groups;
    this.#run = {
      version: VERSION,
      hostname: told.hostname,
      kernelRelease: Deno.osRelease(),
      startNs: BigInt(Math.round(performance.timeOrigin)) * 1_000_000n,
      bootNs: bootNs(),
      cpus: navigator.hardwareConcurrency,
    };
  }

  read(): Promise<Readings> {
    const nowMs = performance.now();
    const last = this.#readings;
    if (last && nowMs - last.atMs < FRESH_MS) return last.value;
    const value = this.#read();
    this.#readings = { atMs: nowMs, value };
    return value;
  }

  async families(): Promise<readonly Family[]> {
    const of = await this.read();
    if (this.#families?.of !== of) {
      this.#families = { of, value: familiesOf(of, this.#groups) };
    }
    return this.#families.value;
  }

  /** /proc is read off the event loop; everything else is at hand. */
  async #read(): Promise<Readings> {
    const { engine, delivery, state, runs, reloads, captures, web } = this.#told;
    const counters = reloads?.counters();
    const since = counters?.lastDoneNs ?? this.#run.startNs;
    const all = runs.all();
    const [files, resources, ofPlugins] = await Promise.all([
      this.#loadedFiles(since),
      this.#groups.resources ? readResources() : undefined,
      Promise.all(all.map(({ run }) => this.#metricsOfPlugins(run.source.name))),
    ]);
    return {
      timeNs: BigInt(Date.now()) * 1_000_000n,
      run: this.#run,
      files,
      engine: engine.counters(),
      rules: engine.ruleset.rules,
      reloads: {
        done: counters?.done ?? 0,
        refused: counters?.refused ?? 0,
        lastDoneNs: since,
      },
      outputs: delivery.counters(),
      heldBack: delivery.heldBack,
      sources: all.map((one, index) => this.#source(one, ofPlugins[index]!)),
      plugins: this.#told.guests?.statuses() ?? [],
      state: state.counters,
      containersWithoutImage: state.containers.withoutImage,
      resources,
      captures: captures?.counters,
      memory: Deno.memoryUsage(),
      servers: web?.servers.map(({ listen, counters }) => ({
        address: `${listen.hostname}:${listen.port}`,
        counters,
      })) ?? [],
    };
  }

  async #metricsOfPlugins(source: string): Promise<readonly NativeMetric[]> {
    return this.#groups.plugins ? await this.#told.natives?.()?.metrics(source) ?? [] : [];
  }

  #source(
    { run: { source, events, failures }, health }: ReturnType<SourceRuns["all"]>[number],
    pluginMetrics: readonly NativeMetric[],
  ): SourceReading {
    const { perCpu, programs } = this.#groups;
    return {
      name: source.name,
      engineName: source.isRecorded ? "" : source.engineName ?? "source_plugin",
      health,
      events,
      failures,
      counters: source.counters(),
      levels: source.levels?.() ?? {},
      lostTypes: source.lostTypes?.(),
      cpus: perCpu ? source.cpus?.() ?? [] : [],
      programs: programs ? source.programs?.() ?? [] : [],
      pluginMetrics,
    };
  }

  /** Hashed once for every time the rules came into effect. */
  #loadedFiles(since: bigint): Promise<LoadedFiles> {
    if (this.#files?.since !== since) {
      this.#files = {
        since,
        value: digestsOf(this.#told.reloads?.loaded() ?? this.#told.paths),
      };
    }
    return this.#files.value;
  }
}

function bootNs(): bigint {
  try {
    const seconds = /^btime (\d{1,12})$/m.exec(Deno.readTextFileSync("/proc/stat"))?.[1];
    return BigInt(seconds ?? 0) * 1_000_000_000n;
  } catch {
    return 0n;
  }
}
