/** `type: awskinesis` */
import * as z from "zod";
import { awsKeys, setting } from "../../../core/mod.ts";

const { text, word } = setting;

export const schema = z.strictObject({
  stream_name: word().regex(/^[\w./-]{1,128}$/, { error: "the name of a stream" }).describe(
    "Data stream that gets the alerts",
  ),
  partition_key: text().describe(
    "Records of the same key keep their order; `<priority>`, `<rule>`, `<source>` and `<hostname>` are filled in; empty: another one each time, so all shards get some",
  ),
  ...awsKeys,
});

export type AwsKinesisConfig = z.output<typeof schema>;
