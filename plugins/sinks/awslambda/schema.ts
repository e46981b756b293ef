/** `type: awslambda` */
import * as z from "zod";
import { awsKeys, setting } from "../../../core/mod.ts";

const { oneOf, word } = setting;

export const schema = z.strictObject({
  function_name: word().regex(/^[\w:$-]{1,256}$/, { error: "the name or the ARN of a function" })
    .describe("Function that is called with each alert: its name or ARN"),
  invocation_type: oneOf(["RequestResponse", "Event", "DryRun"], "RequestResponse").describe(
    "Whether the function is waited for, AWS calls it some time later, or only the right to is looked at",
  ),
  log_type: oneOf(["Tail", "None"], "Tail").describe(
    "Whether the end of the function's log is shown where it fails",
  ),
  ...awsKeys,
});

export type AwsLambdaConfig = z.output<typeof schema>;
