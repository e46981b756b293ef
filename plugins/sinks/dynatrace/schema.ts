/** `type: dynatrace` */
import * as z from "zod";
import { httpKeys, setting, webAddress } from "../../../core/mod.ts";

export const schema = z.strictObject({
  api_url: webAddress().describe(
    "Address of the interface of the environment or ActiveGate, as https://ID.live.dynatrace.com/api",
  ),
  api_token: setting.secret().describe("Access token with the scope logs.ingest"),
  ...httpKeys,
});

export type DynatraceConfig = z.output<typeof schema>;
