/** What every command that needs rules does first: configuration, plugins, ruleset. */
import { Report } from "../base/mod.ts";
import { Registry } from "../plugin/mod.ts";
import type { Guests } from "../plugin/third_party/guests.ts";
import type { MeaningLint, Ruleset } from "../rule/mod.ts";
import { warnOfBareDurations } from "./config/bare_durations.ts";
import { checkSinks } from "./config/check_sinks.ts";
import { loadConfig, type LoadedConfig } from "./config/load.ts";
import { lookAtSinks, type LookFor } from "./config/look_at_sinks.ts";
import { lookAtStart, type StartLook } from "./config/look_at_start.ts";
import { checkBlindedRules } from "./config/base_syscalls.ts";
import { checkSeenFields } from "./config/seen_fields.ts";
import { type WiredLibrary, wireNatives } from "./config/natives.ts";
import { type AddedPlugin, wirePlugins } from "./config/plugins.ts";
import { type Settings, settingsOf } from "./config/settings.ts";
import { warnOfUnruledSources } from "./config/unruled_sources.ts";
import { Marking, type Marks } from "./_watch_files.ts";
import type { Host } from "./host.ts";
import { guestsOf } from "./guests.ts";
import { type OldFlagMeaning, type OldFlags, readOldFlags } from "./old_flags.ts";
import { type AdaptFields, loadRuleset, type Undelivered } from "./rules.ts";

export interface StartRequest {
  readonly configPath: string | undefined;
  /** In place of the configured ones when there are any. */
  readonly rulePaths: readonly string[];
  /** `-o`, in order. */
  readonly options: readonly string[];
  readonly scopeProcessId?: number | undefined;
  /** As settings take it. */
  readonly seconds?: number | undefined;
  /** Event sources whose rules are wanted, whatever the configuration watches. */
  readonly watched?: readonly string[];
  readonly oldFlags?: OldFlags;
  /** As `loadRuleset` takes them. */
  readonly adaptFields?: AdaptFields;
  readonly lintsMeaning?: MeaningLint;
  readonly undelivered?: Undelivered;
  /** Warns of what outputs lack on this machine. */
  readonly looksAtOutputs?: LookFor;
  /** Tells what would end a start on this machine. */
  readonly looksAtStart?: StartLook;
}

export interface Start {
  readonly report: Report;
  readonly registry: Registry;
  readonly loaded: LoadedConfig;
  readonly settings: Settings;
  /** What outputs lack on this machine, as the report has it. */
  readonly sinkFaults: readonly string[];
  /** Plugins that are libraries, opened and not started. */
  readonly natives: readonly WiredLibrary[];
  /** Packages of third parties that were found. */
  readonly packages: readonly AddedPlugin[];
  /** Plugins of third parties: what is wired is started when it is created. */
  readonly guests: Guests;
  /** Absent when the report has errors. */
  readonly ruleset: Ruleset | undefined;
  readonly ruleFiles: readonly string[];
  /** What files of the configuration and paths of rules were like before they were read. */
  readonly marks: Marks;
}

const NO_FLAGS: OldFlagMeaning = { options: [] };

/**
 * Reads everything and starts nothing; all mistakes are in the report. `guests`: those of the run that it
 * is for, where there is one.
 */
export async function prepare(
  request: StartRequest,
  host: Host,
  guests = guestsOf(host),
): Promise<Start> {
  const report = new Report();
  const registry = new Registry(host.plugins);
  const { oldFlags } = request;
  const old = oldFlags
    ? readOldFlags(oldFlags, { sources: registry.eventSources(), report })
    : NO_FLAGS;
  const marking = new Marking();
  const loaded = loadConfig({
    path: request.configPath,
    options: [...request.options, ...old.options],
    furtherOptions: old.furtherOptions,
    environment: (name) => host.environment(name),
    rulesFolder: host.rulesFolder,
    beforeReading: (path) => marking.add({ path, use: "configuration" }),
  }, report);
  // What follows from a file that nobody can read, or a variable that is not set, is no second mistake.
  const { isConsequence } = loaded;
  const found = isConsequence ? report.part() : report;
  const natives = await wireNatives(loaded, { registry, report: found });
  const plugins = await wirePlugins({ loaded, registry, report: found, guests });
  const wired = settingsOf(loaded, {
    rulePaths: request.rulePaths,
    scopeProcessId: request.scopeProcessId,
    seconds: request.seconds,
    sources: old.sources,
  }, { registry, report: found, natives, plugins });
  const settings = {
    ...wired,
    sinks: await checkSinks(wired.sinks, loaded, { registry, report: found }),
  };
  const { looksAtOutputs } = request;
  if (looksAtOutputs) {
    await warnOfBareDurations(loaded, settings.sinks, { registry, report: found });
  }
  const look = { root: loaded.root, registry, report: found };
  const sinkFaults = looksAtOutputs
    ? await lookAtSinks(settings.sinks, { ...look, lookFor: looksAtOutputs })
    : [];
  if (request.looksAtStart) {
    const { looksAtStart } = request;
    await lookAtStart(loaded, settings.sources, { registry, report: found, look: looksAtStart });
  }
  if (isConsequence) {
    report.absorb(found, (problem) => isConsequence(problem) ? undefined : problem);
  }
  const { config } = loaded;
  const { containerInfo } = old;
  for (const { path } of settings.rulePaths) marking.add({ path, use: "rules" });
  const sources = settings.sources.map(({ name }) => registry.eventSource(name));
  const rules = await loadRuleset(settings.rulePaths, {
    config,
    configRoot: loaded.root,
    isConsequence,
    registry,
    report,
    containerInfo,
    adaptFields: request.adaptFields,
    lintsMeaning: request.lintsMeaning,
    sources: request.watched ?? sources,
    isRecorded: request.watched !== undefined || config.engine.kind === "replay",
    undelivered: request.undelivered,
    rulesFolder: host.rulesFolder,
    natives: natives.map(({ plugin }) => plugin),
    pluginVersions: new Map(plugins.added.map(({ name, version }) => [name, version])),
  });
  const { ruleset, files: ruleFiles } = rules;
  // Not where only some of the rules are wanted.
  if (looksAtOutputs && ruleset && !request.watched) {
    checkSeenFields(loaded, ruleset, report);
    checkBlindedRules(loaded, ruleset, report);
    if (config.engine.kind !== "replay") {
      const areNamed = request.rulePaths.length > 0;
      warnOfUnruledSources(loaded, { ruleset, sources, areNamed }, report);
    }
  }
  return {
    report,
    registry,
    loaded,
    settings,
    sinkFaults,
    natives,
    packages: plugins.added,
    guests,
    ruleset,
    ruleFiles,
    marks: marking.marks,
  };
}
