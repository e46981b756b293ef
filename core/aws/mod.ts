/**
 * Services of AWS that sinks write to: who falcod is there, how requests are signed, and what their
 * failures mean. A sink puts `awsKeys` into its schema and makes an `AwsTarget` of them.
 */
export { AwsBucket, type BucketObject } from "./bucket.ts";
export { awsKeys, type AwsSettings, bucketKeys } from "./schema.ts";
export { AwsTarget, type AwsTargetOptions } from "./target.ts";
export { xmlText } from "./xml_text.ts";
