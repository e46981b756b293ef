import * as z from "zod";
import { httpKeys, messageTemplate, setting, webAddress } from "../../../core/mod.ts";

export const schema = z.strictObject({
  webhook_url: webAddress().describe("Address of the webhook"),
  username: setting.text().describe("Who the message is from; empty: as the webhook says"),
  icon: setting.text().describe("Address of a picture of them"),
  message_format: messageTemplate().describe("Text above the alert, with {{ .Rule }} and the like"),
  ...httpKeys,
});

export type DiscordConfig = z.output<typeof schema>;
