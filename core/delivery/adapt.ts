/** What a sink gets in place of an alert: with a text of its own, and fields added to it. */
import { type Alert, compileTemplate, INTERNAL_SOURCE, unescapeText } from "../alert/mod.ts";
import type { Report, SourceText } from "../base/mod.ts";
import { alertFields, asEvent, helpForUnknown, NO_STATE } from "./alert_fields.ts";

export type AdaptAlert = (alert: Alert) => Alert;

const OPTIONS = { unknownHelp: (name: string) => helpForUnknown(name, "%") };

/** The message as the template has it; absent when it has mistakes. */
export function compileMessage(source: SourceText, report: Report): AdaptAlert | undefined {
  const template = compileTemplate(source, alertFields(), report, OPTIONS);
  return template && ((alert) => {
    // What falcod tells of itself has no fields of rules.
    if (alert.source === INTERNAL_SOURCE) return alert;
    const { output: _replaced, ...rest } = alert;
    return { ...rest, message: template.render(asEvent(alert), NO_STATE).message };
  });
}

/** A field whose value is made of the alert, as plain text; absent when the template has mistakes. */
export function compileField(
  name: string,
  source: SourceText,
  report: Report,
): AdaptAlert | undefined {
  const template = compileTemplate(source, alertFields(), report, OPTIONS);
  return template && ((alert) => {
    const value = unescapeText(template.render(asEvent(alert), NO_STATE).message);
    return { ...alert, fields: new Map([[name, value], ...alert.fields]) };
  });
}

/** Those of the alert come first; none is there twice. */
export function addTags(added: readonly string[]): AdaptAlert {
  return (alert) => ({ ...alert, tags: [...new Set([...alert.tags, ...added])] });
}

/** Fields of the alert itself stay. */
export function addFields(added: Readonly<Record<string, string>>): AdaptAlert {
  const entries = Object.entries(added);
  return (alert) => ({ ...alert, fields: new Map([...entries, ...alert.fields]) });
}
