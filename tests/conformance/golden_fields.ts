/** Fields that take the values upstream printed for an event: what stands in for replaying captures. */
import { Buffer } from "node:buffer";
import { parseAddress } from "../../core/base/ip.ts";
import { decodeUtf8, encodeUtf8 } from "../../core/base/mod.ts";
import type { FieldDefinition, FieldScalar, FieldValue } from "../../core/field/mod.ts";
import { corpusPath, parseLines } from "../corpus.ts";

type GoldenText = string | { readonly hex: string };
export type GoldenFields = Readonly<Record<string, GoldenText>>;

/** What upstream printed for every field of every event of a capture. */
interface Golden {
  readonly capture: string;
  readonly events?: readonly { readonly pos: number; readonly fields?: GoldenFields }[];
}

let golden: ReadonlyMap<string, GoldenFields> | undefined;

/** The fields of an event by its capture and place; absent where upstream printed none. */
export function goldenFields(
  capture: string | undefined,
  position: number | undefined,
): GoldenFields | undefined {
  golden ??= readGolden();
  return golden.get(`${capture}#${position}`);
}

function readGolden(): ReadonlyMap<string, GoldenFields> {
  const fieldsByEvent = new Map<string, GoldenFields>();
  const path = corpusPath("event-fields-golden.jsonl");
  const captures = path ? parseLines<Golden>(Deno.readTextFileSync(path)) : [];
  for (const { capture, events = [] } of captures) {
    for (const { pos, fields } of events) {
      if (fields) fieldsByEvent.set(`${capture}#${pos}`, fields);
    }
  }
  return fieldsByEvent;
}

/** The same field, reading the golden values; fields that upstream's tests invent stay as they are. */
export function withGolden(field: FieldDefinition, golden: GoldenFields): FieldDefinition {
  if (/^(?:c|sample|static)\./.test(field.name)) return field;
  // What outputs would show in place of the value is the value here.
  const { specialize, show: _, extractBase64: __, ...rest } = field;
  return {
    ...rest,
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
  const text = decodeUtf8(bytes);
  if (!field.list) return scalar(field, text, bytes);
  const inner = text.slice(1, -1);
  return inner === "" ? [] : inner.split(",").map((part) => scalar(field, part, encodeUtf8(part)));
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
