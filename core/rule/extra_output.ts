/** What a configuration adds to the outputs of rules (Falco's `append_output`). */
import {
  compileTemplate,
  type ExtraField,
  type OutputTemplate,
  type TemplateOptions,
} from "../alert/mod.ts";
import { type Report, SourceText } from "../base/mod.ts";
import type { FieldTable } from "../field/mod.ts";

/** One addition. What stands in `source`, `rule` and `tags` must all hold for a rule to get it. */
export interface ExtraOutput {
  readonly source?: string | undefined;
  readonly rule?: string | undefined;
  /** The rule has all of them. */
  readonly tags: readonly string[];
  /** Goes to the end of the message. */
  readonly text?: SourceText | undefined;
  /** Fields that are suggested for outputs follow, as `container_id=%container.id`. */
  readonly suggested: boolean;
  /** Go to `output_fields` only; a later one replaces one of the same key. */
  readonly fields: readonly ExtraFieldText[];
}

export interface ExtraFieldText extends Pick<ExtraField, "key" | "kind"> {
  readonly text: SourceText;
}

/** What configurations pick rules by. */
export interface RuleNames {
  readonly name: string;
  readonly source: string;
  readonly tags: readonly string[];
}

/** The additions that concern a rule, in order. */
export function extraOutputsOf(
  rule: RuleNames,
  extras: readonly ExtraOutput[],
): readonly ExtraOutput[] {
  return extras.filter((extra) =>
    (!extra.source || extra.source === rule.source) &&
    (!extra.rule || extra.rule === rule.name) &&
    extra.tags.every((tag) => rule.tags.includes(tag))
  );
}

/** Texts to put behind the output of a rule. */
export function extraTexts(extras: readonly ExtraOutput[], fields: FieldTable): SourceText[] {
  return extras.flatMap(({ text, suggested }) => [
    ...(text ? [text] : []),
    ...(suggested ? suggestedTexts(fields) : []),
  ]);
}

/** Reports what is wrong with the texts of an addition, whatever rule they may come to. */
export function checkExtraOutput(extra: ExtraOutput, fields: FieldTable, report: Report): void {
  if (extra.text) compileTemplate(extra.text, fields, report);
  compileExtraFields([extra], fields, { report });
}

/** Those without a mistake; mistakes are reported. */
export function compileExtraFields(
  extras: readonly ExtraOutput[],
  fields: FieldTable,
  { report, ...options }: TemplateOptions & { readonly report: Report },
): ExtraField[] {
  const byKey = new Map(extras.flatMap((extra) => extra.fields).map((field) => [field.key, field]));
  return [...byKey.values()].flatMap(({ key, kind, text }) => {
    if (kind === "field" && key.startsWith("%")) {
      const name = key.slice(1);
      const help = `write ${name}, without the percent sign`;
      report.add({ code: "A002", title: `"${key}" is no name of a field`, at: text.all, help });
      return [];
    }
    const template = compiledOnce(text, fields, { report, ...options });
    return template ? { key, kind, template } : [];
  });
}

interface Compiled extends Pick<TemplateOptions, "bytes"> {
  readonly fields: FieldTable;
  readonly template: OutputTemplate;
}

/** Those of which nothing is to be said: all rules that get the field have the same. */
const compiled = new WeakMap<SourceText, Compiled>();

function compiledOnce(
  text: SourceText,
  fields: FieldTable,
  { report, ...options }: TemplateOptions & { readonly report: Report },
): OutputTemplate | undefined {
  const known = compiled.get(text);
  const { bytes } = options;
  const isSame = known && known.fields === fields && known.bytes === bytes;
  if (isSame && !options.unknownHelp) return known.template;
  const { count } = report;
  const template = compileTemplate(text, fields, report, options);
  if (template && report.count === count) {
    compiled.set(text, { fields, template, ...bytes && { bytes } });
  }
  return template;
}

const suggested = new WeakMap<FieldTable, readonly SourceText[]>();

function suggestedTexts(fields: FieldTable): readonly SourceText[] {
  let texts = suggested.get(fields);
  if (!texts) {
    texts = [...fields.values()].filter((field) => field.suggested).map(({ name }) =>
      new SourceText("<suggested_output>", `${name.replaceAll(".", "_")}=%${name}`)
    );
    suggested.set(fields, texts);
  }
  return texts;
}
