import * as z from "zod";
import { httpKeys, setting, webAddress } from "../../../core/mod.ts";

export const schema = z.strictObject({
  api_key: setting.secret().describe("Key of the integration"),
  region: setting.oneOf(["us", "eu"], "us").describe("Where the account is"),
  url: webAddress().optional().describe(
    "Address of the alerts interface; without it: that of the region",
  ),
  entity: setting.text("falcod").describe("What the alerts are said to be about"),
  ...httpKeys,
});

export type OpsgenieConfig = z.output<typeof schema>;
