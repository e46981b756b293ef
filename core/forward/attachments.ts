/** Messages of Slack and of the chats that take the same. */
import type { Alert } from "../alert/mod.ts";
import { CHAT_COLORS } from "./colors.ts";
import { type Fact, factsOf } from "./facts.ts";
import type { Json } from "./json.ts";
import type { MessageTemplate } from "./message.ts";
import { shortText } from "./short_text.ts";

export interface AttachmentOptions {
  readonly username: string;
  readonly icon: string;
  readonly output_format: "all" | "text" | "fields";
  readonly message_format: MessageTemplate | undefined;
  readonly footer?: string;
  readonly channel?: string;
  /** What is shown, and in which order. */
  readonly order: readonly Fact["kind"][];
  /** Makes text harmless for the markup of the chat. */
  readonly escape: (text: string) => string;
  /** UTF-16 units of the alert's text, and of one field. */
  readonly limits: { readonly text: number; readonly field: number; readonly fields: number };
}

/** Characters that fit beside another field. */
const SHORT = 36;

export function attachmentMessage(alert: Alert, options: AttachmentOptions): Json {
  const { username, icon, output_format, message_format, footer, channel, escape, limits } =
    options;
  const text = escape(shortText(alert.message, limits.text));
  const fields = factsOf(alert, options.order).slice(0, limits.fields).map((fact) => ({
    title: escape(shortText(fact.name, limits.field)),
    value: escape(shortText(fact.value, limits.field)),
    short: isShort(fact),
  }));
  return {
    text: message_format && shortText(message_format(alert, escape), limits.text),
    username: username || undefined,
    icon_url: icon || undefined,
    channel: channel || undefined,
    attachments: [{
      fallback: text,
      color: `#${CHAT_COLORS[alert.priority]}`,
      text: output_format === "fields" ? undefined : text,
      fields: output_format === "text" ? undefined : fields,
      footer: output_format === "text" ? undefined : footer || undefined,
    }],
  };
}

function isShort({ kind, value }: Fact): boolean {
  return kind === "field" ? [...value].length < SHORT : kind !== "time";
}

/** `@channel` and its like, with an invisible space behind the sign: a file name calls nobody. */
export function withoutMentions(text: string): string {
  return text.replace(/@(?=all\b|channel\b|everyone\b|here\b)/gi, "@\u200b");
}
