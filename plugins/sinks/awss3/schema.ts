/** `type: awss3` */
import * as z from "zod";
import { awsKeys, setting } from "../../../core/mod.ts";

const { oneOf, text, word } = setting;

/** docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#canned-acl */
const ACLS = [
  "bucket-owner-full-control",
  "bucket-owner-read",
  "private",
  "public-read",
  "public-read-write",
  "aws-exec-read",
  "authenticated-read",
  "log-delivery-write",
  "none",
] as const;

export const schema = z.strictObject({
  bucket: word().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$/, { error: "the name of a bucket" })
    .describe("Bucket that objects are put into"),
  prefix: text("falco").describe("What stands in front of their names"),
  object_canned_acl: oneOf(ACLS, "bucket-owner-full-control").describe(
    "Who may read them; none: as the bucket has it",
  ),
  ...awsKeys,
});

export type AwsS3Config = z.output<typeof schema>;
