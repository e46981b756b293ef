/** Integers as upstream prints them. */

export type IntegerFormat = "decimal" | "hex" | "octal" | "id" | "padded";

/** Width of `evt.rawtime.ns` and its like: nanoseconds below a second. */
const PADDED_WIDTH = 9;

/** Types of which negative numbers show as 32 bits where others show as 64. */
const NARROW: ReadonlySet<string> = new Set(["INT8", "INT16", "INT32"]);

/** Hexadecimal is in capitals and without 0x. `type` is that of the parameter or field. */
export function integerText(
  value: number | bigint,
  format: IntegerFormat | undefined,
  type: string,
): string {
  switch (format) {
    case "hex":
      return unsigned(value, type).toString(16).toUpperCase();
    case "octal":
      return unsigned(value, type).toString(8);
    case "padded":
      return String(value).padStart(PADDED_WIDTH, "0");
    default:
      return String(value);
  }
}

/** One digit behind the point; of two that are as near, as 0.2 and 0.3 are to 0.25, the even one. */
export function decimalText(value: number): string {
  // Of all numbers between two digits, binary ones are in the middle only at a quarter.
  const isMiddle = Math.abs(value % 1) === 0.25;
  return isMiddle ? `${value < 0 ? "-" : ""}${Math.trunc(Math.abs(value))}.2` : value.toFixed(1);
}

function unsigned(value: number | bigint, type: string): number | bigint {
  if (value >= 0) return value;
  const bits = NARROW.has(type) ? 32 : 64;
  return BigInt.asUintN(bits, typeof value === "bigint" ? value : BigInt(Math.trunc(value)));
}
