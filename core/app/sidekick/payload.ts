/** What Falco posts, of any version, as an alert. */
import { type Alert, escapeText, INTERNAL_SOURCE, type OutputValue } from "../../alert/mod.ts";
import { decodeUtf8 } from "../../base/utf8.ts";
import { type Json, jsonText } from "../../forward/mod.ts";
import { parsePriority } from "../../rule/priority.ts";
import { TEST_RULE } from "../sink_trial/alert.ts";

/** `refused`: why it is no alert. */
export type Payload = { readonly alert: Alert } | { readonly refused: string };

/** Of Falco's line, with `time_format_iso_8601` or without. */
export const LINE_HEAD =
  /^(\d{2}:\d{2}:\d{2}\.\d+|\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:?\d{2})?): (emergency|alert|critical|error|warning|notice|informational|info|debug) /i;

/** Falco up to 0.30 tells no source; falcosidekick calls it so. */
const SOURCE_OF_OLD = "syscalls";

/** Never throws, whatever the bytes are. */
export function readPayload(bytes: Uint8Array): Payload {
  if (isDeeper(bytes, MAX_NESTING)) {
    return { refused: `the body has values nested deeper than ${MAX_NESTING}` };
  }
  let document: unknown;
  try {
    document = parseJson(decodeUtf8(bytes));
    if (typeof document !== "object" || document === null || Array.isArray(document)) {
      return { refused: "the body is no JSON object" };
    }
    return alertOf(document as Readonly<Record<string, unknown>>);
  } catch {
    return { refused: "the body is no JSON" };
  }
}

/** Brackets within brackets; values of fields have three or four. Writing more may take a whole stack. */
const MAX_NESTING = 256;

const QUOTE = 0x22, BACKSLASH = 0x5c;

/** Whether there are more brackets within brackets, quotes aside; of what is no JSON, anything. */
function isDeeper(bytes: Uint8Array, most: number): boolean {
  let depth = 0, isQuoted = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (byte === QUOTE) isQuoted = !isQuoted;
    else if (isQuoted) i += byte === BACKSLASH ? 1 : 0;
    // Both brackets and both braces, but for their case: [ { and ] }.
    else if ((byte | 0x20) === 0x7b && ++depth > most) return true;
    else if ((byte | 0x20) === 0x7d) depth--;
  }
  return false;
}

function alertOf(given: Readonly<Record<string, unknown>>): Payload {
  const priority = typeof given.priority === "string" ? parsePriority(given.priority) : undefined;
  if (!priority) return { refused: "priority is missing, or none of Falco's" };
  if (typeof given.rule !== "string" || given.rule === "") return { refused: "rule is missing" };
  if (valuesIn(given.output_fields) + valuesIn(given.tags) > MAX_VALUES) {
    return { refused: `output_fields and tags have more than ${MAX_VALUES} values` };
  }
  const fields = fieldsOf(given.output_fields);
  // Falcosidekick takes a text alone: nobody knows whether a number counts seconds or less.
  const isTold = given.time !== undefined && given.time !== null;
  const timeNs = isTold ? timeOf(given.time) : nanosecondsOf(fields.get("evt.time"));
  if (timeNs === undefined) {
    return { refused: isTold ? `time is none of RFC 3339, as ${EXAMPLE} is` : "time is missing" };
  }
  const output = textOf(given.output);
  if (output === undefined && fields.size === 0) {
    return { refused: "output and output_fields are missing" };
  }
  const message = textOf(given.message) ?? output?.replace(LINE_HEAD, "") ?? "";
  return {
    alert: {
      rule: given.rule,
      priority,
      source: given.rule === TEST_RULE ? INTERNAL_SOURCE : textOf(given.source) || SOURCE_OF_OLD,
      tags: Array.isArray(given.tags) ? given.tags.filter((tag) => typeof tag === "string") : [],
      timeNs,
      hostname: textOf(given.hostname) ?? "",
      message: escapeText(message),
      ...output !== undefined && { output },
      fields,
    },
  };
}

/** Rules have some dozens. Each sink goes through all of them, and nothing else happens meanwhile. */
const MAX_VALUES = 20_000;

/** Members, and items of lists in lists; what is no list counts once. Ends when there are too many. */
function valuesIn(given: unknown): number {
  if (typeof given !== "object" || given === null) return 0;
  let count = 0;
  const waiting: unknown[] = [given];
  for (let next; count <= MAX_VALUES && (next = waiting.pop()) !== undefined;) {
    const values = Array.isArray(next) ? next : Object.values(next as object);
    count += values.length;
    if (count <= MAX_VALUES) waiting.push(...values.filter(Array.isArray));
  }
  return count;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function fieldsOf(given: unknown): ReadonlyMap<string, OutputValue> {
  if (typeof given !== "object" || given === null || Array.isArray(given)) return new Map();
  return new Map(Object.entries(given).map(([name, value]) => [name, outputValue(value, 0)]));
}

const MAX_DEPTH = 8;

/** Alerts have no mappings: they become their JSON. */
function outputValue(value: unknown, depth: number): OutputValue {
  switch (typeof value) {
    case "string":
    case "number":
    case "bigint":
    case "boolean":
      return value;
    default:
      if (value === null || value === undefined) return null;
      if (!Array.isArray(value) || depth >= MAX_DEPTH) return jsonText(value as Json);
      return value.map((item) => outputValue(item, depth + 1));
  }
}

const EXACT = Number.MAX_SAFE_INTEGER;

/** As `JSON.parse`, with integers in full. */
function parseJson(text: string): unknown {
  if (!/\d{16}/.test(text)) return JSON.parse(text);
  return JSON.parse(text, (_key, value, context?: { readonly source?: string }) => {
    if (typeof value !== "number" || Math.abs(value) <= EXACT) return value;
    const { source = "" } = context ?? {};
    return /^-?\d{1,30}$/.test(source) ? BigInt(source) : value;
  });
}

const RFC_3339 =
  /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(?:[.,](\d{1,9})\d*)?\s?([Zz]|[+-]\d{2}:?\d{2})?$/;

const EXAMPLE = "2023-05-17T15:31:56.746609046Z";

/** Nanoseconds since the epoch. */
function timeOf(value: unknown): bigint | undefined {
  if (typeof value !== "string") return undefined;
  const [, day, clock, fraction = "", zone = "Z"] = RFC_3339.exec(value) ?? [];
  if (day === undefined || !isOfCalendar(`${day}T${clock}`)) return undefined;
  const offset = /^[Zz]$/.test(zone) ? "Z" : `${zone.slice(0, 3)}:${zone.slice(-2)}`;
  const ms = Date.parse(`${day}T${clock}${offset}`);
  if (!(ms >= 0)) return undefined;
  return countable(BigInt(ms) * 1_000_000n + BigInt(fraction.padEnd(9, "0")));
}

/** `Date.parse` makes the 3rd of March of the 31st of February, and midnight of 24:00:00. */
function isOfCalendar(text: string): boolean {
  const ms = Date.parse(`${text}Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
}

/** `evt.time`: nanoseconds since the epoch. */
function nanosecondsOf(value: OutputValue | undefined): bigint | undefined {
  if (typeof value === "bigint") return value > 0n ? countable(value) : undefined;
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0
    ? BigInt(value)
    : undefined;
}

/** Alerts count nanoseconds in 63 bits, until 2262: later years would come out as others. */
function countable(timeNs: bigint): bigint | undefined {
  return timeNs < 1n << 63n ? timeNs : undefined;
}
