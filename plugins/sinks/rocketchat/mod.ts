/** Alerts in channels of Rocket.Chat, through an incoming webhook. */
import {
  type Alert,
  attachmentMessage,
  type Json,
  jsonText,
  postSink,
  type SinkPlugin,
  withoutMentions,
} from "../../../core/mod.ts";
import { type RocketchatConfig, schema } from "./schema.ts";

const ORDER = ["rule", "priority", "source", "tags", "field", "time", "hostname"] as const;

/** A message has at most 5000 characters unless its server is told otherwise. */
const LIMITS = { text: 4000, field: 1000, fields: 60 };

export function rocketchatMessage(alert: Alert, config: RocketchatConfig): Json {
  return attachmentMessage(alert, {
    ...config,
    order: ORDER,
    escape: withoutMentions,
    limits: LIMITS,
  });
}

const plugin: SinkPlugin<RocketchatConfig> = {
  kind: "sink",
  name: "rocketchat",
  summary: "A channel of Rocket.Chat",
  schema,
  create: (config) =>
    postSink(config, config.webhook_url, (alert) => jsonText(rocketchatMessage(alert, config))),
  batchSize: 1,
};
export default plugin;
