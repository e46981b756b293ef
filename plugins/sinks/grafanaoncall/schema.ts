/** `type: grafanaoncall` */
import * as z from "zod";
import { httpKeys, webAddress } from "../../../core/mod.ts";

export const schema = z.strictObject({
  webhook_url: webAddress().describe("Address of an integration of the type webhook"),
  ...httpKeys,
});

export type GrafanaOnCallConfig = z.output<typeof schema>;
