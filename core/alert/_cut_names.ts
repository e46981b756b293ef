/** Names in outputs of which only the beginning is a field: Falco prints that, and the rest as text. */
import { nearest, type Report, type SourceText } from "../base/mod.ts";
import type { FieldTable } from "../field/mod.ts";

export interface CutName {
  /** As written, `proc.exe_flags`, or with brackets in which the field takes no number. */
  readonly name: string;
  /** The longest field that it begins with, `proc.exe`. */
  readonly field: string;
  /** Offset of the name in the text. */
  readonly start: number;
}

/** Of one output: the first ones tell enough, and to look for what was meant takes its time. */
const MAX_TOLD = 20;
/** More are no help. */
const MAX_NAMED = 3;
/** Of a name, in UTF-16 units. */
const MAX_SHOWN = 256;
const TEXT_HELP = "put a blank behind the field, if text is to follow it";

/** A rest without letters and digits, as in `%proc.pid_%proc.name`, is text that rightly follows. */
export function warnOfCutNames(
  cuts: readonly CutName[],
  { fields, source, report }: {
    readonly fields: FieldTable;
    readonly source: SourceText;
    readonly report: Report;
  },
): void {
  const wordy = cuts.filter(({ name, field }) => /[a-zA-Z0-9]/.test(name.slice(field.length)));
  for (const { name, field, start } of wordy.slice(0, MAX_TOLD)) {
    const shown = name.slice(0, MAX_SHOWN);
    const rest = shown.slice(field.length);
    const meant = rest.startsWith("[") ? "" : namesMeant({ name, field }, fields);
    report.add({
      code: "A010",
      severity: "warning",
      title: `no field is called "${shown}": "${field}" is printed, and "${rest}" behind it`,
      at: source.span(start, start + name.length),
      help: meant === "" ? TEXT_HELP : `did you mean ${meant}? Or ${TEXT_HELP}`,
    });
  }
}

/** Quoted; empty where nothing is near. */
function namesMeant(
  { name, field }: Pick<CutName, "name" | "field">,
  fields: FieldTable,
): string {
  const names = [...fields.keys()];
  const beginning = (text: string) => names.filter((one) => one.startsWith(text)).sort();
  const longer = beginning(name);
  const alike = longer.length > 0 ? longer : beginning(name.slice(0, field.length + 1));
  const near = nearest(name, alike.length > 0 ? alike : names);
  const meant = near === undefined ? alike.slice(0, MAX_NAMED) : [near];
  return meant.map((one) => `"${one}"`).join(", ").replace(/, (?=[^,]*$)/, " or ");
}
