/** A plugin's library, opened: what it is and what it can do. Nothing in it has been started yet. */
import {
  ADDRESSES,
  API_VERSION,
  REQUIRED_NAMES,
  SCHEMA_JSON,
  type SymbolName,
  SYMBOLS,
  type Symbols,
} from "./abi.ts";
import { fieldsIn, namesIn, type PluginField, Unintelligible } from "./described.ts";
import { isCompatible, parseVersion, versionText } from "../../core/base/version.ts";
import { CPluginError } from "./error.ts";
import { lastCall } from "./last_call.ts";
import { textAt } from "./memory.ts";
import { checkSharedObject } from "./shared_object.ts";

export interface Capabilities {
  readonly source: boolean;
  readonly extraction: boolean;
  readonly parsing: boolean;
  readonly async: boolean;
  readonly listening: boolean;
}

/** Event sources that a capability is for; empty: all there are. */
export interface SourcesOf {
  readonly extraction: readonly string[];
  readonly parsing: readonly string[];
  readonly async: readonly string[];
}

export interface CPluginLibrary {
  readonly path: string;
  readonly symbols: Symbols;
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly contact: string;
  readonly requiredApi: string;
  readonly capabilities: Capabilities;
  /** 0: it has no event source of its own. */
  readonly id: number;
  /** Name of its event source; empty when it has none of its own. */
  readonly source: string;
  readonly sources: SourcesOf;
  readonly fields: readonly PluginField[];
  /** Names of the asynchronous events that it may send. */
  readonly asyncEvents: readonly string[];
  /** JSON Schema of its `init_config`; absent: that is a text which only the plugin understands. */
  readonly configSchema: unknown;
}

const NAME = /^[\w.-]{1,256}$/;
const MAX_JSON_BYTES = 16 << 20;

/**
 * Opens the library at an absolute path; throws `CPluginError`.
 *
 * The interface's version is looked at before anything else is called. Still, opening a library runs
 * code of it, in this process and with all that this process may do: whatever breaks there, breaks
 * falcod. It stays open as long as the process, since its threads may.
 */
export function openCPlugin(path: string): CPluginLibrary {
  checkSharedObject(path);
  const known = opened.get(path);
  if (known) return known;
  const library = openFresh(path);
  opened.set(path, library);
  return library;
}

/**
 * By path, as the system's loader knows them: until the end of the process a path is the library that was
 * there first. Configurations that are loaded again name the same ones, and each opening costs 30 KB.
 */
const opened = new Map<string, CPluginLibrary>();

function openFresh(path: string): CPluginLibrary {
  const symbols = open(path);
  const requiredApi = checkApi(path, symbols);
  const missing = REQUIRED_NAMES.filter((name) => symbols[name] === null);
  if (missing.length > 0) {
    throw notAPlugin(path, `it has no ${missing.join(", ")}`);
  }
  const capabilities = capabilitiesOf(path, symbols);
  try {
    return described(path, { symbols, capabilities, requiredApi });
  } catch (error) {
    if (!(error instanceof Unintelligible)) throw error;
    const help = "this is a mistake in the plugin: ask those who made it";
    throw new CPluginError("malformed", `Cannot use plugin "${path}": ${error.message}`, help);
  }
}

function open(path: string): Symbols {
  try {
    const { addresses, symbols } = noted(path, "what it does when it is loaded", () => {
      const { symbols: addresses } = Deno.dlopen(path, ADDRESSES);
      return { addresses, symbols: Deno.dlopen(path, SYMBOLS).symbols };
    });
    lastCall().opened(path);
    const there = Object.entries(symbols).map(([name, call]) => {
      if (addresses[name] === null) return [name, null] as const;
      return [name, NOTED_BY_CALLER.has(name) ? call : notedCall(path, name, call)] as const;
    });
    return Object.fromEntries(there) as Symbols;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    if (cause instanceof Deno.errors.NotCapable) {
      const message = "Deno may not call native libraries";
      throw new CPluginError("no-permission", message, "run with --allow-ffi", cause);
    }
    const help = "`ldd` shows which libraries it needs and cannot find";
    throw new CPluginError("load-failed", `Cannot load "${path}": ${reason}`, help, cause);
  }
}

/** Asked for every event: without an array of arguments each time. */
const NOTED_BY_CALLER: ReadonlySet<string> = new Set(
  [
    "plugin_extract_fields",
    "plugin_parse_event",
    "plugin_event_to_string",
  ] satisfies readonly SymbolName[],
);

type Call = (...args: readonly unknown[]) => unknown;

/** Should it crash, it is known which one it was. */
function notedCall(path: string, name: string, call: unknown): Call {
  const definition = SYMBOLS[name as SymbolName];
  if (!("nonblocking" in definition)) {
    return (...args) => noted(path, name, () => (call as Call)(...args));
  }
  return async (...args) => {
    using _elsewhere = lastCall().elsewhere(path, name);
    return await (call as Call)(...args);
  };
}

function noted<Result>(path: string, what: string, call: () => Result): Result {
  const notes = lastCall();
  const before = notes.begin(notes.textOf(path, what));
  try {
    return call();
  } finally {
    notes.end(before);
  }
}

function checkApi(path: string, symbols: Symbols): string {
  const text = textOf(symbols.plugin_get_required_api_version);
  if (text === undefined) throw notAPlugin(path, "it has no plugin_get_required_api_version");
  const wanted = parseVersion(text);
  if (!wanted) throw notAPlugin(path, `"${text.slice(0, 64)}" is no version of the interface`);
  if (isCompatible(API_VERSION, wanted)) return text;
  const message = `Cannot load "${path}": it needs version ${text.slice(0, 64)} of the plugin ` +
    `interface, and here is ${versionText(API_VERSION)}`;
  throw new CPluginError("api-version", message, "take a version of the plugin that fits");
}

