import * as z from "zod";
import { httpKeys, messageTemplate, outputFormat, webAddress } from "../../../core/mod.ts";

export const schema = z.strictObject({
  webhook_url: webAddress().describe("Address of the webhook, with key and token"),
  output_format: outputFormat(),
  message_format: messageTemplate().describe(
    "Text above the fields, with {{ .Rule }} and the like; empty: the alert's own",
  ),
  ...httpKeys,
});

export type GooglechatConfig = z.output<typeof schema>;
