/** `type: cliq` */
import * as z from "zod";
import { httpKeys, messageTemplate, outputFormat, setting, webAddress } from "../../../core/mod.ts";

export const schema = z.strictObject({
  webhook_url: webAddress().describe("Address that takes messages, with its zapikey"),
  username: setting.text("falcod").describe("Who the message is from"),
  icon: setting.text().describe("Address of a picture of them"),
  output_format: outputFormat(),
  message_format: messageTemplate().describe(
    "Text above the alert, with {{ .Rule }} and the like; empty: the alert's own",
  ),
  use_emoji: setting.flag(false).describe("The text begins with a sign for the priority"),
  ...httpKeys,
});

export type CliqConfig = z.output<typeof schema>;
