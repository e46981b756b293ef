/**
 * Names and values in both languages of OpenTelemetry's protocol: protocol buffers, and their mapping to
 * JSON with 64-bit numbers as texts. Numbers of fields: opentelemetry-proto v1.9 common/v1.
 */
import type { OutputValue } from "../alert/mod.ts";
import { encodeWireMessage, replaceInvalid } from "../base/mod.ts";
import type { Json } from "../forward/json.ts";

/** Names beside values, as the protocol has them; each name may be there once. */
export type Attributes = readonly (readonly [name: string, value: OutputValue])[];

export function attributesJson(attributes: Attributes): Json {
  return attributes.map(([key, value]) => ({ key, value: valueJson(value) }));
}

function valueJson(value: OutputValue): Json {
  switch (typeof value) {
    case "string":
      return { stringValue: value };
    case "boolean":
      return { boolValue: value };
    case "bigint":
      return { intValue: String(value) };
    case "number":
      if (Number.isSafeInteger(value)) return { intValue: String(value) };
      return { doubleValue: Number.isFinite(value) ? value : String(value) };
    default:
      return value === null ? {} : { arrayValue: { values: value.map(valueJson) } };
  }
}

export function attributesWire(attributes: Attributes): Uint8Array[] {
  return attributes.map(([key, value]) =>
    encodeWireMessage({ 1: replaceInvalid(key), 2: valueWire(value) })
  );
}

function valueWire(value: OutputValue): Uint8Array {
  switch (typeof value) {
    case "string":
      return encodeWireMessage({ 1: replaceInvalid(value) });
    case "boolean":
      return encodeWireMessage({ 2: Number(value) });
    case "bigint":
      return encodeWireMessage({ 3: value });
    case "number":
      return encodeWireMessage(
        Number.isSafeInteger(value) ? { 3: BigInt(value) } : { 4: { double: value } },
      );
    default: {
      if (value === null) return new Uint8Array();
      return encodeWireMessage({ 5: encodeWireMessage({ 1: value.map(valueWire) }) });
    }
  }
}
