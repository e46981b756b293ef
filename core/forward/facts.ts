import { type Alert, escapeUnprintable, type OutputValue } from "../alert/mod.ts";
import { outputValueJson } from "../alert/mod.ts";
import { isoTimeZulu } from "../base/mod.ts";
import { sortedTags } from "./document.ts";

/** Something known of an alert; both texts are printable. */
export interface Fact {
  /** `rule`, `priority`, `source`, `hostname`, `tags`, `time`, or a field. */
  readonly name: string;
  readonly value: string;
  readonly kind: "rule" | "priority" | "source" | "hostname" | "tags" | "time" | "field";
}

/** What chats show, in the order that is asked for; what the alert does not have is left out. */
export function factsOf(alert: Alert, order: readonly Fact["kind"][]): readonly Fact[] {
  return order.flatMap((kind): readonly Fact[] => {
    if (kind === "field") return fieldFacts(alert);
    const value = kind === "tags"
      ? sortedTags(alert).join(", ")
      : kind === "time"
      ? utcText(alert.timeNs)
      : alert[kind];
    const isMissing = value === "" && (kind === "tags" || kind === "hostname");
    return isMissing ? [] : [{ kind, name: kind, value: escapeUnprintable(value) }];
  });
}

function fieldFacts({ fields }: Alert): readonly Fact[] {
  return [...fields].sort(([one], [other]) => one < other ? -1 : 1).map(([name, value]) => ({
    kind: "field",
    name: escapeUnprintable(name),
    value: escapeUnprintable(valueText(value)),
  }));
}

/** A value as people read it; texts as they are, lists and nothing as JSON. */
export function valueText(value: OutputValue): string {
  return typeof value === "string" ? value : outputValueJson(value);
}

/** `2001-01-01 01:10:00.5 +0000 UTC`, as Go prints times and falcosidekick therefore shows them. */
export function utcText(timeNs: bigint): string {
  return `${rfc3339Text(timeNs).replace("T", " ").slice(0, -1)} +0000 UTC`;
}

/** `2001-01-01T01:10:00.5Z`: of the fraction only what there is of it. */
export function rfc3339Text(timeNs: bigint): string {
  return isoTimeZulu(timeNs).replace(/\.?0*Z$/, "Z");
}
