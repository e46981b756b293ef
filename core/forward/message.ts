/** Templates of messages, in the part of Go's language that falcosidekick's users write. */
import { type Alert, escapeUnprintable } from "../alert/mod.ts";
import { isoTimeZulu, replaceInvalid } from "../base/mod.ts";
import { falcoOutput, sortedTags } from "./document.ts";
import { valueText } from "./facts.ts";

/** Fills in an alert; its texts come out printable, through `escape` where the other end has a markup. */
export type MessageTemplate = (alert: Alert, escape?: (text: string) => string) => string;

export const MESSAGE_PARTS: Readonly<Record<string, (alert: Alert) => string>> = {
  Rule: ({ rule }) => rule,
  Priority: ({ priority }) => priority,
  Source: ({ source }) => source,
  Hostname: ({ hostname }) => hostname,
  Output: falcoOutput,
  Message: ({ message }) => message,
  Time: ({ timeNs }) => isoTimeZulu(timeNs),
  Tags: (alert) => `[${sortedTags(alert).join(" ")}]`,
};
const ACTION = /\{\{-?\s*([^{}]*?)\s*-?\}\}/g;
const FIELD = /^index\s+\.OutputFields\s+(?:"([^"]+)"|`([^`]+)`)$/;

/** `mistake`: what between braces means nothing. */
export function compileMessage(text: string): MessageTemplate | { readonly mistake: string } {
  const pieces: (string | ((alert: Alert) => string))[] = [];
  let end = 0;
  for (const match of text.matchAll(ACTION)) {
    pieces.push(text.slice(end, match.index));
    end = match.index + match[0].length;
    const action = match[1]!;
    const field = FIELD.exec(action);
    const name = field?.[1] ?? field?.[2];
    const part = Object.hasOwn(MESSAGE_PARTS, action.slice(1))
      ? MESSAGE_PARTS[action.slice(1)]
      : undefined;
    if (name !== undefined) {
      pieces.push(({ fields }) => {
        const value = fields.get(name);
        return value === undefined ? "" : valueText(value);
      });
    } else if (part && action.startsWith(".")) pieces.push(part);
    else return { mistake: action };
  }
  pieces.push(text.slice(end));
  return (alert, escape = (text) => text) =>
    pieces.map((piece) =>
      typeof piece === "string" ? piece : escape(escapeUnprintable(replaceInvalid(piece(alert))))
    ).join("");
}
