import * as z from "zod";
import { httpKeys, setting, webAddress } from "../../../core/mod.ts";

export const schema = z.strictObject({
  webhook_url: webAddress().describe("Address of the workflow, or of the connector of old"),
  card: setting.oneOf(["adaptive_card", "message_card"], "adaptive_card")
    .describe("message_card: what connectors of old take, and falcosidekick sends"),
  title: setting.text("falcod").describe("Who the message is from"),
  activity_image: setting.text().describe("Address of a picture of them, on message cards"),
  output_format: setting.oneOf(["all", "text", "facts"], "all")
    .describe("Whether the alert's text is shown, its fields, or both"),
  ...httpKeys,
});

export type TeamsConfig = z.output<typeof schema>;
