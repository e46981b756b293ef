/**
 * What forwarders tell other systems of an alert.
 *
 * Texts of alerts are hostile: whoever names a file wants to be read. Documents for programs have the
 * plain text (`alertDocument`, written by `jsonText`); messages for people have it with everything
 * spelled out that acts on a screen, and cut to what the other end takes (`factsOf`, `shortText`).
 */
export { alertDocument, falcoOutput } from "./document.ts";
export { type Fact, factsOf, utcText, valueText } from "./facts.ts";
export { type Json, jsonText } from "./json.ts";
export { compileMessage, type MessageTemplate } from "./message.ts";
export { messageTemplate } from "./schema.ts";
export { shortText } from "./short_text.ts";
export { CHAT_COLORS } from "./colors.ts";
