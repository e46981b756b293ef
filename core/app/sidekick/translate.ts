/**
 * Falcosidekick's outputs as `sinks:` of falco.yaml. Every value stays where it was written, so that
 * what is wrong with it is told there.
 */
import type { Report } from "../../base/mod.ts";
import { shownText } from "../config/check.ts";
import { expandTree } from "../config/environment.ts";
import { hideNode } from "../config/hidden_values.ts";
import { COMMON_KEYS } from "../config/sink_options.ts";
import {
  type ConfigNode,
  emptyMapping,
  isVariable,
  type MappingNode,
  spell,
} from "../config/tree.ts";
import { EntryBuilder, nodeOf } from "./_entry_builder.ts";
import type { SidekickFile, Written } from "./file.ts";
import {
  type Beside,
  pairs,
  type Problem,
  type SidekickKey,
  type SidekickOutput,
  split,
  truth,
  type Values,
} from "./output.ts";
import { SIDEKICK_OUTPUTS } from "./outputs/mod.ts";
import type { ServerConfig } from "./schema.ts";
import { foundText, saysNone } from "./texts_at.ts";

export interface Translation {
  /** A falco.yaml with nothing but `sinks`. */
  readonly root: MappingNode;
  /** What users wrote, by the path of what became of it: "sinks[0].webhook_url". */
  readonly names: ReadonlyMap<string, string>;
  /** The same of keys that nobody wrote: what would become of them, and what they are called. */
  readonly missing: ReadonlyMap<string, string>;
}

export interface TranslationRequest {
  readonly server: ServerConfig;
  /** Names of those that falcosidekick adds to alerts. */
  readonly fields: readonly string[];
  readonly report: Report;
}

interface Context {
  readonly file: SidekickFile;
  readonly server: ServerConfig;
  readonly report: Report;
  readonly names: Map<string, string>;
  readonly missing: Map<string, string>;
  /** Keys without effect that were told of: several outputs may share one. */
  readonly idle: Set<string>;
}

export function translateOutputs(
  file: SidekickFile,
  { server, fields, report }: TranslationRequest,
): Translation {
  const names = new Map<string, string>();
  const missing = new Map<string, string>();
  const context = { file, server, report, names, missing, idle: new Set<string>() };
  const items: ConfigNode[] = [];
  for (const output of SIDEKICK_OUTPUTS) {
    if (!isOn(output, context)) continue;
    const item = entryOf(output, items.length, context);
    if (item) items.push(item);
  }
  tellWebui(items);
  tellFields(items, fields);
  const own = file.section("")?.entries.get("sinks")?.value;
  if (own?.kind === "sequence") {
    const expanded = expandTree(own, { environment: file.environment, report });
    if (expanded.kind === "sequence") items.push(...expanded.items);
  } else if (own && own.kind !== "null" && !(own.kind === "scalar" && own.text === "")) {
    hideNode(own);
    report.add({
      code: "C004",
      title: `"sinks" wants a sequence, found ${shownOf(own, "sinks")}`,
      at: own.at,
      help: 'it is a list: each item of it begins with "- "',
    });
  }
  const root = emptyMapping(file.root.at);
  const sequence: ConfigNode = { kind: "sequence", items, at: file.root.at };
  root.entries.set("sinks", { keyAt: file.root.at, value: sequence });
  return { root, names, missing };
}

/** Falcosidekick-ui shows which outputs there are. */
function tellWebui(items: readonly ConfigNode[]): void {
  const entries = items.filter((item) => item.kind === "mapping");
  const webui = entries.find((item) => textAt(item, "type") === "webui");
  if (!webui) return;
  const names = entries.map((item) => textAt(item, "name")!);
  const { keyAt, value } = webui.entries.get("type")!;
  webui.entries.set("outputs", { keyAt, value: nodeOf(names, value) });
}

