/** Alerts in channels of Discord, through a webhook. */
import {
  type Alert,
  type Fact,
  factsOf,
  type Json,
  jsonText,
  postSink,
  type Priority,
  shortText,
  type SinkPlugin,
  withoutMentions,
} from "../../../core/mod.ts";
import { type DiscordConfig, schema } from "./schema.ts";

const COLORS: Readonly<Record<Priority, number>> = {
  Emergency: 15158332,
  Alert: 11027200,
  Critical: 15105570,
  Error: 15844367,
  Warning: 12745742,
  Notice: 3066993,
  Informational: 3447003,
  Debug: 12370112,
};

/** https://docs.discord.com/developers/resources/message#embed-object-embed-limits */
const MOST = { description: 2000, fields: 25, name: 256, value: 1024, total: 6000, content: 2000 };

export function discordMessage(alert: Alert, config: DiscordConfig): Json {
  const facts = [
    ...factsOf(alert, ["rule", "priority", "source", "hostname"]),
    ...factsOf(alert, ["field"]),
  ];
  const last = factsOf(alert, ["tags", "time"]);
  const description = shortText(alert.message, MOST.description);
  let left = MOST.total - description.length;
  const fields = [...facts.slice(0, MOST.fields - last.length), ...last].map(fieldOf)
    .filter(({ name, value }) => (left -= name.length + value.length) >= 0);
  return {
    content: shortText(config.message_format?.(alert, withoutMentions) ?? "", MOST.content),
    username: config.username || undefined,
    avatar_url: config.icon || undefined,
    // Whatever is in the texts calls nobody.
    allowed_mentions: { parse: [] },
    embeds: [{ title: "", description, color: COLORS[alert.priority], fields }],
  };
}

function fieldOf({ kind, name, value }: Fact) {
  // Three backquotes would end the block that shows the value as it is.
  const short = shortText(value.replaceAll("```", "`\u200b``"), MOST.value - 6);
  return {
    name: shortText(name, MOST.name),
    value: kind === "field" ? `\`\`\`${short}\`\`\`` : short || "-",
    inline: true,
  };
}

const plugin: SinkPlugin<DiscordConfig> = {
  kind: "sink",
  name: "discord",
  summary: "A channel of Discord",
  schema,
  create: (config) =>
    postSink(config, config.webhook_url, (alert) => jsonText(discordMessage(alert, config))),
  batchSize: 1,
};
export default plugin;
