/** The fields conformance cases use: falcod's own, and those that upstream's tests invent. */
import { Report, SourceText } from "../../core/base/mod.ts";
import {
  defineField,
  type FieldDefinition,
  type FieldTable,
  syscallFields,
} from "../../core/field/mod.ts";
import {
  checkCondition,
  type CheckedCondition,
  expandCondition,
  parseCondition,
} from "../../core/filter/mod.ts";

/** `c.true` compares true with 1, `c.false` does not; `sample.*` belong to upstream's sample plugin. */
const INVENTED:
  readonly (readonly [string, FieldDefinition["type"], string | number | Uint8Array])[] = [
    ["c.true", "CHARBUF", "1"],
    ["c.false", "CHARBUF", "0"],
    ["c.singlequote", "CHARBUF", "hello 'quoted'"],
    ["c.doublequote", "CHARBUF", 'hello "quoted"'],
    ["c.buffer", "BYTEBUF", new Uint8Array()],
    ["sample.proc_name", "CHARBUF", "init"],
    ["sample.tick", "CHARBUF", "false"],
    ["sample.is_open", "UINT64", 1],
    ["static.example", "CHARBUF", "test"],
  ];

export const conformanceFields: FieldTable = new Map([
  ...syscallFields,
  ...INVENTED.map(([name, type, value]) =>
    [name, defineField({ name, type, summary: "For tests", extract: () => value })] as const
  ),
]);

/** A condition without macros, taken as far as it gets. */
export function compile(
  text: string,
  fields: FieldTable = conformanceFields,
): { readonly condition: CheckedCondition | undefined; readonly report: Report } {
  const report = new Report();
  const parsed = parseCondition(new SourceText("<case>", text), report);
  const names = { macro: () => undefined, list: () => undefined };
  const expanded = parsed && expandCondition(parsed, names, report);
  return { condition: expanded && checkCondition(expanded, fields, report), report };
}
