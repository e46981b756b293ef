/** Upstream's tests of small functions, for those that have a counterpart here. */
import { Buffer } from "node:buffer";
import { isUnixAddress } from "../../core/base/socket_address.ts";
import { matchesWildcard } from "../../core/base/wildcard.ts";
import { encodeUtf8, joinPath, replaceInvalid } from "../../core/base/mod.ts";
import {
  type FieldType,
  type FieldValue,
  syscallFields,
  TRANSFORMERS,
} from "../../core/field/mod.ts";
import { escape, unescape } from "../../core/filter/literal.ts";
import { fieldNamePart, parseDuration } from "../../core/metrics/mod.ts";
import { textAt } from "../../plugins/sources/syscall/memory.ts";
import { RecordWriter } from "../records.ts";
import { conformanceSuite } from "./corpus.ts";

type CaseText = string | { readonly hex: string };

interface FunctionCase {
  readonly fn: string;
  readonly args: readonly CaseText[];
  readonly expect?: unknown;
  readonly expect_error?: boolean;
  /** Of transformers, all types without `PT_`. */
  readonly expect_list?: readonly string[];
  readonly is_list?: boolean;
  readonly input_type?: string;
  readonly input?: readonly (string | number)[];
  readonly output_type?: string;
}

/** What is wrong, by the name of upstream's function. */
const JUDGES: Readonly<Record<string, (item: FunctionCase) => string | undefined>> = {
  // Paths are joined as bytes there; one character for each byte does the same.
  concatenate_paths: ({ args, expect }) =>
    differ(joinPath(latin1(args[0]!), latin1(args[1]!)), latin1(expect as CaseText)),
  utf8_sanitize: ({ args, expect }) => {
    const bytes = bytesOf(args[0]!);
    const { memory } = new RecordWriter();
    memory.u8.set(bytes);
    return differ(replaceInvalid(textAt(memory, 0, bytes.length)), expect);
  },
  escape_str: ({ args, expect }) => differ(escape(args[0] as string), expect),
  escape_roundtrip: ({ args, expect }) => {
    const escaped = escape(args[0] as string);
    const result = /^"/.test(escaped) ? unescape(escaped) : { text: escaped };
    return differ("text" in result ? result.text : result.message, expect);
  },
  unescape_str: ({ args, expect, expect_error = false }) => {
    const result = unescape(args[0] as string);
    const failed = "message" in result;
    if (failed || expect_error) return differ(failed, expect_error);
    return differ(
      latin1Bytes(encodeUtf8(result.text)),
      latin1(expect as CaseText),
    );
  },
  // Upstream's test asserts that no other type is taken, not that these are.
  "transformer.supported_types": ({ args, expect, expect_list }) => {
    const transformer = TRANSFORMERS[nameOf(args[0])];
    for (const [list, types] of [[false, expect], [true, expect_list]] as const) {
      const supported = new Set((types as readonly string[]).map(typeOf));
      for (const { type } of syscallFields.values()) {
        const isTaken = typeof transformer.typeOf([{ type, list }], undefined) !== "string";
        if (isTaken && !supported.has(type)) return `takes ${list ? "lists of " : ""}${type}`;
      }
    }
    return undefined;
  },
  transformer: judgeTransformer,
  parse_prometheus_interval: ({ args, expect }) => differ(parseDuration(args[0] as string), expect),
  sanitize_rule_name: ({ args, expect }) => differ(fieldNamePart(args[0] as string), expect),
  is_unix_scheme: ({ args, expect }) => differ(isUnixAddress(args[0] as string), expect),
  matches_wildcard: ({ args, expect }) =>
    differ(matchesWildcard(args[0] as string, args[1] as string), expect),
};

function judgeTransformer(item: FunctionCase): string | undefined {
  const { args, is_list = false, input = [] } = item;
  const transformer = TRANSFORMERS[nameOf(args[0])];
  const typed = transformer.typeOf([{ type: typeOf(item.input_type!), list: is_list }], undefined);
  if (typeof typed === "string") return typed;
  const problem = differ(typed.type, typeOf(item.output_type!));
  if (problem) return problem;
  const apply = transformer.apply(undefined);
  // Values that are no list are transformed one by one.
  const results = is_list ? [apply(input as FieldValue)] : input.map((value) => apply(value));
  return differ(results.map(plain), item.expect);
}

conformanceSuite<FunctionCase>({
  file: "libs-utils.jsonl",
  behaviour: "paths, texts, escapes and transformers do what upstream's tests of libraries want",
  name: ({ fn, args, input }) => `${fn} ${JSON.stringify(args)} ${JSON.stringify(input ?? "")}`,
  judge: (item) => JUDGES[item.fn]!(item),
  // Splitting at a separator and the like: no subject of rules, and no function here.
  concerns: ({ fn }) => Object.hasOwn(JUDGES, fn),
});

conformanceSuite<FunctionCase>({
  file: "falco-utils.jsonl",
  behaviour:
    "patterns, names of metrics, durations and addresses do what upstream's tests of utilities want",
  name: ({ fn, args }) => `${fn} ${JSON.stringify(args)}`,
  judge: (item) => JUDGES[item.fn]?.(item) ?? (JUDGES[item.fn] ? undefined : "no such function"),
});

function differ(ours: unknown, theirs: unknown): string | undefined {
  const [a, b] = [JSON.stringify(ours), JSON.stringify(theirs)];
  return a === b ? undefined : `${a}, Falco ${b}`;
}

function plain(value: FieldValue): unknown {
  return typeof value === "bigint" ? Number(value) : value;
}

function bytesOf(text: CaseText): Buffer {
  return typeof text === "string" ? Buffer.from(text) : Buffer.from(text.hex, "hex");
}

function latin1(text: CaseText): string {
  return bytesOf(text).toString("latin1");
}

function latin1Bytes(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}

/** A relative path is an `FSPATH` here. */
function typeOf(name: string): FieldType {
  return name.replace("PT_", "").replace("FSRELPATH", "FSPATH") as FieldType;
}

function nameOf(argument: CaseText | undefined): keyof typeof TRANSFORMERS {
  return argument as keyof typeof TRANSFORMERS;
}
