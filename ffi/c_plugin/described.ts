/** What plugins say of themselves in JSON: fields, lists of names, ways to open them. */
import { FIELD_TYPES, type PluginFieldType } from "./abi.ts";

export interface PluginField {
  /** Its place in the plugin's list, which is what the plugin knows it by. */
  readonly id: number;
  readonly name: string;
  readonly type: PluginFieldType;
  readonly description: string;
  readonly isList: boolean;
  /** Absent: it takes none. */
  readonly argument?: { readonly required: boolean; readonly kind: "index" | "key" | "either" };
  /** Worth adding to outputs. */
  readonly isSuggested: boolean;
}

export interface OpenParam {
  readonly value: string;
  readonly description: string;
}

/** What a plugin says makes no sense; a sentence without a full stop. */
export class Unintelligible extends Error {
  override readonly name = "Unintelligible";
}

const MAX_FIELDS = 4096;
const MAX_NAMES = 65_536;
/** As rules can write them. */
const FIELD_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*(?:[.:-][a-zA-Z0-9_]+)*$/;

type Json = Readonly<Record<string, unknown>>;

/** Throws `Unintelligible`. After libsinsp/plugin.cpp resolve_dylib_symbols. */
export function fieldsIn(json: string): readonly PluginField[] {
  const entries = arrayIn(json, "its list of fields");
  if (entries.length === 0) throw new Unintelligible("its list of fields is empty");
  if (entries.length > MAX_FIELDS) {
    throw new Unintelligible(`it has ${entries.length} fields, more than ${MAX_FIELDS}`);
  }
  const fields = entries.map((entry, id) => fieldOf(entry, id));
  const twice = fields.find(({ name }, at) => fields.findIndex((one) => one.name === name) !== at);
  if (twice) throw new Unintelligible(`it has two fields "${twice.name}"`);
  return fields;
}

function fieldOf(entry: unknown, id: number): PluginField {
  if (!isObject(entry)) throw new Unintelligible(`its field ${id} is no object`);
  const { name, type, desc } = entry;
  if (typeof name !== "string" || !FIELD_NAME.test(name)) {
    throw new Unintelligible(`its field ${id} has no name that rules could use`);
  }
  const what = `its field "${name}"`;
  if (typeof type !== "string" || !Object.hasOwn(FIELD_TYPES, type)) {
    throw new Unintelligible(`${what} has the type ${JSON.stringify(type)}, which there is not`);
  }
  if (typeof desc !== "string" || desc === "") {
    throw new Unintelligible(`${what} has no description`);
  }
  const argument = argumentOf(entry.arg, what);
  return {
    id,
    name,
    type: type as PluginFieldType,
    description: desc,
    isList: flagIn(entry, "isList", what),
    isSuggested: flagIn(entry, "addOutput", what),
    ...argument && { argument },
  };
}

function argumentOf(arg: unknown, what: string): PluginField["argument"] {
  if (arg === undefined || arg === null) return undefined;
  if (!isObject(arg)) throw new Unintelligible(`"arg" of ${what} is no object`);
  const [required, isIndex, isKey] = ["isRequired", "isIndex", "isKey"].map((key) =>
    flagIn(arg, key, what)
  );
  if (isIndex || isKey) {
    const kind = isIndex && isKey ? "either" : isIndex ? "index" : "key";
    return { required: required!, kind };
  }
  if (required) {
    throw new Unintelligible(`${what} needs an argument that is neither an index nor a key`);
  }
  return undefined;
}

function flagIn(object: Json, key: string, what: string): boolean {
  const value = object[key];
  if (value === undefined || value === null) return false;
  if (typeof value !== "boolean") {
    throw new Unintelligible(`"${key}" of ${what} is neither true nor false`);
  }
  return value;
}

/** Names in a JSON array; none where the plugin says nothing. Throws `Unintelligible`. */
export function namesIn(json: string, what: string): readonly string[] {
  if (json.trim() === "") return [];
  const names = arrayIn(json, what);
  if (names.length > MAX_NAMES || !names.every((name) => typeof name === "string")) {
    throw new Unintelligible(`${what} is not a list of names`);
  }
  return [...new Set(names.filter((name) => name !== ""))];
}

/** Throws `Unintelligible`. */
export function openParamsIn(json: string): readonly OpenParam[] {
  if (json.trim() === "") return [];
  return arrayIn(json, "its list of open_params").slice(0, MAX_NAMES).map((entry) => {
    if (!isObject(entry) || typeof entry.value !== "string" || entry.value === "") {
      throw new Unintelligible("its list of open_params has an entry without a value");
    }
    return {
      value: entry.value,
      description: typeof entry.desc === "string" ? entry.desc : "",
    };
  });
}

function arrayIn(json: string, what: string): readonly unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new Unintelligible(`${what} is no JSON`);
  }
  if (!Array.isArray(value)) throw new Unintelligible(`${what} is no JSON array`);
  return value;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
