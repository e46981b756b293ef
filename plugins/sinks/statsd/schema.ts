/** `type: statsd` */
import * as z from "zod";
import { serverAddress, setting } from "../../../core/mod.ts";

export const PORT = 8125;

export const schema = z.strictObject({
  forwarder: serverAddress({ standard: "127.0.0.1:8125", port: PORT })
    .describe("host:port, which is sent to by UDP: nobody answers"),
  namespace: setting.text("falco.").describe("What stands in front of all names"),
  dialect: setting.oneOf(["statsd", "dogstatsd"], "statsd").describe(
    "statsd: priority and rule are part of the name; dogstatsd: they are tags, as are source and hostname",
  ),
});

export type StatsdConfig = z.output<typeof schema>;
