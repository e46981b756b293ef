/** A configuration of falcosidekick as what falcod does. */
import { type Diagnostic, inQuotes, Report, type Span } from "../../base/mod.ts";
import { compileFieldTemplate, mistakeText } from "../../forward/mod.ts";
import type { Registry } from "../../plugin/mod.ts";
import type { Listen } from "../../web/mod.ts";
import { checkConfig } from "../config/check.ts";
import { checkSinks } from "../config/check_sinks.ts";
import type { Environment } from "../config/environment.ts";
import { lookAtSinks } from "../config/look_at_sinks.ts";
import { listedSinks, type WiredSink } from "../config/outputs.ts";
import type { Config } from "../config/schema.ts";
import { TEST_RULE } from "../sink_trial/alert.ts";
import type { EnrichSettings } from "./enrich.ts";
import { readSidekickFile, type SidekickFile, variableOf } from "./file.ts";
import { readServer, SERVER_KEYS, type ServerConfig } from "./schema.ts";
import { reportSlippedVariables } from "./slipped_variables.ts";
import { fieldsAt, foundText, textsAt } from "./texts_at.ts";
import { translateOutputs, type Translation } from "./translate.ts";
import { OF_FALCOD, reportUnknownKeys } from "./unknown_keys.ts";

export interface SidekickSettings {
  readonly listen: Listen;
  /** What is also served without TLS, and where. */
  readonly plain?: { readonly listen: Listen; readonly paths: readonly string[] };
  readonly logsAlerts: boolean;
  readonly enrich: EnrichSettings;
  /** Fields that become labels of the metric that counts alerts. */
  readonly extraLabels: readonly string[];
  /** As falco.yaml has it: how alerts look, what is held back. */
  readonly config: Config;
  readonly sinks: readonly WiredSink[];
  /** What they lack on this machine, as the report has it. */
  readonly sinkFaults: readonly string[];
  /** Where the value of a key stands, as "tlsserver.certfile"; absent: nowhere. */
  readonly placeOf: (key: string) => Span | undefined;
}

export interface SidekickRequest {
  /** Absent: all is in the environment. */
  readonly path: string | undefined;
  readonly environment: Environment;
  readonly registry: Registry;
  readonly report: Report;
}

/** Absent when the file cannot be read. Whoever runs with it asks the report for errors first. */
export async function loadSidekick(
  { path, environment, registry, report }: SidekickRequest,
): Promise<SidekickSettings | undefined> {
  const file = readSidekickFile(path, { environment, report });
  return file && await settingsOf(file, { registry, report });
}

export async function settingsOf(
  file: SidekickFile,
  { registry, report }: Pick<SidekickRequest, "registry" | "report">,
): Promise<SidekickSettings> {
  reportUnknownKeys(file, report);
  reportSlippedVariables(file, report);
  const server = serverOf(file, report);
  const enrich = enrichSettings(file, server, report);
  const fields = [...enrich.customFields.keys(), ...enrich.templatedFields.keys()];
  const { root, names, missing } = translateOutputs(file, { server, fields, report });
  for (const key of OF_FALCOD) {
    const entry = file.root.entries.get(key);
    if (entry && !root.entries.has(key)) root.entries.set(key, entry);
  }
  const found = new Report(report.limit);
  const config = checkConfig(root, found);
  const loaded = { config, root, files: [] };
  const listed = listedSinks(loaded, { registry, report: found, taken: [] });
  const sinks = await checkSinks(listed, loaded, { registry, report: found });
  const look = { root, registry, report: found };
  const sinkFaults = await lookAtSinks(sinks, look);
  for (const { title, ...diagnostic } of found.diagnostics) {
    const lacking = missingKey({ title, ...diagnostic }, { names, missing });
    report.add({ ...diagnostic, title: named(title, names), ...lacking });
  }
  if (sinks.length === 0 && !report.hasErrors) {
    report.add({
      code: "C017",
      severity: "warning",
      title: "no output is enabled: alerts are counted and lost",
      help: "give one its address, as slack.webhookurl or SLACK_WEBHOOKURL",
    });
  }
  return {
    ...addressesOf(file, server, report),
    logsAlerts: server.debug,
    enrich,
    extraLabels: textsAt(file, "prometheus.extralabels", report),
    config,
    sinks: sinks.map(withTestAlerts),
    sinkFaults: sinkFaults.map((fault) => named(fault, names)),
    placeOf: (key) => file.value(key)?.node.at,
  };
}

