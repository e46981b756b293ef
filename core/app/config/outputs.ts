/** Where alerts go: Falco's own outputs and `sinks:` of falco.yaml, all as sinks. */
import { didYouMean, type Report } from "../../base/mod.ts";
import type { Registry } from "../../plugin/mod.ts";
import { reportValue } from "./check.ts";
import { falcoOutputs, STDOUT, takesNothing } from "./falco_outputs.ts";
import type { LoadedConfig } from "./load.ts";
import { NO_PLUGINS, type WiredPlugins } from "./plugins.ts";
import type { Config } from "./schema.ts";
import type { Wired } from "./settings.ts";
import { sinkTypeMeant } from "./sink_key_names.ts";
import {
  FORMATS,
  pluginKeys,
  type SinkEntry,
  type SinkOptions,
  sinkOptions,
  type SinkPlace,
} from "./sink_options.ts";
import { type ConfigPath, isMistaken, nodeAt, placeOf } from "./tree.ts";

export interface WiredSink extends Wired {
  /** How logs and counters call it; no two have the same. */
  readonly label: string;
  /** Absent: that of falco.yaml. */
  readonly formatter?: Wired;
  /** Absent: as the delivery's standard has it. */
  readonly options?: SinkOptions;
  /**
   * It gets no alerts while the sink has nobody to write to on this machine, unless it is the only one:
   * Falco has it on by default.
   */
  readonly mayBeMissing?: boolean;
  /** Where its part of falco.yaml stands, for what the plugin finds wrong with it. */
  readonly place?: ConfigPath;
  /** What of falco.yaml became functions in `options`; a reload compares it. */
  readonly written?: unknown;
}

/**
 * Alerts that nobody would get are worse than alerts in the wrong place: where the configuration says
 * nothing of outputs, they go to standard output.
 */
export function sinksOf(
  loaded: LoadedConfig,
  { registry, report, plugins }: {
    readonly registry: Registry;
    readonly report: Report;
    readonly plugins?: WiredPlugins | undefined;
  },
): readonly WiredSink[] {
  const { config, root } = loaded;
  const falcos = falcoOutputs(config);
  const listed = listedSinks(loaded, { registry, report, plugins, taken: falcos });
  const sinks = [...falcos, ...listed];
  const takers = sinks.filter(({ options }) => options?.takes !== takesNothing);
  if (takers.length > 0 || config.sinks.length > 0) return sinks;
  const refused = config.stdout_output !== undefined;
  const result = refused ? sinks : [STDOUT, ...sinks];
  const ignored = [...root.ignored ?? []];
  const isMisspelt = ignored.some((key) => didYouMean(key, OUTPUTS)) ||
    // It stands at the top, and below the key it is for.
    ignored.includes("enabled") && OUTPUTS.some((key) => nodeAt(root, [key])?.kind === "null");
  if (OUTPUTS.some((key) => isMistaken(root, [key])) || isMisspelt && !refused) return result;
  report.add({
    code: "C017",
    severity: "warning",
    title: refused
      ? "no output is enabled: alerts are counted and lost"
      : "no output is enabled: alerts go to standard output",
    at: refused ? placeOf(root, ["stdout_output"]) : undefined,
    help: "set stdout_output.enabled to true",
  });
  return result;
}

/** Keys that lead to an output, or to many. */
export const OUTPUTS = [
  "stdout_output",
  "syslog_output",
  "file_output",
  "program_output",
  "http_output",
  "grpc_output",
  "grpc",
  "sinks",
];

/** `sinks:`; those whose type there is not are left out. */
export function listedSinks(
  { config, root, environment }: LoadedConfig,
  { registry, report, taken, plugins = NO_PLUGINS }: {
    readonly registry: Registry;
    readonly report: Report;
    readonly plugins?: WiredPlugins | undefined;
    readonly taken: readonly WiredSink[];
  },
): readonly WiredSink[] {
  const labels = new Set(taken.map(({ label }) => label));
  const sinks: WiredSink[] = [];
  const types = registry.names("sink");
  let areTypesTold = false;
  for (const [index, entry] of config.sinks.entries()) {
    const place = ["sinks", index];
    const { refused } = plugins;
    let { format } = entry;
    if (!registry.has("sink", entry.type) && !refused.has(entry.type)) {
      report.add({
        code: "C041",
        title: `there is no sink of type "${entry.type}"`,
        at: nodeAt(root, [...place, "type"])?.at ?? placeOf(root, place),
        help: sinkTypeMeant(entry.type, types) ??
          (areTypesTold
            ? "the types that there are stand above"
            : `there are: ${types.join(", ")}; falcod plugin add installs others`),
      });
      areTypesTold ||= sinkTypeMeant(entry.type, types) === undefined;
    }
    const label = entry.name ?? entry.type;
    if (labels.has(label)) {
      report.add({
        code: "C042",
        title: `two sinks are called "${label}"`,
        at: nodeAt(root, [...place, "name"])?.at ?? placeOf(root, place),
        help: (taken.some((other) =>
            other.label === label
          )
          ? `the other one is ${label}_output; `
          : "") + "give it a name of its own: counters and logs tell them apart by it",
      });
    }
    labels.add(label);
    const isStandard = (FORMATS as readonly string[]).includes(format);
    if (!isStandard && !registry.has("formatter", format)) {
      if (refused.has(format)) continue;
      const choices = [...new Set([...FORMATS, ...registry.names("formatter")])];
      const wanted = `one of ${choices.join(", ")} (falcod plugin add installs others)`;
      reportValue(root, { path: [...place, "format"], wanted, choices }, report);
      // Nothing runs with it, and what else is wrong is told as well.
      format = "standard";
    }
    if (registry.has("sink", entry.type)) {
      const at = { label, root, place, report, environment };
      sinks.push(
        wiredSink({ ...entry, format }, { ...at, config, formatters: plugins.formatters }),
      );
    }
  }
  return sinks;
}

function wiredSink(
  entry: SinkEntry,
  { config, formatters, ...at }: SinkPlace & {
    readonly config: Config;
    readonly formatters: WiredPlugins["formatters"];
  },
): WiredSink {
  const { label, place } = at;
  const { type, format, minimum_priority, match, template } = entry;
  const { custom_fields, templated_fields, custom_tags } = entry;
  return {
    kind: "sink",
    name: type,
    label,
    config: pluginKeys(entry),
    ...format !== "standard" && { formatter: formatterNamed(format, config, formatters) },
    options: sinkOptions(entry, at),
    place,
    written: [minimum_priority, match, template, custom_fields, templated_fields, custom_tags],
  };
}

function formatterNamed(
  format: string,
  config: Config,
  formatters: WiredPlugins["formatters"],
): Wired {
  if (format === "json" || format === "text") return formatterOf(config, format);
  return { kind: "formatter", name: format, config: formatters.get(format) ?? {} };
}

/** Formatters read Falco's keys from the top of falco.yaml; `format` instead of what stands there. */
export function formatterOf(
  config: Config,
  format: "json" | "text" = config.json_output ? "json" : "text",
): Wired {
  const {
    json_include_output_property,
    json_include_message_property,
    json_include_output_fields_property,
    json_include_tags_property,
    time_format_iso_8601,
  } = config;
  if (format === "text") {
    return { kind: "formatter", name: "text", config: { time_format_iso_8601 } };
  }
  return {
    kind: "formatter",
    name: "json",
    config: {
      json_include_output_property,
      json_include_message_property,
      json_include_output_fields_property,
      json_include_tags_property,
      time_format_iso_8601,
    },
  };
}
