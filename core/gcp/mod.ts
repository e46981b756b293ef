/**
 * Services of Google Cloud that sinks write to: who falcod is there, and what their failures mean. A sink
 * puts `gcpKeys` into its schema and makes a `GcpTarget` of them.
 */
export { gcpAuthorizer, type GcpAuthorizerOptions } from "./authorizer.ts";
export { type GcpIdentity, gcpIdentityKeys, gcpKeys, type GcpSettings } from "./schema.ts";
export { GcpTarget, type GcpTargetOptions } from "./target.ts";
