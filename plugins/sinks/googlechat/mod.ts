/** Alerts in spaces of Google Chat, through a webhook. */
import {
  type Alert,
  factsOf,
  fitting,
  type Json,
  jsonText,
  postSink,
  shortText,
  type SinkPlugin,
} from "../../../core/mod.ts";
import { type GooglechatConfig, schema } from "./schema.ts";

const ORDER = ["rule", "priority", "source", "hostname", "field", "tags", "time"] as const;

/** A message has at most 32 000 bytes; a section at most 100 widgets. */
const MOST = { bytes: 30_000, widgets: 100 };

/** `limit`: UTF-16 units of the text and of each value. */
export function googlechatMessage(alert: Alert, config: GooglechatConfig, limit = Infinity): Json {
  const { output_format, message_format } = config;
  const isText = output_format === "text";
  const text = message_format
    ? message_format(alert, harmless)
    : output_format === "fields"
    ? undefined
    : harmless(alert.message);
  const widgets = factsOf(alert, ORDER).slice(0, MOST.widgets).map(({ name, value }) => ({
    keyValue: { topLabel: shortText(name, limit), content: entities(shortText(value, limit)) },
  }));
  return {
    text: text && shortText(text, limit),
    cards: isText ? undefined : [{ sections: [{ widgets }] }],
  };
}

/** `<users/all>` calls everybody, `<address|text>` is a link. */
function harmless(text: string): string {
  return text.replaceAll("<", "‹").replaceAll(">", "›");
}

/** Cards have some of HTML. */
function entities(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

const plugin: SinkPlugin<GooglechatConfig> = {
  kind: "sink",
  name: "googlechat",
  summary: "A space of Google Chat",
  schema,
  create: (config) =>
    postSink(config, config.webhook_url, (alert) =>
      fitting(
        [4000, 800, 160, 40],
        (limit) => jsonText(googlechatMessage(alert, config, limit)),
        (text) => new TextEncoder().encode(text).length <= MOST.bytes,
      )),
  batchSize: 1,
};
export default plugin;
