/** Alerts in channels of Mattermost, through an incoming webhook. */
import {
  type Alert,
  attachmentMessage,
  type Json,
  jsonText,
  postSink,
  type SinkPlugin,
  withoutMentions,
} from "../../../core/mod.ts";
import { type MattermostConfig, schema } from "./schema.ts";

const ORDER = ["rule", "hostname", "priority", "source", "tags", "field", "time"] as const;

/** A post has at most 16 383 characters. */
const LIMITS = { text: 4000, field: 1000, fields: 60 };

export function mattermostMessage(alert: Alert, config: MattermostConfig): Json {
  return attachmentMessage(alert, {
    ...config,
    order: ORDER,
    escape: withoutMentions,
    limits: LIMITS,
  });
}

const plugin: SinkPlugin<MattermostConfig> = {
  kind: "sink",
  name: "mattermost",
  summary: "A channel of Mattermost",
  schema,
  create: (config) =>
    postSink(config, config.webhook_url, (alert) => jsonText(mattermostMessage(alert, config))),
  batchSize: 1,
};
export default plugin;
