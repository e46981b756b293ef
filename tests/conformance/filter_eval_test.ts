import { Buffer } from "node:buffer";
import { parseAddress } from "../../core/base/ip.ts";
import type { Event } from "../../core/event/mod.ts";
import type { FieldDefinition, FieldScalar, FieldValue } from "../../core/field/mod.ts";
import { emitCondition, interpretCondition } from "../../core/filter/mod.ts";
import type { State } from "../../core/state/mod.ts";
import { judgeCases, readCases } from "./filter_corpus.ts";
import { compile, conformanceFields } from "./filter_fields.ts";

interface EvalCase {
  readonly test: string;
  readonly kind: "eval" | "mock-eval" | "compiles";
  readonly filter: string;
  readonly expect: boolean | "error";
  readonly capture?: string;
  readonly event_pos?: number;
}

type GoldenText = string | { readonly hex: string };
type GoldenFields = Readonly<Record<string, GoldenText>>;

/** What upstream printed for every field of every event of a capture. */
interface Golden {
  readonly capture: string;
  readonly events?: readonly { readonly pos: number; readonly fields?: GoldenFields }[];
}

/**
 * The captures are not replayed here: fields take the values that upstream printed for the event.
 * What text cannot carry, and what upstream prints no value for, is left to replay.
 */
Deno.test("interpreted and emitted conditions judge events as Falco does", () => {
  const file = "filter-eval.jsonl";
  const golden = new Map<string, GoldenFields>();
  for (const { capture, events = [] } of readCases<Golden>("event-fields-golden.jsonl")) {
    for (const { pos, fields } of events) if (fields) golden.set(`${capture}#${pos}`, fields);
  }
  judgeCases(file, readCases<EvalCase>(file), {
    name: ({ test, filter }) => `${test}: ${filter}`,
    judge: (item) => judge(item, golden.get(`${item.capture}#${item.event_pos}`)),
    exceptions: [
      {
        matches: /bytebuf_matches_nul: evt\.buffer (?!.*(?:"ab"|6101|610162))/,
        reason: "upstream prints a dot for the NUL byte: left to replay",
      },
      {
        matches: /\(evt\.num, evt\.num\)\) = "1,1"/,
        reason: "upstream's test counts events from the one it looks at",
      },
      {
        matches: /invalid_utf8_match: .* contains "\\xfe"$/,
        reason: "bytes that are not UTF-8 all decode to U+FFFD and cannot be told apart",
      },
      {
        matches: /execve_empty_params.*: evt\.rawarg\.\w+ (?:=|exists|in|intersects)/,
        reason: "a raw argument without bytes prints as 0 and compares as absent: left to replay",
      },
      {
        matches: /EVT_FILTER_rawarg_madness: evt\.rawarg\.flags <= 255/,
        reason: "flags print in hexadecimal: left to replay",
      },
    ],
  });
});

function judge(item: EvalCase, golden: GoldenFields | undefined): string | undefined {
  const fields = golden
    ? new Map([...conformanceFields].map(([name, field]) => [name, withGolden(field, golden)]))
    : conformanceFields;
  const { condition, report } = compile(item.filter, fields);
  const problem = report.diagnostics.find(({ severity }) => severity === "error");
  if (item.kind === "compiles" || item.expect === "error") {
    const accepted = condition !== undefined;
    return accepted === (item.expect === true) ? undefined : `accepted: ${accepted}`;
  }
  if (!condition) return `refused: ${problem?.title}`;
  const [event, state] = [{} as Event, {} as State];
  const interpreted = interpretCondition(condition, event, state);
  if (emitCondition(condition)(event, state) !== interpreted) return "the evaluators disagree";
  return interpreted === item.expect ? undefined : `${interpreted}, Falco says ${item.expect}`;
}

function withGolden(field: FieldDefinition, golden: GoldenFields): FieldDefinition {
  if (/^(?:c|sample|static)\./.test(field.name)) return field;
  const { specialize } = field;
  return {
    ...field,
    ...specialize && {
      specialize: (argument: string) => withGolden(specialize(argument), golden),
    },
    extract: (_event, _state, argument) => {
      const names = argument === undefined
        ? [field.name]
        : [`${field.name}[${argument}]`, `${field.name}.${argument}`];
      return CANDIDATES[field.name]?.(golden) ??
        value(field, names.map((name) => golden[name]).find((text) => text !== undefined));
    },
  };
}

/** Fields for conditions only, which upstream prints no value of. */
const CANDIDATES: Readonly<Record<string, (golden: GoldenFields) => FieldValue>> = {
  "fd.ip": bothAddresses,
  "fd.net": bothAddresses,
  "fd.port": (golden) =>
    ["fd.cport", "fd.sport"].flatMap((name) =>
      golden[name] === undefined ? [] : [Number(golden[name])]
    ),
};

function bothAddresses(golden: GoldenFields): FieldValue {
  return ["fd.cip", "fd.sip"].flatMap((name) => parseAddress(String(golden[name])) ?? []);
}

function value(field: FieldDefinition, golden: GoldenText | undefined): FieldValue {
  if (golden === undefined) return undefined;
  const bytes = typeof golden === "string" ? Buffer.from(golden) : Buffer.from(golden.hex, "hex");
  const text = bytes.toString("utf8");
  if (!field.list) return scalar(field, text, bytes);
  const inner = text.slice(1, -1);
  return inner === "" ? [] : inner.split(",").map((part) => scalar(field, part, Buffer.from(part)));
}

function scalar({ type }: FieldDefinition, text: string, bytes: Uint8Array): FieldScalar {
  switch (type) {
    case "CHARBUF":
    case "FSPATH":
      return text;
    case "BOOL":
      return text === "true";
    case "BYTEBUF":
      return bytes;
    case "IPADDR":
    case "IPNET":
      return parseAddress(text) ?? new Uint8Array();
    default:
      return /^-?\d+$/.test(text) ? BigInt(text) : NaN;
  }
}
