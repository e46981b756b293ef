/** Templates of messages, as falcosidekick's users write them. */
import { type Alert, escapeUnprintable } from "../alert/mod.ts";
import { isoTimeZulu, replaceInvalid } from "../base/mod.ts";
import { falcoOutput, sortedTags } from "./document.ts";
import {
  compileGoTemplate,
  type GoTemplate,
  type Mistake,
  type TemplateValue,
} from "./go_template.ts";

/** Fills in an alert; its texts come out printable, through `escape` where the other end has a markup. */
export type MessageTemplate = (alert: Alert, escape?: (text: string) => string) => string;

export const MESSAGE_PARTS: Readonly<Record<string, (alert: Alert) => TemplateValue>> = {
  Rule: ({ rule }) => rule,
  Priority: ({ priority }) => priority,
  Source: ({ source }) => source,
  Hostname: ({ hostname }) => hostname,
  UUID: ({ uuid = "" }) => uuid,
  Output: falcoOutput,
  Message: ({ message }) => message,
  Time: ({ timeNs }) => isoTimeZulu(timeNs),
  Tags: sortedTags,
};
const NAMES = { ...MESSAGE_PARTS, OutputFields: ({ fields }: Alert) => fields };

/** What means nothing, as it stands in the template. */
export function mistakeText({ mistake }: Mistake): string {
  return mistake.startsWith("{{") ? mistake : `{{ ${mistake} }}`;
}

/** `mistake`: what between braces means nothing. */
export function compileMessage(text: string): MessageTemplate | Mistake {
  const template = compileGoTemplate<Alert>(text, { names: NAMES });
  if ("mistake" in template) return template;
  return (alert, escape = (text) => text) =>
    template(alert, (text) => escape(escapeUnprintable(replaceInvalid(text))));
}

/** A text made of `output_fields`, in which a dot stands for all of them: `{{ index . "proc.name" }}`. */
export function compileFieldTemplate(
  text: string,
): ((fields: Alert["fields"]) => string) | Mistake {
  const template: GoTemplate<Alert["fields"]> | Mistake = compileGoTemplate(text, {
    dot: (fields) => fields,
  });
  return "mistake" in template ? template : (fields) => template(fields, (text) => text);
}
