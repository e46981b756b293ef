/** `type: awssecuritylake` */
import * as z from "zod";
import { awsKeys, bucketKeys, setting } from "../../../core/mod.ts";

const { text, word } = setting;
const { bucket, object_canned_acl } = bucketKeys;

export const schema = z.strictObject({
  bucket: bucket.describe("Bucket of the lake"),
  prefix: text().describe("Place of the source in it, as ext/falco"),
  account_id: word().regex(/^[\w-]{1,64}$/, { error: "the number of an account" }).describe(
    "Account of AWS that the alerts are of, which is a part of where they go",
  ),
  object_canned_acl,
  ...awsKeys,
});

export type SecurityLakeConfig = z.output<typeof schema>;
