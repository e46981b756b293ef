/**
 * Services of AWS that sinks write to: who falcod is there, how requests are signed, and what their
 * failures mean. A sink puts `awsKeys` into its schema and makes an `AwsTarget` of them.
 */
export { awsKeys, type AwsSettings } from "./schema.ts";
export { AwsTarget, type AwsTargetOptions } from "./target.ts";
export { xmlText } from "./xml_text.ts";
