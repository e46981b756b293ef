/** Alerts as plugins get them: `FormattedAlert` of the SDK, as JSON. */
import { type Alert, type OutputValue, unescapeText } from "../../alert/mod.ts";
import { isoTimeZulu } from "../../base/mod.ts";
import type { FormattedAlert } from "../plugin.ts";

export function alertsJson(batch: readonly FormattedAlert[]): string {
  return `[${batch.map(({ alert, line }) => alertJson(alert, line)).join(",")}]`;
}

/** Without a line for formatters, which are to make it. */
export function alertJson(alert: Alert, line?: string): string {
  const { rule, priority, source, tags, hostname, message, timeNs } = alert;
  return JSON.stringify({
    rule,
    priority,
    source,
    tags,
    time: isoTimeZulu(timeNs),
    hostname,
    output: unescapeText(message),
    fields: fieldsOf(alert),
    line,
  });
}

function fieldsOf({ fields }: Alert): Readonly<Record<string, unknown>> {
  const plain: Record<string, unknown> = Object.create(null);
  for (const [name, value] of fields) plain[name] = jsonOf(value);
  return plain;
}

/** Integers that a number cannot hold are text in decimal digits. */
function jsonOf(value: OutputValue): unknown {
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : String(value);
  }
  return Array.isArray(value) ? value.map(jsonOf) : value;
}
