/** Prometheus's text format, version 0.0.4. */
import type { Family, Labels } from "./metric.ts";

export const EXPOSITION_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/**
 * Every name once, with all its values: what Falco repeats there, Prometheus's own checker refuses.
 * Names are taken as they are.
 */
export function exposition(families: readonly Family[]): string {
  let text = "";
  for (const { name, help, type, samples } of families) {
    text += `# HELP ${name} ${escaped(help)}\n# TYPE ${name} ${type}\n`;
    for (const { labels, value } of samples) text += `${name}${labelsText(labels)} ${value}\n`;
  }
  return text;
}

function labelsText(labels: Labels): string {
  const pairs = Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value).replaceAll('"', '\\"')}"`);
  return pairs.length > 0 ? `{${pairs.join(",")}}` : "";
}

/** Names of rules may hold anything; NUL ends the text for some readers. */
function escaped(text: string): string {
  return text.toWellFormed().replaceAll("\0", "\ufffd").replaceAll("\\", "\\\\")
    .replaceAll("\n", "\\n");
}
