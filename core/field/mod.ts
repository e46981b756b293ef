/**
 * Rule fields: what a rule may ask about an event, and how the answer is found and printed.
 *
 * Each field is one entry of a table, grouped in files by the prefix of its name; lookup, reference
 * and completion are all derived from the entries. Conditions and outputs find a field through
 * `findField`, which also understands arguments after a dot (`evt.arg.flags`).
 */
export type * from "./field.ts";
export { defineField } from "./field.ts";
export { fieldElsewhere, groupOfElsewhere } from "./elsewhere.ts";
export { typeCharNamed } from "./_descriptor.ts";
export { knownParam } from "./_known_param.ts";
export { fixedValue, maySettle } from "./fixed.ts";
export { GONE_EVENT, isToldLater, keepValue } from "./later.ts";
export { type PathRole, pathRoleOf } from "./fs_path.ts";
export { staticFields } from "./static.ts";
export {
  type ArgumentProblem,
  commonFields,
  fieldNames,
  type FieldUse,
  findField,
  readArgument,
  syscallFields,
  tableOf,
} from "./table.ts";
export type { BytesFormat } from "./_bytes.ts";
export { type JsonValue, jsonValue, renderValue } from "./render.ts";
export {
  type Apply,
  listElementProblem,
  listOf,
  type Transformer,
  type TransformerName,
  TRANSFORMERS,
  type ValueType,
} from "./transformer.ts";
