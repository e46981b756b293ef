/** Values as outputs print them: text of a message, native types of JSON. */
import { addressText } from "../base/ip.ts";
import { type BytesFormat, bytesText } from "./_bytes.ts";
import { decimalText, integerText } from "./_number.ts";
import type { FieldDefinition, FieldScalar, FieldValue } from "./field.ts";

/** What JSON can hold; `bigint` prints as an integer. */
export type JsonValue = string | number | bigint | boolean | null | readonly JsonValue[];

const ABSENT = "<NA>";

/**
 * A value as text: numbers by the field's format, lists `(a,b)`, `<NA>` when absent.
 * After libs userspace/libsinsp/sinsp_filtercheck.cpp rawval_to_string.
 */
export function renderValue(
  value: FieldValue,
  definition: FieldDefinition,
  bytes: BytesFormat = "dots",
): string {
  if (value === undefined) return ABSENT;
  const text = (item: FieldScalar) => scalarText(item, definition, bytes);
  if (!isList(value)) return text(value);
  if (definition.list) return `(${value.map(text).join(",")})`;
  if (value.length === 0) return ABSENT;
  // Ancestors print all, the nearest first; names of an address are spellings of one thing.
  return definition.candidates === "any" ? value.map(text).reduce(appendWord, "") : text(value[0]!);
}

/** Puts words in a row; there is no blank before the first that is not empty. */
export function appendWord(line: string, word: string): string {
  return line === "" ? word : `${line} ${word}`;
}

/** A value for JSON: numbers and booleans as such where upstream has them so; null when absent. */
export function jsonValue(
  value: FieldValue,
  definition: FieldDefinition,
  bytes: BytesFormat = "dots",
): JsonValue {
  if (value === undefined) return null;
  const json = (item: FieldScalar) => scalarJson(item, definition, bytes);
  if (!isList(value)) return json(value);
  // An empty list prints as "()" and is null here, as Falco's.
  if (value.length === 0) return null;
  return definition.list ? value.map(json) : renderValue(value, definition, bytes);
}

function scalarText(value: FieldScalar, definition: FieldDefinition, bytes: BytesFormat): string {
  switch (typeof value) {
    case "string":
      return value;
    case "boolean":
      return value ? "true" : "false";
    case "number":
    case "bigint":
      return definition.type === "DOUBLE"
        ? decimalText(Number(value))
        : integerText(value, definition.format, definition.type);
  }
  return isAddress(definition) ? addressText(value) : bytesText(value, bytes);
}

function scalarJson(
  value: FieldScalar,
  definition: FieldDefinition,
  bytes: BytesFormat,
): JsonValue {
  switch (typeof value) {
    case "boolean":
      return value;
    case "number":
    case "bigint":
      return isPlainNumber(definition) ? value : scalarText(value, definition, bytes);
  }
  return scalarText(value, definition, bytes);
}

/** Other bases are text in JSON. Leading zeros, of times, are for the eye only: libs extract_as_js. */
function isPlainNumber({ format }: FieldDefinition): boolean {
  return format !== "hex" && format !== "octal";
}

function isAddress({ type }: FieldDefinition): boolean {
  return type === "IPADDR" || type === "IPNET";
}

function isList(value: FieldScalar | readonly FieldScalar[]): value is readonly FieldScalar[] {
  return Array.isArray(value);
}
