/** `type: awscloudwatchlogs` */
import * as z from "zod";
import { awsKeys, setting } from "../../../core/mod.ts";

const { flag, text, word } = setting;

export const schema = z.strictObject({
  log_group: word().regex(/^[\w./#-]{1,512}$/, { error: "the name of a log group" })
    .describe("Log group; it has to be there"),
  log_stream: text("falcosidekick-logstream").refine((name) => /^[^:*]{1,512}$/.test(name), {
    error: "the name of a log stream",
  }).describe("Log stream in it"),
  create_log_stream: flag(true).describe("Whether the stream is made where it is not there"),
  ...awsKeys,
});

export type AwsCloudWatchLogsConfig = z.output<typeof schema>;
