/** `falcod sink test`: one alert through a sink, as it is configured. */
import { didYouMean, Report } from "../../base/mod.ts";
import { Registry } from "../../plugin/mod.ts";
import type { Guests } from "../../plugin/third_party/guests.ts";
import { checkSinks } from "../config/check_sinks.ts";
import { loadConfig } from "../config/load.ts";
import { sinksOf, type WiredSink } from "../config/outputs.ts";
import { wirePlugins } from "../config/plugins.ts";
import type { Config } from "../config/schema.ts";
import { EXIT_FAILURE, EXIT_OK } from "../exit.ts";
import { guestsOf } from "../guests.ts";
import type { Host } from "../host.ts";
import { jsonText } from "../json.ts";
import { createLogger } from "../log.ts";
import { tellErrors } from "../report.ts";
import { enrich } from "../sidekick/enrich.ts";
import { truth } from "../sidekick/output.ts";
import { loadSidekick } from "../sidekick/settings.ts";
import { maskFor } from "../sink_trial/secrets.ts";
import { shownTrial, trialLines } from "../sink_trial/show.ts";
import { type TrialRequest, trySink } from "../sink_trial/trial.ts";

export interface SinkTestRequest {
  /** Of the sink, as logs and counters call it; absent: all there are. */
  readonly name: string | undefined;
  readonly configPath: string | undefined;
  /** `-o`, in order. */
  readonly options: readonly string[];
  /** The configuration is one of falcosidekick. */
  readonly isSidekick: boolean;
  readonly json: boolean;
}

/** 0 when every alert was taken. */
export async function sinkTestCommand(request: SinkTestRequest, host: Host): Promise<number> {
  const guests = guestsOf(host);
  try {
    return await testSinks(request, { host, guests });
  } finally {
    await guests.stop();
  }
}

interface Configured extends Pick<TrialRequest, "enriched"> {
  readonly config: Config;
  readonly sinks: readonly WiredSink[];
}

interface Around {
  readonly host: Host;
  /** Plugins of third parties that are started for it. */
  readonly guests: Guests;
}

async function testSinks(request: SinkTestRequest, { host, guests }: Around): Promise<number> {
  const registry = new Registry(host.plugins);
  const report = new Report();
  const found = await configured(request, { host, guests, registry, report });
  if (!found || report.hasErrors) {
    tellErrors(report, host);
    return EXIT_FAILURE;
  }
  const { config, sinks, enriched } = found;
  const labels = sinks.map(({ label }) => label);
  const { name } = request;
  const wanted = name === undefined ? sinks : named(name, sinks);
  if (wanted.length === 0) {
    const help = name === undefined ? undefined : didYouMean(name, labels);
    const there = labels.length > 0 ? `there are: ${labels.join(", ")}` : "there is none";
    host.error.write(
      `falcod: ${name === undefined ? "no sink" : `no sink "${name}"`} is configured (${
        help ?? there
      })\n`,
    );
    return EXIT_FAILURE;
  }
  const log = createLogger(host.error, { level: "warning", isoTime: false });
  guests.log = log;
  let isTaken = true;
  for (const sink of wanted) {
    const hostname = host.environment("FALCO_HOSTNAME") || Deno.hostname();
    if (asksTheMachine(sink)) {
      host.error.write(
        `falcod: "${sink.label}" asks the metadata server of the cloud it runs in (169.254.169.254) ` +
          "who it is, unless a key or the environment says it\n",
      );
    }
    const trial = await trySink({ sink, config, registry, log, hostname, enriched });
    const mask = await maskFor([sink], registry);
    const shown = shownTrial(sink, { trial, mask });
    host.out.write(
      request.json ? `${jsonText(shown)}\n` : `${trialLines(shown).join("\n")}\n`,
    );
    isTaken &&= shown.taken;
  }
  return isTaken ? EXIT_OK : EXIT_FAILURE;
}

/** Outside of a cloud somebody else may be at that address, or nobody, which takes its time. */
function asksTheMachine({ config }: WiredSink): boolean {
  const given = config as { readonly instance_metadata?: unknown } | undefined;
  return truth(String(given?.instance_metadata)) === true;
}

/** The one that is called so, or whose section of falco.yaml is, else all of this type. */
function named(name: string, sinks: readonly WiredSink[]): readonly WiredSink[] {
  const own = sinks.filter(({ label }) => label === name);
  if (own.length > 0) return own;
  const ofSection = sinks.filter(({ label }) => `${label}_output` === name);
  return ofSection.length > 0 ? ofSection : sinks.filter((sink) => sink.name === name);
}

async function configured(
  { configPath: path, isSidekick, options }: SinkTestRequest,
  { host, guests, registry, report }: Around & {
    readonly registry: Registry;
    readonly report: Report;
  },
): Promise<Configured | undefined> {
  const environment = (name: string) => host.environment(name);
  if (isSidekick) {
    const settings = await loadSidekick({ path, environment, registry, report });
    return settings && { ...settings, enriched: (alert) => enrich(alert, settings.enrich) };
  }
  const { rulesFolder } = host;
  const loaded = loadConfig({ path, options, environment, rulesFolder }, report);
  const { config, isConsequence } = loaded;
  const found = report.part();
  const plugins = await wirePlugins({ loaded, registry, report: found, guests });
  const wired = sinksOf(loaded, { registry, report: found, plugins });
  const sinks = await checkSinks(wired, loaded, { registry, report: found });
  report.absorb(found, (problem) => isConsequence?.(problem) ? undefined : problem);
  return { config, sinks };
}
