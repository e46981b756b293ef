import * as z from "zod";
import { attachmentKeys, httpKeys, setting, webAddress } from "../../../core/mod.ts";

export const schema = z.strictObject({
  webhook_url: webAddress().describe("Address of the incoming webhook"),
  footer: setting.text().describe("Line below the alert"),
  ...attachmentKeys,
  ...httpKeys,
});

export type MattermostConfig = z.output<typeof schema>;
