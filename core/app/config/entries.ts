/**
 * Reads falco.yaml entry by entry where its YAML is broken.
 *
 * A mistake in one key may end the mapping for the YAML reader, or have it take what follows for
 * something else. Keys at the margin are where it can begin anew: each that is not right by itself is
 * told, and left out of the file, whose rest has to be right then. Where it is not, the file is broken
 * in some other way, and only its first mistake is sure to be one.
 */
import { type Diagnostic, Report, SourceText, type Span, toFile } from "../../base/mod.ts";
import {
  readYaml,
  readYamlPart,
  type YamlDocument,
  type YamlEntry,
  type YamlMap,
} from "../../base/yaml.ts";

export interface ReadEntries {
  readonly documents: readonly YamlDocument[];
  /** Keys of which not all could be read. */
  readonly broken: readonly string[];
}

/** What `readYaml` does, of a file whose outer shape is a mapping. */
export function readEntries(source: SourceText, report: Report): ReadEntries {
  const whole = report.part();
  const documents = readYaml(source, whole);
  const read = whole.diagnostics.some(isOfSyntax) ? readApart(source, whole) : undefined;
  report.absorb(read?.report ?? whole);
  return { documents: read ? [read.document] : documents, broken: read?.broken ?? [] };
}

/** From the key at the margin to the next one. */
interface Part {
  readonly start: number;
  readonly end: number;
}

/** More are not looked for: that is no falco.yaml any more. */
const MAX_PARTS = 1000, MAX_BROKEN = 20;

function readApart(source: SourceText, whole: Report) {
  const { text } = source;
  const parts = partsOf(text);
  if (parts.length < 2 || parts.length > MAX_PARTS) return undefined;
  const broken = parts.filter((part) => isBroken(text.slice(part.start, part.end)));
  if (broken.length === 0 || broken.length > MAX_BROKEN) return undefined;

  const rest = whole.part();
  const [document, second] = readYamlPart(source, without(text, broken), rest);
  const root = document?.root;
  if (second || rest.diagnostics.some(isOfSyntax) || root?.kind === "seq") return undefined;
  if (!document || !root || root.kind === "scalar") return undefined;

  const report = new Report(whole.limit, whole.otherLimit);
  const entries = root.kind === "map" ? [...root.entries] : [];
  const keys: string[] = [];
  for (const part of broken) {
    const alone = only(text, part);
    const [read] = readYamlPart(source, alone, new Report());
    const found = read?.root.kind === "map" ? read.root.entries : [];
    entries.push(...found.filter(({ key }) => key.span.start >= part.start));
    keys.push(keyAt(text, part.start));
    // Of the first mistake, nothing before it is wrong that it could be explained by.
    const told = part === broken[0] ? whole.diagnostics.filter((one) => isIn(part, one)) : [];
    if (told.length > 0) told.forEach((one) => report.add(one));
    else report.absorb(mistakesOf(source, alone));
  }
  report.absorb(rest, (problem) => problem.code === "Y012" ? undefined : problem);
  return { document: { ...document, root: mapOf(source, entries) }, broken: keys, report };
}

/** As if the rest were not there: other mistakes might be taken for what is beside a line. */
function mistakesOf(source: SourceText, text: string): Report {
  const found = new Report(), report = new Report();
  readYaml(new SourceText(source.name, text, { text: source, map: (offset) => offset }), found);
  const inFile = <Placed extends { readonly at?: Span | undefined }>(one: Placed) =>
    one.at ? { ...one, at: toFile(one.at) } : one;
  report.absorb(found, (one) =>
    // The anchor may be elsewhere.
    one.code === "Y012" ? undefined : { ...inFile(one), notes: one.notes?.map(inFile) });
  return report;
}

function isIn({ start, end }: Part, { at }: Diagnostic): boolean {
  return at !== undefined && start <= at.start && at.start < end;
}

function mapOf(source: SourceText, entries: readonly YamlEntry[]): YamlMap {
  const inOrder = entries.toSorted((a, b) => a.key.span.start - b.key.span.start);
  return { kind: "map", span: source.all, entries: inOrder };
}

/** Nothing where the file has several documents, or begins with something else than a key. */
function partsOf(text: string): readonly Part[] {
  const starts: number[] = [];
  for (const { 0: line, index } of text.matchAll(LINE)) {
    if (KEY_AT_MARGIN.test(line)) starts.push(index);
    else if (!(starts.length === 0 ? NO_CONTENT : NO_DOCUMENT).test(line)) return [];
  }
  return starts.map((start, index) => ({ start, end: starts[index + 1] ?? text.length }));
}

const KEY_AT_MARGIN = /^[\w"']/,
  NO_CONTENT = /^(?:---)?\s*(?:#.*)?$/,
  NO_DOCUMENT = /^(?!---|\.\.\.)/;
const LINE = /^.+$/gm;

/** With a key before it, so that a word without a colon is no text that is right. */
function isBroken(part: string): boolean {
  const report = new Report();
  const documents = readYaml(new SourceText("", `_:\n${part}`), report);
  return documents.length !== 1 || documents[0]!.root.kind !== "map" ||
    report.diagnostics.some(isOfSyntax);
}

/** A comment in place of each part, which also ends a text of several lines before it. */
function without(text: string, parts: readonly Part[]): string {
  let left = "", end = 0;
  for (const part of parts) {
    left += text.slice(end, part.start) + "#".padEnd(part.end - part.start - 1) + "\n";
    ({ end } = part);
  }
  return left + text.slice(end);
}

/** What is before it counts as read; what is behind it is gone, so that no open quote takes it in. */
function only(text: string, { start, end }: Part): string {
  const before = start < 3 ? text.slice(0, start) : "_:".padEnd(start - 1) + "\n";
  return before + text.slice(start, end);
}

/** What the key seems to be. */
function keyAt(text: string, start: number): string {
  return /^["']?([\w.-]*)/.exec(text.slice(start, start + MAX_KEY))![1]!;
}

const MAX_KEY = 100;

/** Mistakes that may have the reader take what follows for something else. */
function isOfSyntax({ code, severity }: { readonly code: string; readonly severity: string }) {
  return severity === "error" && /^Y02/.test(code);
}
