import * as z from "zod";
import { httpKeys, setting, webAddress } from "../../../core/mod.ts";

export const schema = z.strictObject({
  address: webAddress().describe("Where alerts go, one a request"),
  method: setting.oneOf(["POST", "PUT"], "POST").describe("How they go there"),
  ...httpKeys,
});

export type WebhookConfig = z.output<typeof schema>;