/** A key that was not written is told by the name it has for users. Absent: the title is of something else. */
function missingKey(
  { title, help: given }: Diagnostic,
  { names, missing }: Pick<Translation, "names" | "missing">,
): { readonly title: string; readonly help: string } | undefined {
  const [, sink = "", inside = "", key] =
    /^"(sinks\[\d+\])((?:\.[\w-]+)*)" has no "([\w-]+)"$/.exec(title) ?? [];
  const name = missing.get(`${sink}${inside}.${key}`);
  if (name === undefined) return undefined;
  const wanted = typeof given === "string" ? given.replace(/^"[^"]*" wants /, "") : "text";
  return {
    title: `output "${names.get(sink)}" has no "${name.split(".").at(-1)}"`,
    help: `write "${name}", or set ${variableOf(name)}${wanted === "text" ? "" : `: ${wanted}`}`,
  };
}

/** Keys as users wrote them, in the place of what became of them. */
function named(title: string, names: ReadonlyMap<string, string>): string {
  return title.replace(/"(sinks\[\d+\])((?:\.[\w.-]+)?)(?:\[\d+\])?"/g, (whole, sink, key) => {
    const section = names.get(sink);
    for (let above = key, inside = ""; above !== "";) {
      const known = names.get(sink + above);
      if (known !== undefined) return `"${known}${inside}"`;
      const dot = above.lastIndexOf(".");
      inside = above.slice(dot) + inside;
      above = above.slice(0, dot);
    }
    return section ? `"${section}${key}"` : whole;
  });
}

function addressesOf(
  file: SidekickFile,
  { listenaddress: hostname, listenport: port, tlsserver: tls }: ServerConfig,
  report: Report,
): Pick<SidekickSettings, "listen" | "plain"> {
  const paths = textsAt(file, "tlsserver.notlspaths", report);
  if (!tls.deploy) return { listen: { hostname, port } };
  return {
    listen: {
      hostname,
      port,
      tls: {
        certificatePath: tls.certfile,
        keyPath: tls.keyfile,
        ...tls.mutualtls && { clientCaPath: tls.cacertfile },
      },
    },
    ...paths.length > 0 && { plain: { listen: { hostname, port: tls.notlsport }, paths } },
  };
}

function serverOf(file: SidekickFile, report: Report): ServerConfig {
  const plain: Record<string, unknown> = {};
  for (const key of SERVER_KEYS) {
    const written = file.value(key);
    if (!written) continue;
    const value = written.node.kind === "scalar" ? written.node.text : {};
    const [section, name] = key.split(".");
    const around = plain[section!] as Record<string, unknown> | undefined;
    plain[section!] = name === undefined ? value : { ...around, [name]: value };
  }
  const { config, issues } = readServer(plain);
  for (const { key, wanted } of issues) {
    const written = file.value(key);
    report.add({
      code: "C004",
      title: `"${written?.name ?? key}" wants ${wanted}` +
        (written ? `, found ${foundText(written.node)}` : ""),
      at: written?.node.at,
    });
  }
  return config;
}

function enrichSettings(
  file: SidekickFile,
  { bracketreplacer, outputfieldformat }: ServerConfig,
  report: Report,
): EnrichSettings {
  const templatedFields = new Map();
  for (const [name, text] of fieldsAt(file, "templatedfields", report)) {
    const template = compileFieldTemplate(text);
    if (typeof template === "function") templatedFields.set(name, template);
    else {
      const written = file.value("templatedfields");
      report.add({
        code: "C004",
        title: `"templatedfields.${name}" wants a template of output_fields, ` +
          `and ${inQuotes(mistakeText(template))} is none`,
        at: written?.node.at,
        help: 'as {{ index . "proc.name" }}',
      });
    }
  }
  return {
    customFields: new Map(
      [...fieldsAt(file, "customfields", report)].flatMap(([name, text]) => {
        const value = variableIn(text, { file, key: `customfields.${name}`, report });
        return value === undefined ? [] : [[name, value]];
      }),
    ),
    templatedFields,
    customTags: textsAt(file, "customtags", report).flatMap((text, index) =>
      variableIn(text, { file, key: `customtags[${index}]`, report }) ?? []
    ),
    bracketReplacer: bracketreplacer,
    outputFormat: outputfieldformat,
  };
}

/** `%NAME` is what the variable holds. */
function variableIn(
  text: string,
  { file, key, report }: {
    readonly file: SidekickFile;
    readonly key: string;
    readonly report: Report;
  },
): string | undefined {
  if (!text.startsWith("%")) return text;
  const value = file.environment(text.slice(1));
  if (value !== undefined && value !== "") return value;
  report.add({
    code: "C063",
    severity: "warning",
    title: `"${key}" is left out: the variable ${text.slice(1)} is not set`,
    at: file.value(key.split(/[.[]/)[0]!)?.node.at,
    help: "set it, or write the text itself",
  });
  return undefined;
}

/** The test alert goes to all outputs, whatever they want. */
function withTestAlerts(sink: WiredSink): WiredSink {
  const { takes, ...options } = sink.options ?? {};
  if (!takes) return sink;
  return {
    ...sink,
    options: { ...options, takes: (alert) => alert.rule === TEST_RULE || takes(alert) },
  };
}
