/**
 * What forwarders tell other systems of an alert.
 *
 * Texts of alerts are hostile: whoever names a file wants to be read. Documents for programs have the
 * plain text (`alertDocument`, written by `jsonText`); messages for people have it with everything
 * spelled out that acts on a screen, and cut to what the other end takes (`factsOf`, `shortText`).
 */
export { attachmentMessage, type AttachmentOptions, withoutMentions } from "./attachments.ts";
export { alertDocument, falcoOutput, sortedTags } from "./document.ts";
export { type Fact, factsOf, rfc3339Text, utcText, valueText } from "./facts.ts";
export { alertId, alertUuid } from "./identity.ts";
export { type Json, jsonText } from "./json.ts";
export { objectName } from "./object_name.ts";
export {
  compileFieldTemplate,
  compileMessage,
  type MessageTemplate,
  mistakeText,
} from "./message.ts";
export { attachmentKeys, messageTemplate, outputFormat, rulePriority } from "./schema.ts";
export { parsePriority } from "../rule/priority.ts";
export { shortText } from "./short_text.ts";
export { CHAT_COLORS } from "./colors.ts";
export { fitting } from "./fitting.ts";
