/** How much memory the texts of programs take, and programs with less of them. */
import { decodeUtf8, encodeUtf8 } from "../base/mod.ts";
import { type Image, withWords, type Words, wordsOf } from "../event/mod.ts";

/** Bytes for each UTF-16 unit: one, unless a letter of the text is beyond Latin-1. */
const UNIT_BYTES = 1;
/** Rules ask for arguments in a row, which is made once, and once more with the name in front. */
const ARGS_UNIT_BYTES = 3 * UNIT_BYTES;
const ITEM_BYTES = 24, IMAGE_BYTES = 256;

/** What is left, in UTF-16 units. */
export interface TextLimits {
  readonly args: number;
  readonly env: number;
  /** Of everything else: paths, names. */
  readonly path: number;
}

/**
 * From what nobody misses to what is better than nothing. Falco knows 4 KB of arguments, and as much of
 * an environment; paths that the kernel takes are no longer either. Of 131 072 threads 1 KB of each text
 * would be 1.2 GB, and 2 GB more when all words have two letters: over ten times the budget. The last
 * ones are 500 MB then, twice the budget, so that nobody's environment goes as a whole.
 */
export const TEXT_LIMITS: readonly TextLimits[] = [
  { args: 4096, env: 4096, path: 4096 },
  { args: 4096, env: 1024, path: 4096 },
  { args: 1024, env: 1024, path: 1024 },
  { args: 1024, env: 256, path: 1024 },
  { args: 256, env: 256, path: 256 },
  { args: 128, env: 128, path: 256 },
];

/** Whether only `measureImage` can tell what it takes. */
export function isUnmeasured(image: Image): boolean {
  const words = wordsOf(image);
  return words !== undefined && !(words.args.isCounted && words.env.isCounted);
}

/** As `imageBytes`; may take 0.2 ms, and takes nothing apart. */
export function measureImage(image: Image): number {
  const words = wordsOf(image);
  // Asked for, they are known from then on.
  if (words !== undefined) void [words.args.count, words.env.count];
  return imageBytes(image);
}

/**
 * About bytes, as if all lists were taken apart; what is in `seen` counts elsewhere, and what was counted
 * comes to be in it. Words that nobody has counted are as one.
 */
export function imageBytes(image: Image, seen?: Set<unknown>): number {
  const { comm, exe, exePath, exeGiven } = image;
  const paths = comm.length + exe.length + exePath.length + exeGiven.length;
  const bytes = IMAGE_BYTES + UNIT_BYTES * paths;
  const words = wordsOf(image);
  return words === undefined
    ? bytes + listBytes(image.args, ARGS_UNIT_BYTES, seen) + listBytes(image.env, UNIT_BYTES, seen)
    : bytes + wordsBytes(words.args, ARGS_UNIT_BYTES, seen) +
      wordsBytes(words.env, UNIT_BYTES, seen);
}

function wordsBytes(words: Words, unitBytes: number, seen?: Set<unknown>): number {
  if (words.isApart) return listBytes(words.list, unitBytes, seen);
  if (seen?.has(words)) return 0;
  seen?.add(words);
  return (words.isCounted ? words.count : 1) * ITEM_BYTES + words.length * unitBytes;
}

function listBytes(list: readonly string[], unitBytes: number, seen?: Set<unknown>): number {
  if (list.length === 0 || seen?.has(list)) return 0;
  seen?.add(list);
  return list.length * ITEM_BYTES + unitsOf(list) * unitBytes;
}

/** To look at every text takes a while: each is in another place. */
const listUnits = new WeakMap<readonly string[], number>();
const SHORT_LIST = 8;

function unitsOf(list: readonly string[]): number {
  let units = list.length <= SHORT_LIST ? undefined : listUnits.get(list);
  if (units !== undefined) return units;
  units = 0;
  for (let i = 0; i < list.length; i++) units += list[i]!.length;
  if (list.length > SHORT_LIST) listUnits.set(list, units);
  return units;
}

/** Who shares an image, or a list, shares what is left of it. */
const cutImages = new WeakMap<Image, Map<TextLimits, Image>>();
const cutLists = new WeakMap<readonly string[], Map<number, readonly string[]>>();

/** The same program with texts of that length at most; the same object where they are no longer. */
export function cutImage(image: Image, limits: TextLimits): Image {
  const cuts = cutImages.get(image);
  const known = cuts?.get(limits);
  if (known !== undefined) return known;
  const cut = makeCut(image, limits);
  if (cut === image) return cut;
  if (cuts === undefined) cutImages.set(image, new Map([[limits, cut]]));
  else cuts.set(limits, cut);
  return cut;
}

/** Whether one is what was left of the other when it was cut. */
export function isCutOf(image: Image, whole: Image): boolean {
  for (const cut of cutImages.get(whole)?.values() ?? []) if (cut === image) return true;
  return false;
}

function makeCut(image: Image, limits: TextLimits): Image {
  const { path } = limits;
  const { comm, exe, exePath, exeGiven, argsTruncated } = image;
  const isFar = [comm, exe, exePath, exeGiven].some(({ length }) => length > path);
  const names = {
    comm: beginningOf(comm, path),
    exe: beginningOf(exe, path),
    exePath: beginningOf(exePath, path),
    exeGiven: beginningOf(exeGiven, path),
  };
  const words = wordsOf(image);
  if (words !== undefined && !(words.args.isApart && words.env.isApart)) {
    const args = words.args.beginning(limits.args);
    const env = words.env.beginning(limits.env);
    if (!isFar && args === words.args && env === words.env) return image;
    const isCut = argsTruncated || args !== words.args;
    return withWords(image, { args, env }, { ...names, argsTruncated: isCut });
  }
  const args = cutList(image.args, limits.args);
  const env = cutList(image.env, limits.env);
  if (!isFar && args === image.args && env === image.env) return image;
  const isCut = argsTruncated || args !== image.args;
  return { ...image, ...names, args, env, argsTruncated: isCut };
}

function cutList(list: readonly string[], most: number): readonly string[] {
  // Each has a NUL behind it where it comes from.
  if (unitsOf(list) + list.length <= most) return list;
  const cuts = cutLists.get(list);
  const known = cuts?.get(most);
  if (known !== undefined) return known;
  let left = most, count = 0;
  while (list[count]!.length < left) left -= list[count++]!.length + 1;
  const kept = list.slice(0, count);
  if (left > 1) kept.push(list[count]!.slice(0, left - 1));
  // Parts of a text that is no longer than they are.
  const cut = kept.length === 0 ? kept : copied(kept.join("\0")).split("\0");
  if (cuts === undefined) cutLists.set(list, new Map([[most, cut]]));
  else cuts.set(most, cut);
  return cut;
}

/** Its beginning, without what it is the beginning of. */
export function beginningOf(text: string, most: number): string {
  return text.length > most ? copied(text.slice(0, most)) : text;
}

/** V8 copies parts that are shorter by itself; longer ones keep all of the text they were taken from. */
const SHORTEST_PART = 13;

function copied(text: string): string {
  return text.length < SHORTEST_PART ? text : decodeUtf8(encodeUtf8(text));
}
