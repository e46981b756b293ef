/** `type: awssns` */
import * as z from "zod";
import { awsKeys, setting } from "../../../core/mod.ts";

const { flag, text, word } = setting;

export const schema = z.strictObject({
  topic_arn: word().regex(/^arn:[\w-]+:sns:[a-z0-9-]+:\d+:[\w-]{1,256}(\.fifo)?$/, {
    error: "the ARN of a topic, as arn:aws:sns:eu-west-1:123456789012:alerts",
  }).describe("Topic that alerts are published to"),
  raw_json: flag(false).describe(
    "The message is Falco's JSON; else the alert's text, with what is known of it as attributes",
  ),
  message_group: text("falco").describe(
    "Of FIFO topics: messages of a group keep their order; " +
      "`<priority>`, `<rule>`, `<source>` and `<hostname>` are filled in",
  ),
  ...awsKeys,
});

export type AwsSnsConfig = z.output<typeof schema>;
