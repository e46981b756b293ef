import * as z from "zod";
import { attachmentKeys, httpKeys, webAddress } from "../../../core/mod.ts";

export const schema = z.strictObject({
  webhook_url: webAddress().describe("Address of the incoming webhook"),
  ...attachmentKeys,
  ...httpKeys,
});

export type RocketchatConfig = z.output<typeof schema>;
