/**
 * Falco's own plugins: shared libraries with the functions of libs' plugin_api.h.
 *
 * `openCPlugin` opens a library and finds out what it is; `CPlugin.init` starts one state of it, which
 * then delivers events, is asked for fields, follows events. All pointers stay in this folder.
 *
 * A library runs inside this process. What it returns is bounded and copied, and what it says about
 * itself is checked; but a wild pointer in it, or a call that never returns, is one of falcod's. Which
 * library that was is noted (`last_call.ts`), and told when the process ends by it.
 */
export type { AsyncHandler, LogLevel, OwnerOptions } from "./owner.ts";
export { ASYNC_EVENT, type PluginFieldType } from "./abi.ts";
export { Batch } from "./batch.ts";
export { type OpenParam, openParamsIn, type PluginField, Unintelligible } from "./described.ts";
export { CPluginError, type CPluginErrorCode } from "./error.ts";
export { EVENT_HEADER, EventInput } from "./event_input.ts";
export type { FieldScalar, FieldValue } from "./field_value.ts";
export { type HostField, type HostTable, HostTableView } from "./host_table.ts";
export { CPlugin, type InstanceOptions, type NextBatch } from "./instance.ts";
export { type Capabilities, type CPluginLibrary, openCPlugin } from "./library.ts";
export type { PluginMetric } from "./metrics.ts";
export type { StateType, StateValue } from "./state_value.ts";
export { Tables } from "./tables.ts";
