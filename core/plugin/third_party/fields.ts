/** Fields that a manifest describes, as rules use them. */
import { parseAddress } from "../../base/ip.ts";
import {
  commonFields,
  defineField,
  type FieldArgument,
  type FieldDefinition,
  type FieldScalar,
  type FieldTable,
  type FieldType,
  type FieldValue,
  tableOf,
} from "../../field/mod.ts";
import type { ManifestField } from "../manifest.ts";
import { DocumentEvent, jsonTextOf } from "./event.ts";

const TYPES: Readonly<Record<ManifestField["type"], FieldType>> = {
  text: "CHARBUF",
  path: "FSPATH",
  int64: "INT64",
  uint64: "UINT64",
  double: "DOUBLE",
  bool: "BOOL",
  time: "ABSTIME",
  duration: "RELTIME",
  ip: "IPADDR",
  port: "PORT",
};

/** Elements of a list that count. */
const MAX_LIST = 10_000;

/** Everything rules may ask of the events of a plugin. */
export function fieldTableOf(fields: readonly ManifestField[]): FieldTable {
  return tableOf([...commonFields, ...fields.map(fieldOf)]);
}

function fieldOf(described: ManifestField): FieldDefinition {
  const { name, type, description, from, list, argument } = described;
  const steps = from === undefined ? [name] : stepsOf(from);
  const convert = CONVERSIONS[type];
  return defineField({
    name,
    type: TYPES[type],
    summary: description.replace(/\.$/, ""),
    ...list && { list: true },
    ...argument && { argument: { required: true, kind: argument } },
    extract: (event, _state, given: FieldArgument): FieldValue => {
      if (!(event instanceof DocumentEvent)) return undefined;
      let found = valueAt(event.document, steps);
      if (argument) found = memberOf(found, String(given));
      if (!list) return convert(found);
      if (!Array.isArray(found)) return undefined;
      const values: FieldScalar[] = [];
      for (const one of found.slice(0, MAX_LIST)) {
        const value = convert(one);
        if (value !== undefined) values.push(value);
      }
      return values;
    },
  });
}

/** RFC 6901. */
export function stepsOf(pointer: string): readonly string[] {
  if (pointer === "") return [];
  return pointer.slice(1).split("/").map((step) =>
    step.replaceAll("~1", "/").replaceAll("~0", "~")
  );
}

function valueAt(document: unknown, steps: readonly string[]): unknown {
  let value = document;
  for (const step of steps) value = memberOf(value, step);
  return value;
}

function memberOf(value: unknown, step: string): unknown {
  if (Array.isArray(value)) return /^\d{1,9}$/.test(step) ? value[Number(step)] : undefined;
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
  return (value as Record<string, unknown>)[step];
}

type Convert = (value: unknown) => FieldScalar | undefined;

/** Absent: there is nothing, or nothing of the type. */
const CONVERSIONS: Readonly<Record<ManifestField["type"], Convert>> = {
  text,
  path: text,
  int64: (value) => whole(value, -(2n ** 63n), 2n ** 63n - 1n),
  uint64: (value) => whole(value, 0n, 2n ** 64n - 1n),
  double: (value) => typeof value === "number" ? value : undefined,
  bool: (value) => typeof value === "boolean" ? value : undefined,
  time: (value) => {
    const ms = typeof value === "string" ? Date.parse(value) : value;
    if (typeof ms !== "number" || !(ms >= 0) || ms > 9e12) return undefined;
    return BigInt(Math.round(ms * 1000)) * 1000n;
  },
  duration: (value) => whole(value, 0n, 2n ** 63n - 1n),
  ip: (value) => typeof value === "string" ? parseAddress(value) : undefined,
  port: (value) => whole(value, 0n, 65_535n),
};

function text(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return value === undefined || value === null ? undefined : jsonTextOf(value);
}

/** A number, or one too large for it as decimal digits. */
function whole(value: unknown, min: bigint, max: bigint): number | bigint | undefined {
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) return undefined;
    return value >= min && value <= max ? value : undefined;
  }
  if (typeof value !== "string" || !/^-?\d{1,20}$/.test(value)) return undefined;
  const number = BigInt(value);
  if (number < min || number > max) return undefined;
  return BigInt(Number(number)) === number && Number.isSafeInteger(Number(number))
    ? Number(number)
    : number;
}
