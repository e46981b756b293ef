/** How flags and enumerations of the kernel's become upstream's: by the names they share. */
import { flagValue } from "./flags.ts";

/** Takes the kernel's value (32 bits, either sign), gives upstream's (unsigned). */
export type Encoder = (native: number) => number;

/** A name counts when all its native bits are set. The table is looked up at the first call. */
export function bits(table: string, native: Readonly<Record<string, number>>): Encoder {
  let pairs: readonly (readonly [native: number, upstream: number])[] | undefined;
  // Callers repeat themselves: the last answer is right nearly always.
  let last = 0, lastEncoded: number | undefined;
  return (value) => {
    if (value === last && lastEncoded !== undefined) return lastEncoded;
    pairs ??= Object.entries(native).map(([name, bit]) => [bit, valueOf(table, name)] as const);
    let encoded = 0;
    for (const [bit, upstream] of pairs) {
      if ((value & bit) >>> 0 === bit) encoded |= upstream;
    }
    last = value;
    return lastEncoded = encoded >>> 0;
  };
}

/** One name for one value; `otherwise`, or 0, for values nobody named. */
export function choice(
  table: string,
  native: Readonly<Record<string, number>>,
  otherwise?: string,
): Encoder {
  let values: ReadonlyMap<number, number> | undefined;
  return (value) => {
    values ??= new Map(
      Object.entries(native).map(([name, number]) => [number, valueOf(table, name)]),
    );
    return values.get(value) ?? (otherwise === undefined ? 0 : valueOf(table, otherwise));
  };
}

function valueOf(table: string, name: string): number {
  const value = flagValue(table, name);
  if (value === undefined) throw new Error(`Flag table "${table}" has no "${name}"`);
  return value;
}
