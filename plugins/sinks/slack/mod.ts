/** Alerts in channels of Slack, through an incoming webhook. */
import {
  type Alert,
  attachmentMessage,
  type Json,
  jsonText,
  postSink,
  type SinkPlugin,
} from "../../../core/mod.ts";
import { schema, type SlackConfig } from "./schema.ts";

const ORDER = ["rule", "priority", "source", "hostname", "tags", "field", "time"] as const;

/** Slack cuts texts of more than 40 000 characters, in the middle of anything. */
const LIMITS = { text: 8000, field: 2000, fields: 100 };

export function slackMessage(alert: Alert, config: SlackConfig): Json {
  return attachmentMessage(alert, { ...config, order: ORDER, escape, limits: LIMITS });
}

/** https://docs.slack.dev/messaging/formatting-message-text/#escaping: else `<!channel>` calls everybody. */
function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

const plugin: SinkPlugin<SlackConfig> = {
  kind: "sink",
  name: "slack",
  summary: "A channel of Slack",
  schema,
  create: (config) =>
    postSink(config, config.webhook_url, (alert) => jsonText(slackMessage(alert, config))),
  batchSize: 1,
};
export default plugin;
