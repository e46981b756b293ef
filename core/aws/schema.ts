/** Settings of sinks that write to AWS. */
import type { z } from "zod";
import { httpKeysAsIs, optionalAddress } from "../http/schema.ts";
import { flag, oneOf, secret, text, word } from "../plugin/schema.ts";

/** Keys that every sink has beside its own that writes to AWS. */
export const awsKeys = {
  region: text().describe(
    "Region, as eu-west-1; empty: as the name of what is written to or AWS_REGION says",
  ),
  access_key_id: text().describe(
    "Key of a user; empty: AWS_ACCESS_KEY_ID, the identity of the workload or of the container",
  ),
  secret_access_key: secret().prefault("").describe("Its secret"),
  session_token: secret().prefault("").describe("Its token, where it is a temporary one"),
  role_arn: text().describe("Role that is assumed with all that"),
  external_id: text().describe("What the role's owner wants to hear from whoever assumes it"),
  instance_metadata: flag(false).describe(
    "Where nothing else is known, the machine is asked for its role (EC2, IMDSv2)",
  ),
  endpoint: optionalAddress().describe(
    "Address of the service, if not that of the region; for others that speak its protocol",
  ),
  sts_endpoint: optionalAddress().describe(
    "Address that roles are assumed at, if not that of the region",
  ),
  ...httpKeysAsIs,
};

export type AwsSettings = z.output<z.ZodObject<typeof awsKeys>>;

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

/** Of sinks that put objects into a bucket of S3. */
export const bucketKeys = {
  bucket: word().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$/, { error: "the name of a bucket" })
    .describe("Bucket that objects are put into"),
  object_canned_acl: oneOf(ACLS, "bucket-owner-full-control").describe(
    "Who may read them; none: as the bucket has it",
  ),
};

export type AwsBucketSettings = AwsSettings & z.output<z.ZodObject<typeof bucketKeys>>;
