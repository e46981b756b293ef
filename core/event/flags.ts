/** Names of flag values. */
import { FLAG_ROWS, type FlagKind } from "./_flag_rows.ts";

export interface FlagTable {
  readonly kind: FlagKind;
  /** In the order they print; several names may share a value. */
  readonly names: readonly (readonly [name: string, value: number])[];
}

const tables = new Map<string, FlagTable>();
const valuesByName = new Map<string, ReadonlyMap<string, number>>();

/** A flag table by the name an event parameter gives it; absent when there is none. */
export function flagTable(name: string): FlagTable | undefined {
  const known = tables.get(name);
  if (known) return known;
  if (!Object.hasOwn(FLAG_ROWS, name)) return undefined;
  const row = FLAG_ROWS[name]!;
  const table: FlagTable = { kind: row.kind, names: row.names.trim().split(/\s+/).map(readName) };
  tables.set(name, table);
  return table;
}

/** The value of one name: `flagValue("file_flags", "O_CREAT")`; absent when the table lacks it. */
export function flagValue(table: string, name: string): number | undefined {
  let values = valuesByName.get(table);
  if (!values) {
    // Some tables name a value twice over; the first one counts, as it prints first.
    values = new Map(flagTable(table)?.names.toReversed());
    valuesByName.set(table, values);
  }
  return values.get(name);
}

/**
 * A value in words, as upstream prints them: `O_RDONLY|O_CLOEXEC`, one name for an enumeration
 * (several that share its value: `AF_LOCAL|AF_UNIX`), "" when no name fits.
 *
 * @param value read as 32 bits without sign
 */
export function renderFlags(table: string, value: number): string {
  const flags = flagTable(table);
  if (!flags) return "";
  const whole = value >>> 0;
  let rest = whole;
  let text = "";
  for (const [name, flag] of flags.names) {
    const isWhole = flag === whole;
    const fits = isWhole && flags.kind !== "bits" ||
      flags.kind !== "enum" && isContained(flag, rest, whole);
    if (!fits) continue;
    text += text === "" ? name : `|${name}`;
    rest = (rest & ~flag) >>> 0;
    // An enumeration goes on: two names may share the value.
    if (isWhole && flags.kind !== "enum") break;
  }
  return text;
}

/** A name for 0 fits only 0 itself; what a name has taken is not given out again (O_RDWR, O_RDONLY). */
function isContained(flag: number, rest: number, whole: number): boolean {
  return flag === 0 ? whole === 0 : (rest & flag) >>> 0 === flag;
}

function readName(text: string): readonly [string, number] {
  const [name, value] = text.split("=");
  return [name!, Number(value)];
}
