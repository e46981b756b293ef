/**
 * What conditions and outputs may do to a value first: `toupper(proc.name)`.
 * After libs userspace/libsinsp/sinsp_filter_transformers.
 */
import { Buffer } from "node:buffer";
import { asciiLower, asciiUpper, decodeUtf8, utf8Length } from "../base/mod.ts";
import { getopt } from "./_getopt.ts";
import type { FieldScalar, FieldType, FieldValue } from "./field.ts";

export type TransformerName =
  | "tolower"
  | "toupper"
  | "b64"
  | "basename"
  | "len"
  | "join"
  | "concat"
  | "getopt"
  | "val";

/** What is known of a value before any event. */
export interface ValueType {
  readonly type: FieldType;
  readonly list: boolean;
}

/** Absent operands give an absent value; so does an operand that cannot be transformed. */
export type Apply = (...operands: readonly FieldValue[]) => FieldValue;

export interface Transformer {
  readonly name: TransformerName;
  /** It makes one value of several, of which each may be one of those that a field stands for. */
  readonly combines?: boolean;
  /** The type of the result, or what is wrong with the operands. */
  typeOf(operands: readonly ValueType[], argument: string | undefined): ValueType | string;
  /** What is wrong with `name(…)[argument]`; absent where arguments are not taken at all. */
  argumentProblem?(argument: string): string | undefined;
  apply(argument: string | undefined): Apply;
}

/** One operand of some types, each value of a list by itself. */
function eachValue(
  name: TransformerName,
  types: readonly FieldType[],
  change: (value: FieldScalar) => FieldScalar | undefined,
): Transformer {
  const apply: Apply = (operand) => {
    if (operand === undefined) return undefined;
    if (!Array.isArray(operand)) return change(operand as FieldScalar);
    const changed: FieldScalar[] = [];
    for (const value of operand as readonly FieldScalar[]) {
      const result = change(value);
      if (result === undefined) return undefined;
      changed.push(result);
    }
    return changed;
  };
  return {
    name,
    typeOf: (operands) => {
      const [operand] = operands;
      if (operands.length !== 1 || !operand) return `${name}() takes one operand`;
      return types.includes(operand.type)
        ? { type: operand.type, list: operand.list }
        : `${name}() takes ${types.join(", ")}, not ${operand.type}`;
    },
    apply: () => apply,
  };
}

const TEXTS = ["CHARBUF", "FSPATH"] as const satisfies readonly FieldType[];

const tolower = eachValue("tolower", TEXTS, (value) => asciiLower(value as string));
const toupper = eachValue("toupper", TEXTS, (value) => asciiUpper(value as string));

/** What stands behind the last slash; all where there is none. */
const basename = eachValue("basename", TEXTS, (value) => {
  const path = value as string;
  return path.slice(path.lastIndexOf("/") + 1);
});

const b64 = eachValue("b64", ["CHARBUF", "BYTEBUF"], (value) => {
  if (typeof value !== "string") {
    const { buffer, byteOffset, byteLength } = value as Uint8Array;
    const text = Buffer.from(buffer, byteOffset, byteLength).toString("latin1");
    return decodeBase64(withoutLastNuls(text));
  }
  const decoded = decodeBase64(value);
  if (!decoded) return undefined;
  // Strings end at their first NUL, as they do in the kernel's memory.
  const end = decoded.indexOf(0);
  return decodeUtf8(decoded.subarray(0, end < 0 ? decoded.length : end));
});

/** Programs in C send the end of a string along. */
function withoutLastNuls(text: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === "\0") end--;
  return text.slice(0, end);
}

/** Strict: no other characters, at most two `=`, no bits left over. */
function decodeBase64(text: string): Uint8Array | undefined {
  const digits = /^([A-Za-z0-9+/]*)={0,2}$/.exec(text)?.[1];
  if (digits === undefined || digits.length % 4 === 1) return undefined;
  if (digits === "" && text !== "") return undefined;
  const bytes = Buffer.from(digits, "base64");
  return bytes.toString("base64").startsWith(digits) ? bytes : undefined;
}

