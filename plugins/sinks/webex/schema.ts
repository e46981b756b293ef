/** `type: webex` */
import * as z from "zod";
import { httpKeys, webAddress } from "../../../core/mod.ts";

export const schema = z.strictObject({
  webhook_url: webAddress().describe("Address of the incoming webhook"),
  ...httpKeys,
});

export type WebexConfig = z.output<typeof schema>;
