/**
 * Alerts over HTTP: what sinks share that post to somebody.
 *
 * A sink puts `httpKeys` into its schema and makes an `HttpTarget` of them. `send` posts one body and
 * throws a `SinkError` that says whether to try again; where the other end takes one alert at a time,
 * `sendEach` walks through a batch. Addresses and headers may be secrets and are never told.
 *
 * Connections are undici's, or node's where HTTP/2 is spoken, loaded when there is something to send. A
 * request goes out once: one whose connection breaks is a `SinkError` that says it may have arrived, and
 * trying again is the delivery's.
 */
export {
  httpKeys,
  httpKeysAsIs,
  type HttpSettings,
  optionalAddress,
  webAddress,
} from "./schema.ts";
export { excerptOf, membersIn, undocumentedAnswer } from "./reply.ts";
export {
  type HttpAnswer,
  type HttpReply,
  type HttpRequest,
  HttpTarget,
  type HttpTargetOptions,
} from "./target.ts";
export { PostSink, postSink, sendEach, sendTogether } from "./each.ts";
export { type ParcelLimits, sendParcels } from "./parcels.ts";
export { functionFailure, MOST_OF_FUNCTION } from "./function_failure.ts";
export { placeBelow, withoutEnd } from "./place_below.ts";
export { basicAuthorization, bearerAuthorization } from "./authorization.ts";
export { isThisMachine } from "./near.ts";
export {
  type Authorization,
  AuthorizedTarget,
  type AuthorizedTargetOptions,
} from "./authorized_target.ts";
export { bearer, tokenIn, type TokenSources, tokenSources } from "./oauth.ts";
