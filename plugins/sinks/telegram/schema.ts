import * as z from "zod";
import { httpKeys, setting } from "../../../core/mod.ts";

export const schema = z.strictObject({
  host: setting.text("https://api.telegram.org").refine(
    (host) => /^https?:\/\/[^/]+\/?$/.test(host),
    { error: "an address that begins with http:// or https://" },
  ).describe("Where the bots' interface is"),
  token: setting.secret().describe("Token of the bot"),
  chat_id: setting.word().min(1, { error: "the id of a chat" }).describe(
    "Chat that gets the alerts",
  ),
  message_thread_id: setting.text().describe("Topic within the chat"),
  ...httpKeys,
});

export type TelegramConfig = z.output<typeof schema>;