/** Bytes of strings, values of lists. */
const len: Transformer = {
  name: "len",
  typeOf: (operands) => {
    const [operand] = operands;
    if (operands.length !== 1 || !operand) return "len() takes one operand";
    const counts = operand.list || [...TEXTS, "BYTEBUF"].includes(operand.type);
    return counts
      ? { type: "UINT64", list: false }
      : `len() takes a list, CHARBUF, FSPATH or BYTEBUF, not ${operand.type}`;
  },
  apply: () => (operand) => {
    if (operand === undefined) return undefined;
    if (typeof operand === "string") return utf8Length(operand);
    return (operand as readonly FieldScalar[] | Uint8Array).length;
  },
};

/** `join(",", list)`: the values of a list with a separator between them. */
const join: Transformer = {
  name: "join",
  combines: true,
  typeOf: ([separator, values, ...rest]) => {
    if (!separator || !values || rest.length > 0) {
      return "join() takes two operands: a separator and a list";
    }
    if (separator.list) return "the first operand of join(), the separator, must not be a list";
    if (separator.type !== "CHARBUF") return "the separator of join() must be a string";
    if (!values.list) return "the second operand of join() must be a list";
    if (values.type !== "CHARBUF") return "join() takes a list of strings";
    return { type: "CHARBUF", list: false };
  },
  apply: () => (separator, values) =>
    separator === undefined || values === undefined
      ? undefined
      : (values as readonly string[]).join(separator as string),
};

const concat: Transformer = {
  name: "concat",
  combines: true,
  typeOf: (operands) => {
    if (operands.length < 2) return "concat() takes at least two operands";
    return operands.every(({ type, list }) => type === "CHARBUF" && !list)
      ? { type: "CHARBUF", list: false }
      : "the operands of concat() must be strings";
  },
  apply: () => (...parts) => {
    let text = "";
    for (const part of parts) {
      if (part === undefined) return undefined;
      text += part as string;
    }
    return text;
  },
};

/** `getopt(proc.args, "nt:")`: options and their values as a list; `[t]` gives the value of one. */
const getoptTransformer: Transformer = {
  name: "getopt",
  combines: true,
  typeOf: ([args, options, ...rest], argument) => {
    if (!args || !options || rest.length > 0) {
      return "getopt() takes two operands: a list of arguments and the options";
    }
    if (!args.list) return "the first operand of getopt() must be a list";
    if (options.list) return "the second operand of getopt(), the options, must not be a list";
    if (args.type !== "CHARBUF" || options.type !== "CHARBUF") {
      return "the operands of getopt() must be strings";
    }
    return { type: "CHARBUF", list: argument === undefined };
  },
  argumentProblem: (argument) =>
    argument.length === 1 ? undefined : "getopt(…)[…] names one option with one character",
  apply: (selected) => (args, options) =>
    args === undefined || options === undefined
      ? undefined
      : getopt(args as readonly string[], options as string, selected),
};

/** Only marks a field on the right side. */
const val: Transformer = {
  name: "val",
  typeOf: ([operand]) =>
    operand ? { type: operand.type, list: operand.list } : "val() takes one field",
  apply: () => (operand) => operand,
};

export const TRANSFORMERS: Readonly<Record<TransformerName, Transformer>> = {
  tolower,
  toupper,
  b64,
  basename,
  len,
  join,
  concat,
  getopt: getoptTransformer,
  val,
};

const NOT_LISTABLE: ReadonlySet<FieldType> = new Set(
  ["BOOL", "BYTEBUF", "IPADDR", "IPNET", "SOCKFAMILY", "DYN"] as const,
);

/** What is wrong with an element of a list in brackets. */
export function listElementProblem({ type }: ValueType): string | undefined {
  return NOT_LISTABLE.has(type) ? `a list holds strings and numbers, not ${type}` : undefined;
}

/** Operands as one list: lists among them are spliced in, numbers become text. */
export const listOf: Apply = (...elements) => {
  const values: FieldScalar[] = [];
  for (const element of elements) {
    if (element === undefined) return undefined;
    if (Array.isArray(element)) {
      for (const value of element as readonly FieldScalar[]) values.push(value);
    } else if (typeof element === "number" || typeof element === "bigint") {
      values.push(String(element));
    } else values.push(element as FieldScalar);
  }
  return values;
};
