/** Kubernetes audit events: what upstream's plugin extracts of each, field by field. */
import type { FieldValue } from "../../core/field/mod.ts";
import { State } from "../../core/state/mod.ts";
import { AuditEvent } from "../../plugins/sources/k8s_audit/audit_event.ts";
import plugin from "../../plugins/sources/k8s_audit/mod.ts";
import { type AuditDocument, auditEvents } from "../../plugins/sources/k8s_audit/payload.ts";
import { casesPath, corpusFiles, readCorpus } from "../corpus.ts";
import { conformanceSuite } from "./corpus.ts";

interface ExtractedEvent {
  readonly file: string;
  /** Of the file, from 1. */
  readonly line: number;
  /** Of the list on that line, from 0. */
  readonly item: number;
  readonly ts: number;
  /** A field that is absent has no value; neither has one that failed. */
  readonly fields: Readonly<Record<string, Extracted>>;
}

/** A line that upstream does not take for audit events. */
interface RefusedLine {
  readonly file: string;
  readonly line: number;
  readonly parseError: string;
}

type Extracted =
  | { readonly value: string | readonly string[] | null }
  | { readonly error: string }
  | { readonly panic: string };

/** JSON, walked without asking what it is. */
interface Loose {
  readonly [name: string]: Loose | undefined;
}

/** Fields of which upstream is plainly wrong, and what they are to be. */
const intended: readonly {
  readonly matches: RegExp;
  /** `parts` are those of the match. */
  readonly value: (request: Loose, parts: readonly string[]) => unknown;
}[] = [
  {
    // Upstream says true of every event.
    matches: /^ka\.req\.binding\.subject\.has_name\[(.*)\]$/,
    value: ({ requestObject }, [, name]) => {
      const subjects = requestObject?.subjects;
      if (!Array.isArray(subjects)) return undefined;
      return String(subjects.some((subject) => subject.name === name));
    },
  },
  {
    // Upstream looks for them in the rules of a role.
    matches: /^ka\.sourceips(?:\[(\d+)\])?$/,
    value: ({ sourceIPs }, [, index]) => taken(sourceIPs, index),
  },
  {
    // Upstream looks for them outside of the security contexts.
    matches: /^ka\.req\.pod\.(\w+)\.eff_run_as_(user|group)(?:\[(\d+)\])?$/,
    value: ({ requestObject }, [, list, who, index]) => {
      const spec = requestObject?.spec;
      const key = who === "user" ? "runAsUser" : "runAsGroup";
      const each = spec?.[list!];
      const ids = Array.isArray(each)
        ? each.map((one: Loose) =>
          String(one.securityContext?.[key] ?? spec?.securityContext?.[key] ?? 0)
        )
        : undefined;
      return taken(ids, index);
    },
  },
];

function taken(list: unknown, index: string | undefined): unknown {
  if (!Array.isArray(list)) return undefined;
  const values = index === undefined ? list : list.slice(Number(index), Number(index) + 1);
  return values.length > 0 ? values : undefined;
}

interface Tally {
  equal: number;
  onPurpose: number;
}

/** Of a file, by line and item. */
const documents = new Map<string, readonly (readonly AuditDocument[])[]>();
const LIMITS = { maxEventBytes: 64 << 20, maxDepth: 1000 };

function documentOf(folder: string, { file, line, item }: ExtractedEvent): AuditDocument {
  const path = `${folder}/${file}`;
  let lines = documents.get(path);
  if (!lines) {
    const texts = readCorpus(path).split("\n");
    lines = texts.map((text) => text.trim() === "" ? [] : auditEvents(text, LIMITS).events);
    documents.set(path, lines);
  }
  const found = lines[line - 1]?.[item];
  if (!found) throw new Error(`${file} has no such event`);
  return found;
}

function isRefused(folder: string, { file, line }: RefusedLine): boolean {
  const text = readCorpus(`${folder}/${file}`).split("\n")[line - 1]!;
  const { events, problems } = auditEvents(text, LIMITS);
  return events.length === 0 && problems.length === 1;
}

const state = new State();

