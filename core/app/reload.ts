/** Other rules and other outputs while falcod runs: at SIGHUP, and when configuration or rule files have changed. */
import { type Alert, ownAlert } from "../alert/mod.ts";
import { hideSecrets, inFileOrder, type Report, type Span, toFile } from "../base/mod.ts";
import type { RuleMatching } from "../engine/mod.ts";
import type { Logger } from "../plugin/mod.ts";
import type { Ruleset } from "../rule/mod.ts";
import { FileWatch, type Watched } from "./_watch_files.ts";
import type { Config } from "./config/schema.ts";
import { enabledRulesLine, inEffectText } from "./enabled_rules.ts";
import { type Findings, FreshFindings, tellStanding } from "./fresh_findings.ts";
import type { LoadedPaths } from "./metrics/digests.ts";
import type { OutputSettings } from "./open_delivery.ts";
import { type RulesInEffect, rulesLost, whyNotEmptied } from "./rule_losses.ts";
import type { Start } from "./start.ts";

/** The part of a run that a reload reaches. */
export interface Running {
  /** Judges by these rules from the next event on; all that is known so far stays. */
  use(ruleset: Ruleset, ruleMatching: RuleMatching): void;
  /** Alerts go out as this says from now on. */
  changeOutputs(next: OutputSettings): Promise<void>;
  alert(alert: Alert): void;
}

/** What can be asked at any time, for metrics and for the closing summary. */
export interface ReloadCounters {
  readonly done: number;
  /** The new files had mistakes, or no rule; the rules stayed. */
  readonly refused: number;
  /** When rules last came into effect, since the epoch; at the start of the run, if not since. */
  readonly lastDoneNs: bigint;
}

/** Why something of the last reload did not come into effect. */
export interface Refusal {
  readonly at: Date;
  /** In short, and without secrets. */
  readonly reason: string;
}

/** The reloads of a run, from its start to its end. */
export interface RulesKeeper {
  counters(): ReloadCounters;
  /** Absent: what the files said at the last reload is in effect. */
  refusal(): Refusal | undefined;
  /** The files that what is in effect comes from. */
  loaded(): LoadedPaths;
  /** Resolves when the signal has aborted; never rejects. */
  readonly ended: Promise<void>;
}

export interface ReloadOptions {
  /** What the run was started with. */
  readonly start: Start;
  /** Reads everything anew, as at a start. */
  readonly load: () => Promise<Start>;
  /** Shows mistakes and warnings. */
  readonly tell: (found: Findings) => void;
  readonly log: Logger;
  /** The log is to be kept as this says. */
  readonly adaptLog?: (config: Config) => void | Promise<void>;
  readonly hostname: string;
  /** Calls back at every SIGHUP. */
  readonly onHangup: (callback: () => void) => { release(): void };
}

/** Keeps the rules of a run as its files say, until the signal aborts. */
export function keepRulesFresh(
  options: ReloadOptions,
  running: Running,
  signal: AbortSignal,
): RulesKeeper {
  const reloader = new Reloader(options, running);
  return {
    counters: () => reloader.counters,
    refusal: () => reloader.refusal,
    loaded: () => reloader.loaded,
    ended: keep(reloader, options, signal),
  };
}

async function keep(reloader: Reloader, options: ReloadOptions, signal: AbortSignal) {
  using files = new FileWatch({ changed: () => reloader.request("files have changed") });
  if (options.start.loaded.config.watch_config_files) reloader.watch(files);
  const hangup = options.onHangup(() => reloader.request("SIGHUP"));
  if (!signal.aborted) {
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  }
  hangup.release();
  reloader.stop();
}

/** One reload at a time; requests that come meanwhile are one more. */
export class Reloader {
  readonly #options: Omit<ReloadOptions, "onHangup">;
  readonly #running: Running;
  #watched: readonly Watched[];
  #rules: RulesInEffect | undefined;
  #loaded: LoadedPaths;
  #files: FileWatch | undefined;
  #busy = false;
  #again = false;
  #stopped = false;
  #done = 0;
  #refused = 0;
  #lastDoneNs = nowNs();
  #refusal: Refusal | undefined;
  #toldOfRestart = "";
  readonly #findings: FreshFindings;
  /** Of the outputs that are in effect. */
  #sinkFaults: readonly string[];

