/** Alerts in chats of Telegram, by a bot. */
import {
  type Alert,
  escapeUnprintable,
  factsOf,
  fitting,
  type HttpReply,
  HttpTarget,
  type Json,
  jsonText,
  membersIn,
  PostSink,
  Secret,
  shortText,
  SinkError,
  type SinkPlugin,
} from "../../../core/mod.ts";
import { schema, type TelegramConfig } from "./schema.ts";

/** UTF-16 units of a message, https://core.telegram.org/bots/api#sendmessage */
const MOST_UNITS = 4096;

export function telegramMessage(alert: Alert, config: TelegramConfig): Json {
  return {
    text: fitting(
      [4000, 1000, 300, 100, 30],
      (limit) => markdown(alert, limit),
      (text) => text.length <= MOST_UNITS,
    ),
    parse_mode: "MarkdownV2",
    disable_web_page_preview: true,
    chat_id: config.chat_id,
    message_thread_id: config.message_thread_id || undefined,
  };
}

/** `limit`: UTF-16 units of each text before what is escaped. */
function markdown(alert: Alert, limit: number): string {
  const plain = (text: string) => escape(shortText(text, limit));
  const [rule, ...facts] = factsOf(alert, ["rule", "time", "source", "hostname"]);
  const tags = [...new Set(alert.tags)].join(" ");
  const fields = factsOf(alert, ["field"]).slice(0, Math.max(10, limit / 10));
  return [
    `*\\[Falco\\] \\[${plain(alert.priority)}\\] ${plain(rule!.value)}*`,
    "",
    ...facts.map(({ name, value }) => `• *${plain(named(name))}*: ${plain(value)}`),
    ...tags === "" ? [] : [`• *Tags*: ${plain(escapeUnprintable(tags))}`],
    "• *Fields*:",
    ...fields.map(({ name, value }) => `\t  • *${plain(name)}*: ${plain(value)}`),
    "",
    `*Output*: ${plain(alert.message)}`,
  ].join("\n");
}

function named(name: string): string {
  return `${name[0]!.toUpperCase()}${name.slice(1)}`;
}

/** https://core.telegram.org/bots/api#markdownv2-style */
function escape(text: string): string {
  return text.replace(/[\\_*[\]()~`>#+\-=|{}.!]/g, "\\$&");
}

/** Of the chat, its topic and the bot's rights there: nothing that the alert is wrong for. */
const OF_SETTINGS = /\b(?:chat|thread|topic|rights|bot|supergroup)\b/i;

/** Telegram answers 400 to what can be put right, too, and tells in the body for how long it wants none. */
function judge({ status, body }: HttpReply, failure: SinkError): SinkError | undefined {
  const { description, parameters } = membersIn(body) as {
    readonly description?: unknown;
    readonly parameters?: { readonly retry_after?: unknown };
  };
  if (status === 400 && typeof description === "string" && OF_SETTINGS.test(description)) {
    return new SinkError("unavailable", failure.message);
  }
  const seconds = parameters?.retry_after;
  if (status !== 429 || typeof seconds !== "number" || !(seconds >= 0)) return undefined;
  return new SinkError(failure.code, failure.message, { retryAfterMs: seconds * 1000 });
}

const plugin: SinkPlugin<TelegramConfig> = {
  kind: "sink",
  name: "telegram",
  summary: "A chat of Telegram",
  schema,
  create: (config) => {
    const host = config.host.replace(/\/$/, "");
    return new PostSink(new HttpTarget(config, { url: host, judge }), ({ alert }) => ({
      // The token may stand in a file that changes.
      url: new Secret({ value: `${host}/bot${config.token.reveal()}/sendMessage` }),
      body: jsonText(telegramMessage(alert, config)),
    }));
  },
  batchSize: 1,
};
export default plugin;
