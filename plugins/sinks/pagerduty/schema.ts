import * as z from "zod";
import { httpKeys, setting, webAddress } from "../../../core/mod.ts";

export const schema = z.strictObject({
  routing_key: setting.secret().describe("Integration key of the service"),
  region: setting.oneOf(["us", "eu"], "us").describe("Where the account is"),
  url: webAddress().optional().describe(
    "Address of the events interface; without it: that of the region",
  ),
  dedup: setting.sequence(setting.word()).default(["rule", "source", "hostname", "container.id"])
    .describe(
      "Alerts that agree in these are one incident: rule, source, hostname and container.id unless others are named, fields among them; []: each is its own",
    ),
  ...httpKeys,
});

export type PagerdutyConfig = z.output<typeof schema>;
