/**
 * InfluxDB's line protocol.
 * docs.influxdata.com/influxdb/v1/write_protocols/line_protocol_reference
 *
 * A line break ends a point, so none may come through in a name, and texts are hostile. Points that
 * agree in tags and time are one, so what is sent again is there once.
 */
import {
  type Alert,
  escapeUnprintable,
  falcoOutput,
  type OutputValue,
  outputValueJson,
  shortText,
  sortedTags,
} from "../../../core/mod.ts";

/** 64 KB is what a field takes, in whatever characters. */
const MAX_FIELD_UNITS = 21_000;
/** All names and tags of a point together take 64 KB. */
const MAX_TAG_UNITS = 1000;
const MAX_INTEGER = 2n ** 63n - 1n;

export interface LineOptions {
  readonly measurement: string;
  readonly output_fields: "fields" | "tags" | "none";
}

/** One point, without a line break. */
export function lineOf(alert: Alert, { measurement, output_fields: place }: LineOptions): string {
  const tags = new Map<string, string>();
  const fields = new Map<string, string>();
  const isOld = place === "tags";
  for (const [name, value] of alert.fields) {
    if (place === "none" || value === null) continue;
    // A number that differs each time would make a series of its own each time.
    if (isOld && typeof value === "string") tags.set(name, withoutBlanks(value));
    else fields.set(OWN_NAMES.has(name) ? `${name}_` : name, fieldValue(value));
  }
  const { rule, priority, source, hostname } = alert;
  tags.set("rule", isOld ? withoutBlanks(rule) : rule);
  for (const [name, value] of Object.entries({ priority, source, hostname })) tags.set(name, value);
  tags.set("tags", isOld ? [...new Set(alert.tags)].join("_") : sortedTags(alert).join(","));
  fields.set("value", quoted(falcoOutput(alert)));
  const tagList = [...tags].sort(byName).filter(([, value]) => value !== "")
    .map(([name, value]) => `,${tagName(name)}=${tagText(value)}`);
  const fieldList = [...fields].sort(byName).map(([name, value]) => `${tagName(name)}=${value}`);
  const name = escaped(printable(measurement), /[, ]/g);
  return `${name}${tagList.join("")} ${fieldList.join(",")} ${alert.timeNs}`;
}

/** As queries of those who come from falcosidekick have them. */
function withoutBlanks(text: string): string {
  return text.replaceAll(" ", "_");
}

/** Tags of every point, and what InfluxDB keeps for itself. */
const OWN_NAMES: ReadonlySet<string> = new Set([
  ...["rule", "priority", "source", "hostname", "tags"],
  ...["value", "time"],
]);

function fieldValue(value: OutputValue): string {
  switch (typeof value) {
    case "number":
      if (Number.isSafeInteger(value)) return `${value}i`;
      return Number.isFinite(value) ? String(value) : quoted(String(value));
    case "bigint":
      return value <= MAX_INTEGER && value >= -MAX_INTEGER ? `${value}i` : quoted(String(value));
    case "boolean":
      return String(value);
    default:
      return quoted(textOf(value));
  }
}

function textOf(value: OutputValue): string {
  if (value === null) return "";
  return typeof value === "string" ? value : outputValueJson(value);
}

function quoted(text: string): string {
  const short = shortText(text.toWellFormed(), MAX_FIELD_UNITS);
  return `"${escaped(short, /["\\]/g)}"`;
}

function tagName(name: string): string {
  return tagText(name === "time" ? "time_" : name);
}

/** A backslash at the end would take the separator along: an underscore stands behind it. */
function tagText(text: string): string {
  const short = shortText(printable(shortText(text, MAX_TAG_UNITS)), MAX_TAG_UNITS);
  return escaped(short, /[,= ]/g).replace(/\\$/, "\\_");
}

function printable(text: string): string {
  return escapeUnprintable(text.toWellFormed());
}

function escaped(text: string, special: RegExp): string {
  return text.replace(special, "\\$&");
}

function byName([one]: readonly [string, string], [other]: readonly [string, string]): number {
  return one < other ? -1 : 1;
}
