/**
 * Alerts and how their text is made.
 *
 * A rule's output is compiled into a template when rules are loaded; when the rule matches, the
 * template copies what it needs out of the event and fills in a message. Text from events is escaped
 * there, so every message is one harmless line. Formatters turn alerts into what sinks write.
 */
export type * from "./alert.ts";
export { INTERNAL_SOURCE, PRIORITIES } from "./alert.ts";
export {
  cutText,
  escapeText,
  escapeUnprintable,
  escapeValue,
  jsonString,
  outputValueJson,
  unescapeText,
} from "./escape.ts";
export { fieldJson } from "./field_json.ts";
export { type OwnAlert, ownAlert } from "./own_alert.ts";
export { type ExtraField, withExtraFields } from "./extra_fields.ts";
export {
  compileTemplate,
  type OutputField,
  type OutputTemplate,
  type RenderedOutput,
  type TemplateOptions,
} from "./template.ts";
