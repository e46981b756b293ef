/**
 * The interface between Falco and its plugins, as far as falcod speaks it: functions and numbers.
 *
 * Facts: falcosecurity/libs userspace/plugin/plugin_api.h, plugin_types.h and plugin_loader.c (3.12).
 */

/** Plugins for an older minor version of the same major one fit. */
export const API_VERSION = { major: 3, minor: 12, patch: 0 } as const;
/** Of events as the probe and captures have them: libs driver/SCHEMA_VERSION. */
export const EVENT_SCHEMA_VERSION = { major: 4, minor: 5, patch: 1 } as const;

/** ss_plugin_rc */
export const RC = { success: 0, failure: 1, timeout: -1, eof: 2, notSupported: 3 } as const;
/** ss_plugin_schema_type */
export const SCHEMA_JSON = 1;

/** PPME_PLUGINEVENT_E, PPME_ASYNCEVENT_E */
export const PLUGIN_EVENT = 322, ASYNC_EVENT = 402;

const state = "pointer", text = "pointer";

/** Functions that every plugin has. */
const REQUIRED = {
  plugin_get_required_api_version: { parameters: [], result: text, optional: true },
  plugin_get_version: { parameters: [], result: text, optional: true },
  plugin_get_name: { parameters: [], result: text, optional: true },
  plugin_get_description: { parameters: [], result: text, optional: true },
  plugin_get_contact: { parameters: [], result: text, optional: true },
  plugin_init: {
    parameters: ["buffer", "buffer"],
    result: state,
    optional: true,
    nonblocking: true,
  },
  plugin_destroy: { parameters: [state], result: "void", optional: true, nonblocking: true },
  plugin_get_last_error: { parameters: [state], result: text, optional: true },
} as const;

/**
 * All of them. Whatever may wait, for other threads or for anything at all, is called on a thread of
 * its own: while one of ours waited, a thread of the plugin could never get through to us.
 */
export const SYMBOLS = {
  ...REQUIRED,
  plugin_get_init_schema: { parameters: ["buffer"], result: text, optional: true },
  plugin_get_id: { parameters: [], result: "u32", optional: true },
  plugin_get_event_source: { parameters: [], result: text, optional: true },
  plugin_open: {
    parameters: [state, "buffer", "buffer"],
    result: "pointer",
    optional: true,
    nonblocking: true,
  },
  plugin_close: {
    parameters: [state, "pointer"],
    result: "void",
    optional: true,
    nonblocking: true,
  },
  plugin_next_batch: {
    parameters: [state, "pointer", "buffer", "buffer"],
    result: "i32",
    optional: true,
    nonblocking: true,
  },
  plugin_get_progress: {
    parameters: [state, "pointer", "buffer"],
    result: text,
    optional: true,
  },
  plugin_list_open_params: {
    parameters: [state, "buffer"],
    result: text,
    optional: true,
    nonblocking: true,
  },
  plugin_event_to_string: { parameters: [state, "buffer"], result: text, optional: true },
  plugin_get_fields: { parameters: [], result: text, optional: true },
  plugin_extract_fields: {
    parameters: [state, "buffer", "buffer"],
    result: "i32",
    optional: true,
  },
  plugin_get_extract_event_sources: { parameters: [], result: text, optional: true },
  plugin_get_extract_event_types: {
    parameters: ["buffer", state],
    result: "pointer",
    optional: true,
  },
  plugin_get_parse_event_types: {
    parameters: ["buffer", state],
    result: "pointer",
    optional: true,
  },
  plugin_get_parse_event_sources: { parameters: [], result: text, optional: true },
  plugin_parse_event: { parameters: [state, "buffer", "buffer"], result: "i32", optional: true },
  plugin_get_async_event_sources: { parameters: [], result: text, optional: true },
  plugin_get_async_events: { parameters: [], result: text, optional: true },
  plugin_set_async_event_handler: {
    parameters: [state, "pointer", "function"],
    result: "i32",
    optional: true,
    nonblocking: true,
  },
  plugin_get_metrics: {
    parameters: [state, "buffer"],
    result: "pointer",
    optional: true,
    nonblocking: true,
  },
  plugin_capture_open: {
    parameters: [state, "buffer"],
    result: "i32",
    optional: true,
    nonblocking: true,
  },
  plugin_capture_close: {
    parameters: [state, "buffer"],
    result: "i32",
    optional: true,
    nonblocking: true,
  },
  plugin_get_required_event_schema_version: {
    parameters: [state],
    result: text,
    optional: true,
  },
} as const satisfies Deno.ForeignLibraryInterface;

export type SymbolName = keyof typeof SYMBOLS;

/** Functions that a library does not have are null. */
export type Symbols = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

/** Where functions are: Deno has something for every nonblocking one, also where there is none. */
export const ADDRESSES = Object.fromEntries(
  Object.keys(SYMBOLS).map((name) => [name, { type: "pointer", optional: true } as const]),
);

/** Without these nothing is a plugin. */
export const REQUIRED_NAMES = Object.keys(REQUIRED) as readonly (keyof typeof REQUIRED)[];

/** ss_plugin_field_type by the names that plugins write in JSON. */
export const FIELD_TYPES = {
  uint64: 8,
  string: 9,
  reltime: 20,
  abstime: 21,
  bool: 25,
  ipaddr: 40,
  ipnet: 41,
} as const;

export type PluginFieldType = keyof typeof FIELD_TYPES;
