/** Alerts in channels of Zoho Cliq, through a webhook. */
import {
  type Alert,
  factsOf,
  fitting,
  HttpTarget,
  type Json,
  jsonText,
  PostSink,
  type Priority,
  shortText,
  type SinkPlugin,
} from "../../../core/mod.ts";
import { type CliqConfig, schema } from "./schema.ts";

const ORDER = ["rule", "priority", "hostname", "field", "time"] as const;

/** https://www.zoho.com/cliq/help/restapi/v2/messageformat: characters of a text; of all, what is sure to go. */
const MOST = { text: 10_000, rows: 50, bytes: 60_000 };

const EMOJI: Readonly<Record<Priority, string>> = {
  Emergency: "\u{1f6a8}",
  Alert: "\u{1f7e0}",
  Critical: "\u{1f7e0}",
  Error: "\u{1f6a8}",
  Warning: "\u{1f7e1}",
  Notice: "\u{1f535}",
  Informational: "\u{1f7e2}",
  Debug: "\u26aa",
};

/** `limit`: UTF-16 units of each text. */
export function cliqMessage(alert: Alert, config: CliqConfig, limit: number = MOST.text): Json {
  const { username, icon, output_format, message_format, use_emoji } = config;
  const shown = (text: string) => harmless(shortText(text, limit));
  const text = message_format
    ? shortText(message_format(alert, harmless), limit)
    : shown(alert.message);
  const rows = factsOf(alert, ORDER).slice(0, MOST.rows).map(({ name, value }) => ({
    field: shown(name),
    value: shown(value),
  }));
  const slides = [
    // Without a text of its own, the message begins with it already.
    ...message_format && output_format !== "fields"
      ? [{ type: "text", data: shown(alert.message) }]
      : [],
    ...output_format === "text"
      ? []
      : [{ type: "table", data: { headers: ["field", "value"], rows } }],
  ];
  return {
    text: use_emoji ? `${EMOJI[alert.priority]} ${text}` : text,
    bot: { name: username, image: icon || undefined },
    slides: slides.length === 0 ? undefined : slides,
  };
}

/** `{@all}` calls people, `[text](address)` is a link: with an invisible space within, neither is. */
function harmless(text: string): string {
  return text.replaceAll("{@", "{\u200b@").replaceAll("](", "]\u200b(");
}

const plugin: SinkPlugin<CliqConfig> = {
  kind: "sink",
  name: "cliq",
  summary: "A channel of Zoho Cliq",
  schema,
  create: (config) =>
    new PostSink(new HttpTarget(config, { url: config.webhook_url }), ({ alert }) => ({
      contentType: "application/json",
      body: fitting(
        [8000, 1000, 200, 50],
        (limit) => jsonText(cliqMessage(alert, config, limit)),
        (body) => new TextEncoder().encode(body).length <= MOST.bytes,
      ),
    })),
  batchSize: 1,
};
export default plugin;
