/** Alerts in spaces of Webex, through an incoming webhook. */
import {
  type Alert,
  escapeUnprintable,
  factsOf,
  fitting,
  type Json,
  jsonText,
  postSink,
  shortText,
  type SinkPlugin,
} from "../../../core/mod.ts";
import { schema, type WebexConfig } from "./schema.ts";

/** https://developer.webex.com/docs/api/v1/messages/create-a-message: bytes of a message. */
const MOST_BYTES = 7000;

/** `limit`: UTF-16 units of each text before what is escaped; lists have a tenth as many items. */
export function webexMessage(alert: Alert, limit = Infinity): Json {
  const plain = (text: string) => escape(shortText(escapeUnprintable(text.toWellFormed()), limit));
  const listed = (name: string, items: readonly string[]) =>
    items.length === 0 ? [] : [`  * ${name}:`, ...items.map((item) => `    * ${item}`)];
  const most = Math.max(10, limit / 10);
  const fields = factsOf(alert, ["field"]).slice(0, most);
  const tags = [...new Set(alert.tags)].slice(0, most);
  return {
    markdown: [
      `# Falco Rule '${plain(alert.rule)}'`,
      "",
      `### ${plain(alert.message)}`,
      "",
      ...factsOf(alert, ["hostname", "source", "priority", "time"]).map(({ name, value }) =>
        `  * ${name[0]!.toUpperCase()}${name.slice(1)}: ${plain(value)}`
      ),
      ...listed("Tags", tags.map(plain)),
      ...listed("Fields", fields.map(({ name, value }) => `${plain(name)}: ${plain(value)}`)),
    ].join("\n"),
  };
}

/** `<@all>` calls everybody; other signs may have a backslash in front. */
function escape(text: string): string {
  return text.replaceAll("<", "‹").replaceAll(">", "›").replace(/[\\`*_{}[\]()#+!|~]/g, "\\$&");
}

const plugin: SinkPlugin<WebexConfig> = {
  kind: "sink",
  name: "webex",
  summary: "A space of Webex",
  schema,
  create: (config) =>
    postSink(config, config.webhook_url, (alert) =>
      fitting(
        [3000, 800, 200, 60, 20],
        (limit) => jsonText(webexMessage(alert, limit)),
        (text) => new TextEncoder().encode(text).length <= MOST_BYTES,
      )),
  batchSize: 1,
};
export default plugin;
