/** `type: splunk` */
import * as z from "zod";
import { httpKeys, setting, webAddress } from "../../../core/mod.ts";

const { duration, flag, secret, text } = setting;

export const schema = z.strictObject({
  host: webAddress().describe(
    "Address of the HTTP Event Collector, without a path or with its own",
  ),
  token: secret().describe("Token of the collector"),
  index: text().describe("Index that gets the alerts; empty: that of the token"),
  source: text().describe("Where events are said to be from; empty: as the token has it"),
  sourcetype: text("falcosidekick").describe("What events are said to be"),
  ack: flag(false).describe(
    "Alerts count as arrived when they are indexed; the token has to have acknowledgment enabled",
  ),
  ack_timeout: duration({ min: 1000, standard: 60_000 }).describe(
    "How long their being indexed is waited for before they are sent again; at most `timeout`",
  ),
  ...httpKeys,
});

export type SplunkConfig = z.output<typeof schema>;
