/** Settings that forwarders share. */
import * as z from "zod";
import type { Priority } from "../alert/mod.ts";
import { inQuotes } from "../base/mod.ts";
import { setting } from "../plugin/mod.ts";
import { parsePriority } from "../rule/priority.ts";
import { compileMessage, MESSAGE_PARTS, type MessageTemplate, mistakeText } from "./message.ts";

const WANTED = `a text with ${
  Object.keys(MESSAGE_PARTS).map((name) => `{{ .${name} }}`).join(", ")
} and {{ index .OutputFields "proc.name" }} in it`;

/** A setting; absent when it is empty. */
export const messageTemplate = () =>
  setting.text().transform((text, context): MessageTemplate | undefined => {
    if (text === "") return undefined;
    const compiled = compileMessage(text);
    if (typeof compiled === "function") return compiled;
    const message = `${WANTED}, and ${inQuotes(mistakeText(compiled))} is none of these`;
    context.issues.push({ code: "custom", message, input: text });
    return z.NEVER;
  });

/** A priority of rules, in any case. */
export const rulePriority = (standard: Priority) =>
  setting.text(standard).transform((given, context): Priority => {
    const found = parsePriority(given);
    if (found) return found;
    context.issues.push({ code: "custom", message: "a priority of rules", input: given });
    return z.NEVER;
  });

/** How much of an alert a chat shows. */
export const outputFormat = () =>
  setting.oneOf(["all", "text", "fields"], "all")
    .describe("Whether the alert's text is shown, its fields, or both");

/** Of chats that take Slack's attachments. */
export const attachmentKeys = {
  username: setting.text("falcod").describe("Who the message is from"),
  icon: setting.text().describe("Address of a picture of them"),
  output_format: outputFormat(),
  message_format: messageTemplate().describe(
    "Text above the alert, with {{ .Rule }}, {{ .Priority }}, " +
      '{{ index .OutputFields "proc.name" }} and the like filled in',
  ),
};
