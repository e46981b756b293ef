/**
 * Web servers: whoever has something to serve makes an `Endpoint` and mounts it at the address it is
 * to be at, `web.at({ hostname, port }).mount(endpoint)`. Endpoints see standard requests and give
 * standard responses. What clients may take up is bounded here (`limits.ts`), but for bodies: they are
 * read with `readBody`, which asks for bounds, or into a `BodyRoom`, which bounds all of them together.
 */
export { type Body, type BodyOptions, readBody } from "./body.ts";
export { type BodyPlace, BodyRoom, type RoomLimits } from "./body_room.ts";
export type { ConnectionCounters } from "./connections.ts";
export {
  type Endpoint,
  type Listen,
  type TlsFiles,
  type WebClient,
  WebError,
  type WebErrorCode,
  type WebLog,
} from "./endpoint.ts";
export { STANDARD_LIMITS, type WebLimits } from "./limits.ts";
export { jsonReply, type Refusal, refusal } from "./reply.ts";
export type { WebCounters, WebServer } from "./server.ts";
export { WebServers, type WebServersOptions } from "./servers.ts";
export { tlsProblem } from "./tls_files.ts";
