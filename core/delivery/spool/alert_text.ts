/** Alerts as text that reads back as the same alert: bytes that were no UTF-8, large integers and all. */
import { type Alert, type OutputValue, PRIORITIES, type Priority } from "../../alert/mod.ts";

/** JSON has no integers of 64 bits and no NaN: such a value is an object with its text. */
type Written = string | number | boolean | null | readonly Written[] | {
  readonly integer: string;
} | { readonly number: string };

export function alertToText(alert: Alert): string {
  const { rule, priority, source, tags, timeNs, hostname, uuid, message, output, fields } = alert;
  return JSON.stringify({
    rule,
    priority,
    source,
    tags,
    timeNs: String(timeNs),
    hostname,
    uuid,
    message,
    output,
    fields: Array.from(fields, ([name, value]) => [name, written(value)]),
  });
}

/** Absent when the text is no alert. */
export function alertFromText(text: string): Alert | undefined {
  try {
    const read: unknown = JSON.parse(text);
    return isAlert(read)
      ? {
        rule: read.rule,
        priority: read.priority,
        source: read.source,
        tags: read.tags,
        timeNs: BigInt(read.timeNs),
        hostname: read.hostname,
        ...read.uuid !== undefined && { uuid: read.uuid },
        message: read.message,
        ...read.output !== undefined && { output: read.output },
        fields: new Map(read.fields.map(([name, value]) => [name, readBack(value)])),
      }
      : undefined;
  } catch {
    return undefined;
  }
}

interface WrittenAlert extends Omit<Alert, "timeNs" | "fields"> {
  readonly timeNs: string;
  readonly fields: readonly (readonly [string, Written])[];
}

/** Whoever can write here is trusted: this is about what other versions may have written. */
function isAlert(read: unknown): read is WrittenAlert {
  if (typeof read !== "object" || read === null) return false;
  const alert = read as Record<string, unknown>;
  const texts = ["rule", "source", "timeNs", "hostname", "message"];
  return texts.every((key) => typeof alert[key] === "string") &&
    [alert.output, alert.uuid].every((text) => text === undefined || isText(text)) &&
    PRIORITIES.includes(alert.priority as Priority) && isListOf(alert.tags, isText) &&
    isListOf(alert.fields, (field) => Array.isArray(field) && isText(field[0]));
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}

function isListOf(value: unknown, isOne: (value: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isOne);
}

function written(value: OutputValue): Written {
  if (typeof value === "bigint") return { integer: String(value) };
  if (typeof value === "number" && !Number.isFinite(value)) return { number: String(value) };
  return Array.isArray(value) ? value.map(written) : value as Written;
}

function readBack(value: Written): OutputValue {
  if (typeof value !== "object" || value === null) return value;
  if ("integer" in value) return BigInt(value.integer);
  if ("number" in value) return Number(value.number);
  return value.map(readBack);
}
