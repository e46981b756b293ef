import * as z from "zod";
import { httpKeys, setting, webAddress } from "../../../core/mod.ts";

export const schema = z.strictObject({
  api_key: setting.secret().describe("Key of the account"),
  host: webAddress().prefault("https://api.datadoghq.com")
    .describe("Address of Datadog's interface, another one in each region"),
  ...httpKeys,
});

export type DatadogConfig = z.output<typeof schema>;
