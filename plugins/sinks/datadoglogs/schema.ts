import * as z from "zod";
import { httpKeys, setting, webAddress } from "../../../core/mod.ts";

export const schema = z.strictObject({
  api_key: setting.secret().describe("Key of the account"),
  host: webAddress().prefault("https://http-intake.logs.datadoghq.com")
    .describe("Address that takes logs, another one in each region"),
  service: setting.text().describe("Name of the service that the logs are said to be of"),
  ...httpKeys,
});

export type DatadogLogsConfig = z.output<typeof schema>;
