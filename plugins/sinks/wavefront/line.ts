/**
 * Wavefront's data format: one line a point. A line break ends a point and a quote a value, so neither may
 * come through, and texts are hostile.
 */
import { type Alert, escapeUnprintable, shortText, sortedTags } from "../../../core/mod.ts";

/** Wavefront takes no longer names and values together, and no more tags. */
const MOST = { units: 250, name: 100, tags: 20 };

export interface LineOptions {
  readonly metric_name: string;
  readonly source: string;
}

/** Without a line break. The value is 1: points are counted by their tags. */
export function lineOf(alert: Alert, { metric_name, source }: LineOptions): string {
  const tags = tagsOf(alert).map(([name, value]) => {
    const key = nameText(name);
    return ` "${key}"=${quoted(value, MOST.units - key.length)}`;
  });
  const from = quoted(source, MOST.units);
  return `"${nameText(metric_name)}" 1 ${alert.timeNs} source=${from}${tags.join("")}`;
}

/** Only texts: a number that differs each time would be a series of its own each time. */
function tagsOf(alert: Alert): readonly (readonly [name: string, value: string])[] {
  const { priority, rule, source, hostname, fields } = alert;
  const own = new Map([
    ["severity", priority],
    ["rule", rule],
    ["source", source],
    ["hostname", hostname],
    ["tags", sortedTags(alert).join(", ")],
  ]);
  for (const [name, value] of [...fields].sort(([one], [other]) => one < other ? -1 : 1)) {
    if (typeof value === "string" && !own.has(name)) own.set(name, value);
  }
  return [...own].filter(([, value]) => value.trim() !== "").slice(0, MOST.tags);
}

function nameText(text: string): string {
  return text.slice(0, MOST.name).replace(/[^\w,./-]/g, "-");
}

/** A backslash in front of a quote or of the end could take it along, or lose the one that is put there. */
function quoted(text: string, most: number): string {
  const short = shortText(escapeUnprintable(shortText(text.trim(), most)), most);
  const harmless = short.replace(/\\+(?="|$)/g, (run) => "/".repeat(run.length));
  return `"${harmless.replaceAll('"', '\\"')}"`;
}