/** After plugin_loader.c plugin_get_capabilities. */
function capabilitiesOf(path: string, symbols: Symbols): Capabilities {
  const has = (...names: readonly SymbolName[]) => names.every((name) => symbols[name] !== null);
  const hasAny = (...names: readonly SymbolName[]) => names.some((name) => symbols[name] !== null);
  const source = ["plugin_open", "plugin_close", "plugin_next_batch"] as const;
  const halves: readonly (string | false)[] = [
    hasAny(...source) && !has(...source) && source.join(", "),
    has("plugin_extract_fields") && !has("plugin_get_fields") && "plugin_get_fields",
    has("plugin_set_async_event_handler") && !has("plugin_get_async_events") &&
    "plugin_get_async_events",
    has("plugin_capture_open") && !has("plugin_capture_close") && "plugin_capture_close",
  ];
  const half = halves.find((one) => one !== false);
  if (half) throw notAPlugin(path, `of ${half} something is missing`);
  const capabilities = {
    source: has(...source),
    extraction: has("plugin_get_fields", "plugin_extract_fields"),
    parsing: has("plugin_parse_event"),
    async: has("plugin_get_async_events", "plugin_set_async_event_handler"),
    listening: has("plugin_capture_open", "plugin_capture_close"),
  };
  if (!Object.values(capabilities).includes(true)) {
    throw notAPlugin(path, "it can neither deliver events nor do anything with them");
  }
  return capabilities;
}

function described(
  path: string,
  { symbols, capabilities, requiredApi }: Pick<
    CPluginLibrary,
    "symbols" | "capabilities" | "requiredApi"
  >,
): CPluginLibrary {
  const name = textOf(symbols.plugin_get_name) ?? "";
  if (!NAME.test(name)) throw new Unintelligible(`its name ${JSON.stringify(name)} is none`);
  const version = textOf(symbols.plugin_get_version) ?? "";
  if (!parseVersion(version)) throw new Unintelligible(`"${version}" is no version`);
  const { id, source } = capabilities.source ? ownSource(symbols) : { id: 0, source: "" };
  const list = (of: (() => Deno.PointerValue) | null, what: string) =>
    namesIn(textOf(of, MAX_JSON_BYTES) ?? "", what);
  // What has a source of its own is at least for that.
  const sources = (isThere: boolean, of: (() => Deno.PointerValue) | null, what: string) =>
    isThere ? [...new Set([...list(of, what), ...source === "" ? [] : [source]])] : [];
  const asyncEvents = capabilities.async
    ? list(symbols.plugin_get_async_events, "its list of asynchronous events")
    : [];
  if (capabilities.async && asyncEvents.length === 0) {
    throw new Unintelligible("its list of asynchronous events is empty");
  }
  return {
    path,
    symbols,
    name,
    version,
    description: textOf(symbols.plugin_get_description) ?? "",
    contact: textOf(symbols.plugin_get_contact) ?? "",
    requiredApi,
    capabilities,
    id,
    source,
    sources: {
      extraction: sources(
        capabilities.extraction,
        symbols.plugin_get_extract_event_sources,
        "its list of sources to take fields from",
      ),
      parsing: sources(
        capabilities.parsing,
        symbols.plugin_get_parse_event_sources,
        "its list of sources to follow",
      ),
      async: sources(
        capabilities.async,
        symbols.plugin_get_async_event_sources,
        "its list of sources for asynchronous events",
      ),
    },
    fields: capabilities.extraction
      ? fieldsIn(textOf(symbols.plugin_get_fields, MAX_JSON_BYTES) ?? "")
      : [],
    asyncEvents,
    configSchema: schemaOf(symbols),
  };
}

function ownSource(symbols: Symbols): Pick<CPluginLibrary, "id" | "source"> {
  const id = symbols.plugin_get_id?.() ?? 0;
  const source = textOf(symbols.plugin_get_event_source) ?? "";
  if ((id === 0) !== (source === "")) {
    throw new Unintelligible("it has an event source without a number, or a number without one");
  }
  if (source === "syscall") throw new Unintelligible('it takes the event source "syscall"');
  if (source !== "" && !NAME.test(source)) {
    throw new Unintelligible(`its event source ${JSON.stringify(source)} is no name`);
  }
  return { id, source };
}

function schemaOf(symbols: Symbols): unknown {
  const type = new Uint8Array(4);
  const pointer = symbols.plugin_get_init_schema?.(type) ?? null;
  const text = textAt(pointer, MAX_JSON_BYTES) ?? "";
  if (text === "" || type[0] !== SCHEMA_JSON) return undefined;
  try {
    const schema: unknown = JSON.parse(text);
    if (typeof schema === "object" && schema !== null) return schema;
  } catch {
    // As what is no object.
  }
  throw new Unintelligible("the schema of its configuration is no JSON object");
}

function textOf(
  call: (() => Deno.PointerValue) | null,
  maxBytes?: number,
): string | undefined {
  return call === null ? undefined : textAt(call(), maxBytes);
}

function notAPlugin(path: string, what: string): CPluginError {
  const help = "library_path has to name a plugin for Falco";
  return new CPluginError("not-a-plugin", `Cannot load "${path}": ${what}`, help);
}