/** What is neither upstream's value nor the one that is intended. */
function differences(
  document: AuditDocument,
  { ts, fields: expected }: ExtractedEvent,
  tally: Tally,
): string[] {
  const event = new AuditEvent(document, { number: 1, firstTimeNs: document.timeNs });
  const found: string[] = [];
  const compare = (name: string, value: FieldValue) => {
    const given = JSON.stringify(value) ?? "no value";
    const upstream = JSON.stringify(valueOf(expected[name])) ?? "no value";
    const rule = intended.find(({ matches }) => matches.test(name));
    const wanted = rule
      ? JSON.stringify(rule.value(document.value as Loose, rule.matches.exec(name)!)) ?? "no value"
      : upstream;
    if (given !== wanted) found.push(`${name}: ${given}, wanted is ${wanted}`);
    else if (given === upstream) tally.equal++;
    else tally.onPurpose++;
  };
  // Times are numbers of JSON there, and so not exact.
  if (Number(document.timeNs) !== ts) found.push(`time: ${document.timeNs}, upstream has ${ts}`);
  for (const field of plugin.fields.values()) {
    if (!field.name.startsWith("ka.")) continue;
    if (!field.argument?.required) compare(field.name, field.extract(event, state, undefined));
    if (field.argument?.kind !== "index") continue;
    for (const index of [0, 1, 9]) {
      compare(`${field.name}[${index}]`, field.extract(event, state, index));
    }
  }
  for (const name of Object.keys(expected)) {
    const [, plain, key] = /^(.+)\[(.*)\]$/.exec(name) ?? [];
    const field = plugin.fields.get(plain ?? name);
    if (!field) found.push(`${name}: no such field`);
    else if (field.argument?.kind === "key") compare(name, field.extract(event, state, key));
  }
  return found;
}

/** An empty list is as good as none. */
function valueOf(extracted: Extracted | undefined): string | readonly string[] | undefined {
  if (extracted === undefined || !("value" in extracted)) return undefined;
  const { value } = extracted;
  return value === null || Array.isArray(value) && value.length === 0 ? undefined : value;
}

/** These two, and others that the directory of cases may have. */
const folders = new Set(["k8s_audit/upstream", "k8s_audit/real"]);
for (const path of corpusFiles("k8s_audit")) {
  const isFolder = !/\.\w+$/.test(path);
  if (isFolder && casesPath(`${path}/expected-fields.jsonl`) !== undefined) folders.add(path);
}

for (const folder of folders) {
  const tally: Tally = { equal: 0, onPurpose: 0 };
  conformanceSuite<ExtractedEvent | RefusedLine>({
    file: `${folder}/expected-fields.jsonl`,
    behaviour: `audit events of ${folder} have the values that upstream's plugin extracts`,
    name: (wanted) =>
      `${wanted.file}:${wanted.line}` + ("item" in wanted ? `[${wanted.item}]` : ""),
    judge: (wanted) => {
      if ("parseError" in wanted) return isRefused(folder, wanted) ? undefined : "it was taken";
      const found = differences(documentOf(folder, wanted), wanted, tally);
      return found.length === 0 ? undefined : found.join("\n");
    },
    note: () =>
      `values: ${tally.equal} equal, ${tally.onPurpose} differ on purpose ` +
      "(has_name, sourceips, eff_run_as_*)",
  });
}

interface PluginCase {
  readonly plugin: string;
  readonly event: string;
  readonly field: string;
  readonly arg: string | null;
  readonly expect: string | null;
}

conformanceSuite<PluginCase>({
  file: "plugin-extract.jsonl",
  behaviour: "fields of JSON have the values that upstream's tests of plugins assert",
  name: ({ field, arg, event }) => `${field}[${arg ?? ""}] of ${event}`,
  concerns: ({ plugin }) => plugin === "json" || plugin === "k8saudit",
  judge: ({ event: text, field, arg, expect }) => {
    const bytes = new TextEncoder().encode(text);
    const document = { kind: "event", value: JSON.parse(text), bytes, timeNs: 0n } as const;
    const event = new AuditEvent(document as unknown as AuditDocument, {
      number: 1,
      firstTimeNs: 0n,
    });
    const definition = plugin.fields.get(field);
    if (!definition) return "no such field";
    const value = definition.extract(event, state, arg ?? undefined);
    return value === (expect ?? undefined) ? undefined : `${value}, upstream has ${expect}`;
  },
});
