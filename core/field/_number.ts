/** Integers as upstream prints them. */

export type IntegerFormat = "decimal" | "hex" | "octal" | "id" | "padded";

/** Width of `evt.rawtime.ns` and its like: nanoseconds below a second. */
const PADDED_WIDTH = 9;

/** Hexadecimal is in capitals and without 0x; negative numbers show as 64 bits there. */
export function integerText(value: number | bigint, format: IntegerFormat | undefined): string {
  switch (format) {
    case "hex":
      return unsigned(value).toString(16).toUpperCase();
    case "octal":
      return unsigned(value).toString(8);
    case "padded":
      return String(value).padStart(PADDED_WIDTH, "0");
    default:
      return String(value);
  }
}

function unsigned(value: number | bigint): number | bigint {
  if (value >= 0) return value;
  return BigInt.asUintN(64, typeof value === "bigint" ? value : BigInt(Math.trunc(value)));
}
