/** One event as somebody wrote it: by fields, as a document, or as a document with other values of fields. */
import { didYouMean, type Report, type Span } from "../../base/mod.ts";
import type { YamlMap, YamlNode } from "../../base/yaml.ts";
import { plainValue } from "../../base/yaml_value.ts";
import { eventAlone, eventOf, type GivenContext, readGiven } from "../../given/mod.ts";
import type { DocumentValue, EventDocument, EventDocuments } from "../../plugin/mod.ts";
import type { Stage } from "./judge.ts";

export interface WrittenContext extends GivenContext {
  /** Where the events of the source are documents. */
  readonly documents?: EventDocuments | undefined;
}

/**
 * Of several mappings the later ones say what is different. `undefined` after reporting what is wrong
 * (`G…`). `recorded` is the event that they are about, where there is one already.
 */
export function readWrittenEvent(
  nodes: readonly YamlNode[],
  context: WrittenContext,
  report: Report,
  recorded?: EventDocument,
): Stage | undefined {
  const { documents } = context;
  if (!documents) {
    const given = readGiven(nodes, context, report);
    return given && (() => eventOf(given));
  }
  const parts = nodes.map(splitKeys);
  const given = readGiven(parts.map(({ fields }) => fields), context, report);
  if (!given) return undefined;
  const base = documentOf(parts.flatMap(({ document }) => document ?? []), recorded, {
    documents,
    at: context.at,
    report,
  });
  if (!base) return undefined;
  return given.values.size > 0 ? () => eventOf(given, base) : () => eventAlone(base);
}

/** Names of fields have dots, keys of documents have none. */
function splitKeys(
  node: YamlNode,
): { readonly fields: YamlNode; readonly document: YamlMap | undefined } {
  if (node.kind !== "map") return { fields: node, document: undefined };
  const isField = (name: string) => name.includes(".");
  return {
    fields: { ...node, entries: node.entries.filter(({ key }) => isField(key.value)) },
    document: { ...node, entries: node.entries.filter(({ key }) => !isField(key.value)) },
  };
}

function documentOf(
  parts: readonly YamlMap[],
  recorded: EventDocument | undefined,
  { documents, at, report }: {
    readonly documents: EventDocuments;
    readonly at: Span;
    readonly report: Report;
  },
) {
  const written = parts.filter(({ entries }) => entries.length > 0);
  if (recorded && written.length === 0) return recorded.event;
  const value = written.map((part) => plainValue(part) as DocumentValue)
    .reduce(merged, recorded?.value ?? {});
  const whole = documents.complete(value);
  // What was recorded may say more than we know of; what is made up has to be meant.
  if (whole !== value && !checkKeys(written, documents, report)) return undefined;
  const { events, problems } = documents.read(JSON.stringify(whole));
  const [only] = events;
  if (only && events.length === 1 && problems.length === 0) return only.event;
  report.add({
    code: "G011",
    title: problems[0] ?? `one event is wanted, and here are ${events.length}`,
    at: written[0]?.span ?? at,
    help: problems.length > 0
      ? "recorded events are taken as they are; of one without an id, what is missing is made up"
      : "give one event; of a file, FILE#3 is the third",
  });
  return undefined;
}

function checkKeys(
  parts: readonly YamlMap[],
  { keys }: EventDocuments,
  report: Report,
): boolean {
  const known = new Set(keys);
  const unknown = parts.flatMap(({ entries }) => entries)
    .filter(({ key }) => !known.has(key.value));
  for (const { key } of unknown) {
    report.add({
      code: "G012",
      title: `events have no key "${key.value}"`,
      at: key.span,
      help: didYouMean(key.value, keys) ??
        `they have ${keys.join(", ")}; names of fields have dots in them`,
    });
  }
  return unknown.length === 0;
}

/** Mappings grow together, nothing takes away what is there; anything else is replaced. */
function merged(before: DocumentValue, after: DocumentValue): DocumentValue {
  const result: Record<string, unknown> = Object.assign(Object.create(null), before);
  for (const [key, value] of Object.entries(after)) {
    const old = Object.hasOwn(before, key) ? before[key] : undefined;
    if (value === null && old !== undefined) delete result[key];
    else result[key] = isMapping(old) && isMapping(value) ? merged(old, value) : value;
  }
  return result;
}

function isMapping(value: unknown): value is DocumentValue {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
