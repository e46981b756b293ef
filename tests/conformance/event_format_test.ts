import { compileTemplate, unescapeText } from "../../core/alert/mod.ts";
import { Report, SourceText } from "../../core/base/mod.ts";
import type { Event } from "../../core/event/mod.ts";
import { syscallFields } from "../../core/field/mod.ts";
import type { State } from "../../core/state/mod.ts";
import { conformanceSuite } from "./corpus.ts";
import { goldenFields, withGolden } from "./golden_fields.ts";

interface FormatCase {
  readonly name: string;
  readonly format: string;
  readonly output_format: "normal" | "json";
  readonly ok: boolean;
  /** False where Falco stops at a value that is absent. */
  readonly result?: boolean;
  readonly output?: string;
  /** Values of fields and of what transformers make of them, as text. */
  readonly values?: Readonly<Record<string, string>>;
  readonly capture?: string;
  readonly event_pos?: number | null;
}

/** The captures are not replayed here: fields take the values that upstream printed for the event. */
conformanceSuite<FormatCase>({
  file: "event-format.jsonl",
  behaviour: "compileTemplate() accepts, refuses and fills in outputs as Falco does",
  name: ({ name, format, output_format }) => `${name} (${output_format}): ${format}`,
  judge,
});

const ABSENT = "<NA>";

function judge(item: FormatCase): string | undefined {
  const values = plainValues(item);
  const known = { ...goldenFields(item.capture, item.event_pos ?? undefined), ...values };
  const fields = new Map(
    [...syscallFields].map(([name, field]) => [name, withGolden(field, known)]),
  );
  const report = new Report();
  const template = compileTemplate(new SourceText("<case>", item.format), fields, report);
  if (!template) return item.ok ? `refused: ${report.diagnostics[0]?.title}` : undefined;
  if (!item.ok) return "accepted, Falco refuses it";
  const rendered = template.render({} as Event, {} as State);
  if (item.output_format === "json") return judgeFields(item, rendered.fields);
  const message = unescapeText(rendered.message);
  // Outputs of rules go on behind what is absent: the part before it must be there.
  const expected = item.result ? item.output! : item.output! + ABSENT;
  return (item.result ? message === expected : message.startsWith(expected))
    ? undefined
    : `${JSON.stringify(message)}, Falco ${JSON.stringify(expected)}`;
}

/** Fields alone are reported with an alert, as Falco does it; the case names transformers, too. */
function judgeFields(
  { output, result }: FormatCase,
  fields: ReadonlyMap<string, unknown>,
): string | undefined {
  const theirs = Object.entries(JSON.parse(output!) ?? {}).filter(([name]) => !name.includes("("));
  const ours = [...fields].filter(([, value]) => result || value !== null)
    .map(([name, value]) => [name, typeof value === "bigint" ? Number(value) : value]);
  const [a, b] = [JSON.stringify(ours), JSON.stringify(theirs.sort())];
  return a === b ? undefined : `${a}, Falco ${b}`;
}

function plainValues({ values = {} }: FormatCase): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(values).filter(([name, value]) => !name.includes("(") && value !== ABSENT),
  );
}