/** Where falcosidekick has the fields that it adds, by type of sink. */
const KEYS_OF_FIELDS: Readonly<Record<string, string>> = {
  loki: "extra_labels",
  otlpmetrics: "extra_attributes",
  timescaledb: "field_columns",
};

function tellFields(items: readonly ConfigNode[], fields: readonly string[]): void {
  if (fields.length === 0) return;
  for (const item of items) {
    if (item.kind !== "mapping") continue;
    const key = KEYS_OF_FIELDS[textAt(item, "type") ?? ""];
    if (key === undefined) continue;
    const { keyAt, value: at } = item.entries.get("type")!;
    const all = [item.entries.get(key)?.value, nodeOf(fields, at)].flatMap((node) =>
      node?.kind === "sequence" ? node.items : node ?? []
    );
    item.entries.set(key, { keyAt, value: { kind: "sequence", items: all, at: at.at } });
  }
}

function textAt({ entries }: MappingNode, key: string): string | undefined {
  const node = entries.get(key)?.value;
  return node?.kind === "scalar" ? node.text : undefined;
}

/** Whether all is there that switches it on; where only a part is, that is told. */
function isOn({ section, enabledBy }: SidekickOutput, { file, report }: Context): boolean {
  const found = enabledBy.map((key) => file.value(`${section}.${key}`));
  const [first] = found.filter((value) => value !== undefined);
  if (!first) return false;
  const isSwitch = enabledBy[0] === "enabled" && first.node.kind === "scalar";
  // Elsewhere it is a name, which may be "f" or "no".
  if (isSwitch && truth(first.node.text) === false) return false;
  const lacks = enabledBy.filter((_, index) => !found[index]);
  if (lacks.length === 0) return true;
  const needed = lacks.map((key) => `"${section}.${key}"`).join(" and ");
  report.add({
    code: "C061",
    severity: "warning",
    title: `output "${section}" is off: ${needed} ${lacks.length === 1 ? "is" : "are"} missing`,
    at: first.keyAt,
    help: "add it, or take the others out",
  });
  return false;
}

function entryOf(output: SidekickOutput, index: number, context: Context): MappingNode | undefined {
  const { section, destination, sink, keys, shared = {}, always = {} } = output;
  const { file, report, names, missing, idle } = context;
  const first = file.value(`${section}.${output.enabledBy[0]}`)!;
  const builder = new EntryBuilder(["sinks", index], names, first.keyAt);
  names.set(spell(["sinks", index]), section);
  builder.set("type", sink, first);
  builder.set("name", destination, first);
  const above = section.split(".").slice(0, -1).join(".");
  for (const [key, entry] of Object.entries(shared)) take(`${above}.${key}`, entry);
  for (const [key, entry] of Object.entries(keys)) take(`${section}.${key}`, entry);
  trustFiles(output, builder, { ...context, first });
  if (output.finish) builder.finish(output.finish, first);
  for (const [path, value] of Object.entries(always)) builder.set(path, value, first);
  for (const [key, { keyAt, value }] of file.section(section)?.entries ?? []) {
    if (!COMMON_KEYS.includes(key) || Object.hasOwn(keys, key.toLowerCase())) continue;
    if (key === "name" || key === "type") continue;
    const node = expandTree(value, { environment: file.environment, report });
    builder.add(key, { keyAt, node, name: key });
  }
  return builder.entry;

  function take(path: string, entry: SidekickKey): void {
    const written = file.value(path);
    if (!written) {
      if (entry.to !== undefined) {
        missing.set(spell(["sinks", index, ...entry.to.split(".")]), path);
      }
      if (entry.standard !== undefined) builder.set(entry.to!, entry.standard, first);
      return;
    }
    if (entry.because !== undefined) {
      if (file.text(path)?.toLowerCase() === entry.harmless || idle.has(path)) return;
      idle.add(path);
      report.add({
        code: "C062",
        severity: "warning",
        title: `"${written.name}" is without effect in falcod: ${entry.because}`,
        at: written.keyAt,
      });
      return;
    }
    if (OF_SECRETS.test(path)) hideNode(written.node);
    const beside = (key: string) => file.text(`${section}.${key}`);
    translateValue(entry, written, { builder, beside, report });
  }
}

