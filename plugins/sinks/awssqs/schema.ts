/** `type: awssqs` */
import * as z from "zod";
import { awsKeys, setting, webAddress } from "../../../core/mod.ts";

export const schema = z.strictObject({
  url: webAddress().describe("Address of the queue, as AWS shows it"),
  message_group: setting.text("falco").describe(
    "Of FIFO queues: messages of a group keep their order; " +
      "`<priority>`, `<rule>`, `<source>` and `<hostname>` are filled in",
  ),
  ...awsKeys,
});

export type AwsSqsConfig = z.output<typeof schema>;
