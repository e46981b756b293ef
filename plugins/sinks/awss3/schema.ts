/** `type: awss3` */
import * as z from "zod";
import { awsKeys, bucketKeys, setting } from "../../../core/mod.ts";

const { bucket, object_canned_acl } = bucketKeys;

export const schema = z.strictObject({
  bucket,
  prefix: setting.text("falco").describe("What stands in front of their names"),
  object_canned_acl,
  ...awsKeys,
});

export type AwsS3Config = z.output<typeof schema>;
