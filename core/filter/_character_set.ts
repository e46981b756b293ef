/** Sets of characters, as the patterns of `regex` and `glob` write them in brackets. */

/** Code points `from` to `to`, both included. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Sorted, without overlaps. */
export type CharacterSet = readonly Range[];

const MAX_CODE = 0x10ffff;

export const ANY_CHARACTER: CharacterSet = [{ from: 0, to: MAX_CODE }];

/** Classes of the C locale, `[:alpha:]`: pairs of first and last characters. */
const CLASSES: Readonly<Record<string, string>> = {
  alnum: "09AZaz",
  alpha: "AZaz",
  blank: "\t\t  ",
  cntrl: "\0\x1f\x7f\x7f",
  digit: "09",
  graph: "!~",
  lower: "az",
  print: " ~",
  punct: "!/:@[`{~",
  space: "\t\r  ",
  upper: "AZ",
  xdigit: "09AFaf",
};

export function namedSet(name: string): CharacterSet | undefined {
  return Object.hasOwn(CLASSES, name) ? setOfPairs(CLASSES[name]!) : undefined;
}

/** From pairs of first and last characters, one after the other: `09AZ`. */
export function setOfPairs(pairs: string): CharacterSet {
  const set: Range[] = [];
  for (let i = 0; i < pairs.length; i += 2) {
    set.push({ from: pairs.charCodeAt(i), to: pairs.charCodeAt(i + 1) });
  }
  return set;
}

export function single(code: number): Range {
  return { from: code, to: code };
}

/** Those that run backwards hold nothing. */
export function merged(ranges: readonly Range[]): CharacterSet {
  const sorted = ranges.filter(({ from, to }) => from <= to).sort((a, b) => a.from - b.from);
  const result: Range[] = [];
  for (const range of sorted) {
    const last = result.at(-1);
    if (last && range.from <= last.to + 1) {
      result[result.length - 1] = { from: last.from, to: Math.max(last.to, range.to) };
    } else result.push(range);
  }
  return result;
}

export function complement(set: CharacterSet): CharacterSet {
  const result: Range[] = [];
  let next = 0;
  for (const { from, to } of set) {
    if (from > next) result.push({ from: next, to: from - 1 });
    next = to + 1;
  }
  if (next <= MAX_CODE) result.push({ from: next, to: MAX_CODE });
  return result;
}

const CASE_DISTANCE = 0x20;
/** Beside the Latin letters themselves: the Kelvin sign is a `k`, the long s an `s`. Unicode, CaseFolding.txt */
const UNUSUAL: readonly (readonly [CharacterSet, CharacterSet])[] = [
  [setOfPairs("KKkk"), [single(0x212a)]],
  [setOfPairs("SSss"), [single(0x17f)]],
];

/** With the other case of each letter of ASCII, and what else is one of them in another dress. */
export function inAnyCase(set: CharacterSet): CharacterSet {
  const moved = (from: string, to: string, distance: number) =>
    set.map((range) => ({
      from: Math.max(range.from, from.charCodeAt(0)) + distance,
      to: Math.min(range.to, to.charCodeAt(0)) + distance,
    }));
  const both = merged([
    ...set,
    ...moved("A", "Z", CASE_DISTANCE),
    ...moved("a", "z", -CASE_DISTANCE),
  ]);
  const unusual = UNUSUAL.flatMap(([usual, other]) =>
    haveCommon(both, usual) || haveCommon(both, other) ? [...usual, ...other] : []
  );
  return merged([...both, ...unusual]);
}

function haveCommon(one: CharacterSet, other: CharacterSet): boolean {
  return one.some((a) => other.some((b) => a.from <= b.to && b.from <= a.to));
}