  constructor(options: Omit<ReloadOptions, "onHangup">, running: Running) {
    this.#options = options;
    this.#running = running;
    this.#watched = watchedOf(options.start);
    this.#rules = rulesOf(options.start);
    this.#loaded = loadedPathsOf(options.start);
    this.#sinkFaults = options.start.sinkFaults;
    this.#findings = new FreshFindings(options.start.report);
  }

  get loaded(): LoadedPaths {
    return this.#loaded;
  }

  get counters(): ReloadCounters {
    return { done: this.#done, refused: this.#refused, lastDoneNs: this.#lastDoneNs };
  }

  get refusal(): Refusal | undefined {
    return this.#refusal;
  }

  /** `files` follows whatever the configuration names from now on. */
  watch(files: FileWatch): void {
    this.#files = files;
    files.follow(this.#watched, this.#options.start.marks);
  }

  /** A load that is still under way changes nothing any more. */
  stop(): void {
    this.#stopped = true;
  }

  /** Resolves when nothing is left to do; never rejects. */
  async request(reason: string): Promise<void> {
    this.#again = true;
    if (this.#busy) return;
    this.#busy = true;
    this.#options.log.info(`${reason}: loading configuration and rules again`);
    while (this.#again && !this.#stopped) {
      this.#again = false;
      await this.#reload();
    }
    this.#busy = false;
  }

  async #reload(): Promise<void> {
    this.#files?.accept();
    try {
      const next = await this.#options.load();
      if (!this.#stopped) await this.#take(next);
    } catch (error) {
      this.#refuse(error instanceof Error ? error.message : String(error));
    }
  }

  async #take(next: Start): Promise<void> {
    const { log, tell, adaptLog } = this.#options;
    const watched = watchedOf(next);
    const rules = rulesOf(next);
    const emptied = this.#rules && rules && whyNotEmptied(this.#rules, rules);
    const isTaken = rules !== undefined && emptied === undefined;
    const found = this.#findings.of(next.report, { isTaken });
    tell(found);
    tellStanding(found, log);
    if (!isTaken) {
      // A broken configuration may not name all that has to be mended.
      this.#files?.follow([...this.#watched, ...watched], next.marks);
      this.#refuse(emptied ?? firstError(next.report));
      return;
    }
    const { loaded: { config } } = next;
    await adaptLog?.(config);
    this.#running.use(rules.ruleset, config.rule_matching);
    this.#done++;
    this.#lastDoneNs = nowNs();
    this.#refusal = undefined;
    this.#loaded = loadedPathsOf(next);
    this.#watched = watched;
    this.#files?.follow(watched, next.marks);
    // Rules do not wait for outputs that are slow to end.
    await this.#changeOutputs(next);
    this.#tellOfRestart(next.loaded.config);
    const inEffect = inEffectText(sourcesOf(this.#options.start), rules.ruleset);
    log.info(`rules from ${next.ruleFiles.join(", ")}: ${inEffect}`);
    log.debug(enabledRulesLine(rules.ruleset));
    this.#tellOfLosses(rules);
  }

  /** Those that work are not given up for some that cannot. */
  async #changeOutputs({ settings, registry, sinkFaults, loaded: { config } }: Start) {
    const fresh = sinkFaults.filter((fault) => !this.#sinkFaults.includes(fault));
    if (fresh.length === 0) {
      this.#sinkFaults = sinkFaults;
      await this.#running.changeOutputs({ config, settings, registry });
      return;
    }
    const more = fresh.length > 1 ? ` (and ${fresh.length - 1} more)` : "";
    const reason = `the outputs stay as they were: ${fresh[0]}${more}`;
    this.#options.log.error(reason);
    this.#noteRefusal(reason);
  }

  #refuse(reason: string): void {
    this.#refused++;
    this.#options.log.error(`The rules stay as they were: ${reason}`);
    this.#noteRefusal(reason);
  }

  #noteRefusal(reason: string): void {
    this.#refusal = { at: new Date(), reason: hideSecrets(reason).slice(0, MAX_REASON) };
    this.#running.alert(internalAlert(REFUSAL, reason, this.#options));
  }

  #tellOfLosses(rules: RulesInEffect): void {
    const lost = this.#rules && rulesLost(this.#rules, rules);
    this.#rules = rules;
    if (lost === undefined) return;
    this.#options.log.warning(lost);
    this.#running.alert(internalAlert(LOSS, lost, this.#options));
  }

  #tellOfRestart(config: Config): void {
    const keys = keysForRestart(this.#options.start.loaded.config, config).join(", ");
    if (keys !== "" && keys !== this.#toldOfRestart) {
      this.#options.log.warning(`changed, but only in effect after a restart: ${keys}`);
    }
    this.#toldOfRestart = keys;
  }
}

/** Of what whoever asks how falcod fares is told, in UTF-16 units. */
const MAX_REASON = 300;

/** What decides on rules, on outputs and on the log; everything else is set up once. */
const RELOADED_KEYS: ReadonlySet<string> = new Set([
  "config_files",
  "rules_files",
  "rules_file",
  "rules",
  "priority",
  "append_output",
  "buffer_format_base64",
  "static_fields",
  "rule_matching",
  "json_output",
  "json_include_output_property",
  "json_include_message_property",
  "json_include_output_fields_property",
  "json_include_tags_property",
  "time_format_iso_8601",
  "log_level",
  "log_stderr",
  "log_syslog",
  "sinks",
  "stdout_output",
  "syslog_output",
  "file_output",
  "program_output",
  "http_output",
  "grpc",
  "grpc_output",
  "outputs",
  "dedup",
  "outputs_queue",
  "output_timeout",
  "buffered_outputs",
]);

/** Keys of falco.yaml that differ and that a reload does not reach. */
export function keysForRestart(before: Config, after: Config): readonly string[] {
  const former = new Map<string, unknown>(Object.entries(before));
  const changed = Object.entries(after).filter(([key, value]) => !isSame(value, former.get(key)));
  return changed.map(([key]) => key).filter((key) => !RELOADED_KEYS.has(key));
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Every file and directory that has a say in the rules, missing ones, too. */
function watchedOf({ loaded, settings }: Start): readonly Watched[] {
  const included = loaded.config.config_files.map((file) =>
    typeof file === "string" ? file : file.path
  );
  return [
    ...[...loaded.files, ...included].map((path) => ({ path, use: "configuration" }) as const),
    ...settings.rulePaths.map(({ path }) => ({ path, use: "rules" }) as const),
  ];
}

export function loadedPathsOf({ ruleFiles, loaded }: Start): LoadedPaths {
  return { rules: ruleFiles, config: loaded.files };
}

function rulesOf({ ruleset, settings }: Start): RulesInEffect | undefined {
  return ruleset && { ruleset, rulePaths: settings.rulePaths };
}

/** A reload brings no others. */
function sourcesOf({ settings, registry }: Start): readonly string[] {
  return settings.sources.map(({ name }) => registry.eventSource(name));
}

function firstError({ diagnostics }: Report): string {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  const [first] = inFileOrder(errors);
  if (!first) return "there are no rules";
  const where = first.at ? `${placeOf(first.at)}: ` : "";
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : "";
  return `${where}${first.title}${more}`;
}

function placeOf(at: Span): string {
  const { source, start } = toFile(at);
  const { line, column } = source.position(start);
  return `${source.name}:${line}:${column}`;
}

/** Falco's name of it, which people look for. */
const REFUSAL = "Falco internal: hot restart failure";
/** Falco has no such thing: it runs on with what is left. */
const LOSS = "Falco internal: rules lost";

function internalAlert(
  rule: string,
  reason: string,
  { hostname }: Pick<ReloadOptions, "hostname">,
): Alert {
  return ownAlert({ rule, priority: "Critical", hostname, message: `${rule}: ${reason}` });
}

function nowNs(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}
