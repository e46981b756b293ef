/** Values of `output_fields` in JSON, spelled as Falco spells them. */
import { whenNeeded } from "../base/mod.ts";
import { syscallFields } from "../field/mod.ts";
import type { OutputValue } from "./alert.ts";
import { outputValueJson } from "./escape.ts";

/** Fields whose values may have digits behind the point; plugins for Falco cannot have any. */
const decimals = whenNeeded(() =>
  new Set(
    [...syscallFields.values()].filter((field) => field.type === "DOUBLE").map(({ name }) => name),
  )
);

/** Numbers from here on have an exponent, and so have those of as many digits behind the point. */
const LARGEST_PLAIN = 1e15, SMALLEST_PLAIN = 1e-4;

/**
 * `key`: the field as written. A whole number among decimal ones is `0.0`, since who reads it may take
 * the type of all from the first.
 */
export function fieldJson(key: string, value: OutputValue): string {
  return typeof value === "number" && Number.isFinite(value) && decimals().has(key)
    ? decimalJson(value)
    : outputValueJson(value);
}

function decimalJson(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < SMALLEST_PLAIN || size >= LARGEST_PLAIN)) {
    // Exponents have two digits there at least.
    return value.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
  }
  const text = String(value);
  return text.includes(".") ? text : `${text}.0`;
}
