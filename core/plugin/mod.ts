/** What plugins implement and how they are found. */
export type * from "./event_documents.ts";
export type * from "./exchange.ts";
export type * from "./native.ts";
export type * from "./plugin.ts";
export {
  type ContainerEngine,
  type ContainerInfo,
  type ContainerTold,
  EngineError,
  firstAnswer,
  isAnyListening,
  isListening,
  isTrusted,
  socketsOfUser,
  watchSockets,
} from "./container_engine.ts";
export { type ByteWriter, LineWriteError, LineWriter } from "./line_writer.ts";
export {
  checkPluginConfig,
  type ConfigOf,
  type PluginEntry,
  PluginError,
  type PluginKind,
  type PluginOf,
  Registry,
} from "./registry.ts";
export * as setting from "./schema.ts";
export { Secret } from "./secret.ts";
export { SinkError, type SinkErrorCode, type SinkErrorOptions } from "./sink_error.ts";
