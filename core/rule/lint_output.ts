/** Outputs that ask for what no event of their rule can have. */
import type { OutputTemplate } from "../alert/mod.ts";
import { type Report, type SourceText, toFile } from "../base/mod.ts";
import { eventNamesOf } from "../event/mod.ts";
import { fixedValue } from "../field/fixed.ts";

/** A rule about more types is about events of every kind: some of them have the field. */
const MANY_EVENT_TYPES = 100;
const TYPES_NAMED = 3;

/**
 * For rules of the syscall source. `texts` are those the rule itself has for an output: what a
 * configuration appends to all rules fits some of them only.
 */
export function lintOutput(
  output: OutputTemplate,
  texts: readonly SourceText[],
  { eventTypes, report }: { readonly eventTypes: ReadonlySet<number>; readonly report: Report },
): void {
  if (eventTypes.size === 0 || eventTypes.size > MANY_EVENT_TYPES) return;
  const files = texts.map((text) => toFile(text.all).source);
  for (const { key, definition, argument, at } of output.uses) {
    if (!files.includes(toFile(at).source)) continue;
    const isAbsent = (code: number) => {
      const fixed = fixedValue(definition, argument, code);
      return fixed !== undefined && fixed.value === undefined;
    };
    if (![...eventTypes].every(isAbsent)) continue;
    report.add({
      code: "A009",
      severity: "warning",
      title: `"${key}" is always <NA> here: ${typesText(eventTypes)} have no such value`,
      at,
      help: "leave it out, or write a field that these events have",
    });
  }
}

function typesText(codes: ReadonlySet<number>): string {
  const names = eventNamesOf(codes);
  const others = names.length > TYPES_NAMED ? " and others" : "";
  return `events of ${names.slice(0, TYPES_NAMED).join(", ")}${others}`;
}