function translateValue(
  { kind, to, shown, make }: SidekickKey,
  written: Written,
  { builder, beside, report }: {
    readonly builder: EntryBuilder;
    readonly beside: Beside;
    readonly report: Report;
  },
): void {
  const { node, name } = written;
  const wrong = (wanted: string, help = helpFor(node)) => {
    builder.leaveOut(shown ?? to!);
    report.add({
      code: "C004",
      title: `"${name}" wants ${wanted}, found ${shownOf(node, name)}`,
      at: node.at,
      help,
    });
  };
  if (kind === "same") return builder.add(to!, written);
  if (kind === "texts" && node.kind !== "mapping" && saysNone(node)) return;
  if (kind === "list" && node.kind === "mapping" && saysNone(node)) return;
  if (kind === "list" && node.kind === "scalar") return builder.set(to!, split(node.text), written);
  if (kind === "texts" && node.kind === "scalar") {
    return builder.set(to!, pairs(node.text), written);
  }
  if (kind === "list" || kind === "texts") return builder.add(to!, written);
  if (kind !== "made") return;
  if (node.kind !== "scalar") return void wrong("text");
  const values = make!(node.text, beside);
  if (isProblem(values)) return void wrong(values.problem, values.help);
  for (const [path, value] of Object.entries(values)) builder.set(path, value, written);
}

function isProblem(made: Values | Problem): made is Problem {
  return typeof made.problem === "string";
}

function helpFor({ kind }: ConfigNode): string | undefined {
  if (kind === "sequence") return "it is no list: write one value";
  return kind === "mapping" ? "it has no keys: write one value" : undefined;
}

/** Of what may be an address with a password in it, or a key, nothing is told. */
const PLAIN = /^[\w.:, -]{1,60}$/;
const OF_SECRETS = /token|key|pass|secret|url|header|jwt/i;

function shownOf(node: ConfigNode, name: string): string {
  if (node.kind !== "scalar") return node.kind === "null" ? "nothing" : `a ${node.kind}`;
  const { source, start, end } = node.at;
  if (isVariable(node)) return foundText(node);
  if (PLAIN.test(node.written?.value ?? node.text) && !OF_SECRETS.test(name)) {
    return shownText(node);
  }
  source.hide(start, end);
  return "a text that is not shown";
}

/** Certificates that all outputs have in common. */
function trustFiles(
  { section, sink, hasTls, keys }: SidekickOutput,
  builder: EntryBuilder,
  { file, server, first }: Context & { readonly first: Written },
): void {
  if (!hasTls) return;
  const { mutualtlsclient: own, mutualtlsfilespath: folder, tlsclient } = server;
  const isMutual = truth(file.text(`${section}.mutualtls`) ?? "") === true;
  if (isMutual) {
    const place = file.value(`${section}.mutualtls`)!;
    // Not those that the output has by itself.
    const files = {
      "tls.client_certificate": own.certfile || `${folder}/client.crt`,
      "tls.client_key": own.keyfile || `${folder}/client.key`,
    };
    for (const [path, text] of Object.entries(files)) {
      if (!builder.has(path)) builder.set(path, text, place);
    }
    builder.drop("tls.insecure");
    if (Object.hasOwn(keys, "tls") || sink === "nats") builder.set("tls.enabled", "true", place);
  }
  const authorities = [
    ...tlsclient.cacertfile === "" ? [] : [tlsclient.cacertfile],
    ...isMutual ? [own.cacertfile || `${folder}/ca.crt`] : [],
  ];
  if (authorities.length > 0 && !builder.has("tls.ca")) {
    const place = isMutual ? `${section}.mutualtls` : "tlsclient.cacertfile";
    const from = file.value(place) ?? first;
    builder.set("tls.ca", ["system", ...authorities].join(":"), from);
  }
}
