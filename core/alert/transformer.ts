/** What an output may do to a value before printing it: `%toupper(proc.name)`. */
import type { FieldScalar, FieldType, FieldValue } from "../field/mod.ts";

export interface ValueType {
  readonly type: FieldType;
  readonly list: boolean;
}

/** libs userspace/libsinsp/sinsp_filter_transformers, sinsp_filtercheck_multivalue_transformer.cpp */
export interface Transformer {
  readonly name: string;
  /** The type of the result, or a sentence that says which arguments are wanted. */
  check(parameters: readonly ValueType[]): ValueType | string;
  /** Takes `[x]` behind the parenthesis: the result is then one value. Says what is wrong with it. */
  readonly checkOption?: (option: string) => string | undefined;
  /** Every value is present; `undefined` when no result can be made of them. */
  apply(values: readonly NonNullable<FieldValue>[], option: string | undefined): FieldValue;
}

const TEXT: readonly FieldType[] = ["CHARBUF", "FSPATH"];
const TEXT_OR_BYTES: readonly FieldType[] = [...TEXT, "BYTEBUF"];

const ALL: readonly Transformer[] = [
  // ASCII only, as the C locale does it.
  eachString("tolower", (text) => text.replace(/[A-Z]+/g, (part) => part.toLowerCase())),
  eachString("toupper", (text) => text.replace(/[a-z]+/g, (part) => part.toUpperCase())),
  eachString("basename", (text) => text.slice(text.lastIndexOf("/") + 1)),
  {
    name: "b64",
    check: (parameters) =>
      onlyOne(parameters, ["CHARBUF", "BYTEBUF"]) ?? "one field of text or bytes",
    apply: ([value]) => each(value!, decodeBase64),
  },
  {
    name: "len",
    check: (parameters) =>
      parameters.length === 1 && (parameters[0]!.list || onlyOne(parameters, TEXT_OR_BYTES))
        ? { type: "UINT64", list: false }
        : "one field of text, bytes or a list",
    apply: ([value]) => {
      if (isList(value!)) return value.length;
      return value instanceof Uint8Array ? value.length : utf8Length(String(value));
    },
  },
  {
    name: "join",
    check: ([separator, list, ...others]) =>
      separator && !separator.list && list?.list && others.length === 0
        ? { type: "CHARBUF", list: false }
        : `a separator and a list, as in join(",", (proc.name, proc.pname))`,
    apply: ([separator, list]) =>
      isList(list!) ? list.map(String).join(String(separator)) : undefined,
  },
  {
    name: "concat",
    check: (parameters) =>
      parameters.length >= 2 && parameters.every(({ type, list }) => type === "CHARBUF" && !list)
        ? { type: "CHARBUF", list: false }
        : "two or more fields of text or quoted strings",
    apply: (values) => values.map(String).join(""),
  },
  {
    name: "getopt",
    check: ([list, options, ...others]) =>
      list?.list && list.type === "CHARBUF" && options?.type === "CHARBUF" && !options.list &&
        others.length === 0
        ? { type: "CHARBUF", list: true }
        : `a list of arguments and an option string, as in getopt(proc.args, "a:b")`,
    checkOption: (option) => option.length === 1 ? undefined : "one option character",
    apply: ([list, options], option) =>
      isList(list!) ? getopt(list.map(String), String(options), option) : undefined,
  },
];

/** By name. `val()` is not here: it only has a meaning on the right side of a condition. */
export const TRANSFORMERS: ReadonlyMap<string, Transformer> = new Map(
  ALL.map((transformer) => [transformer.name, transformer]),
);

function eachString(name: string, change: (text: string) => string): Transformer {
  return {
    name,
    check: (parameters) => onlyOne(parameters, TEXT) ?? "one field of text",
    apply: ([value]) => each(value!, (item) => change(String(item))),
  };
}

function onlyOne(
  parameters: readonly ValueType[],
  types: readonly FieldType[],
): ValueType | undefined {
  const [first, ...others] = parameters;
  return first && others.length === 0 && types.includes(first.type) ? first : undefined;
}

/** The transformer on a value or on each item of a list; one failure makes the whole absent. */
function each(
  value: NonNullable<FieldValue>,
  change: (item: FieldScalar) => FieldScalar | undefined,
): FieldValue {
  if (!isList(value)) return change(value);
  const items = value.map(change);
  return items.includes(undefined) ? undefined : items as FieldScalar[];
}

function isList(value: NonNullable<FieldValue>): value is readonly FieldScalar[] {
  return Array.isArray(value);
}

/** Text stays text and bytes stay bytes; padding may be missing. */
function decodeBase64(value: FieldScalar): FieldScalar | undefined {
  const text = value instanceof Uint8Array
    ? Array.from(value, (byte) => String.fromCharCode(byte)).join("")
    : String(value);
  try {
    const bytes = Uint8Array.fromBase64(text.replace(/=+$/, ""));
    return value instanceof Uint8Array ? bytes : new TextDecoder().decode(bytes);
  } catch {
    return undefined;
  }
}

function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}

/**
 * getopt(3) over an argument list, long options skipped. Without `wanted`: every option met, each
 * followed by its argument, "?" for an unknown one and "" for a missing argument. With it: the last
 * argument of that option (its own letter if it takes none), absent when it was not given.
 */
function getopt(args: readonly string[], known: string, wanted: string | undefined): FieldValue {
  const results: string[] = [];
  let selected: string | undefined;
  const found = (option: string, ...values: string[]) => {
    if (wanted === undefined) results.push(...values);
    else if (option === wanted) selected = values.at(-1);
  };
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === "--" || arg.length < 2 || !arg.startsWith("-")) break;
    if (arg.startsWith("--")) continue;
    for (let at = 1; at < arg.length; at++) {
      const option = arg[at]!;
      const place = option === ":" ? -1 : known.indexOf(option);
      if (place < 0) {
        if (wanted === undefined) results.push("?");
      } else if (known[place + 1] !== ":") {
        found(option, option);
      } else {
        const value = at + 1 < arg.length ? arg.slice(at + 1) : args[++i];
        if (value === undefined) found(option, "");
        else found(option, option, value);
        break;
      }
    }
  }
  return wanted === undefined ? results : selected;
}
