/** How much memory the texts of programs take, and programs with less of them. */
import { decodeUtf8, encodeUtf8 } from "../base/mod.ts";
import { type Image, type Words, wordsOf } from "../event/mod.ts";

/** Bytes for each UTF-16 unit: one, unless a letter of the text is beyond Latin-1. */
const UNIT_BYTES = 1;
/** Rules ask for arguments in a row, which is made once, and once more with the name in front. */
const ARGS_UNIT_BYTES = 3 * UNIT_BYTES;
const ITEM_BYTES = 24, IMAGE_BYTES = 256;
/** In UTF-16 units: sources tell no more of arguments, nor of an environment. */
export const LONGEST_WORDS = 65_536;

/** What is left, in UTF-16 units. */
export interface TextLimits {
  readonly args: number;
  readonly env: number;
  /** Of everything else: paths, names. */
  readonly path: number;
}

/**
 * From what nobody misses to what is better than nothing. Falco knows 4 KB of arguments, and as much of
 * an environment; paths that the kernel takes are no longer either.
 */
export const TEXT_LIMITS: readonly TextLimits[] = [
  { args: 4096, env: 4096, path: 4096 },
  { args: 4096, env: 1024, path: 4096 },
  { args: 1024, env: 256, path: 1024 },
  { args: 256, env: 0, path: 256 },
];

/** Long ones that were taken apart; of others nobody can tell how long they are. */
const measured = new WeakSet<Words>();

/** Whether only `measureImage` can tell what it takes. */
export function isUnmeasured(image: Image): boolean {
  const words = wordsOf(image);
  return words !== undefined && !(isMeasured(words.args) && isMeasured(words.env));
}

function isMeasured(words: Words): boolean {
  return !words.isLong || measured.has(words);
}

/** May take a millisecond. */
export function measureImage(image: Image): number {
  const words = wordsOf(image);
  if (words !== undefined) {
    measured.add(words.args);
    measured.add(words.env);
  }
  return imageBytes(image);
}

/**
 * About bytes, at most; what is in `seen` counts elsewhere, and what was counted comes to be in it.
 * Of an image that is not measured it is as much as it may be.
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
  if (isMeasured(words)) return listBytes(words.list, unitBytes, seen);
  if (seen?.has(words)) return 0;
  seen?.add(words);
  return unitBytes * LONGEST_WORDS;
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
const cutImages = new WeakMap<Image, { readonly limits: TextLimits; readonly cut: Image }>();
const cutLists = new WeakMap<
  readonly string[],
  { readonly most: number; readonly cut: readonly string[] }
>();

/** The same program with texts of that length at most; the same object where they are no longer. */
export function cutImage(image: Image, limits: TextLimits): Image {
  const known = cutImages.get(image);
  if (known?.limits === limits) return known.cut;
  const cut = makeCut(image, limits);
  if (cut !== image) cutImages.set(image, { limits, cut });
  return cut;
}

/** Whether one is what was left of the other when it was last cut. */
export function isCutOf(image: Image, whole: Image): boolean {
  return cutImages.get(whole)?.cut === image;
}

function makeCut(image: Image, limits: TextLimits): Image {
  const args = cutList(image.args, limits.args);
  const env = cutList(image.env, limits.env);
  const { path } = limits;
  const names = [image.comm, image.exe, image.exePath, image.exeGiven];
  const isLong = args !== image.args || env !== image.env ||
    names.some(({ length }) => length > path);
  if (!isLong) return image;
  const [comm, exe, exePath, exeGiven] = names.map((name) => beginningOf(name, path));
  return {
    ...image,
    comm: comm!,
    exe: exe!,
    args,
    argsTruncated: image.argsTruncated || args !== image.args,
    env,
    exePath: exePath!,
    exeGiven: exeGiven!,
  };
}

function cutList(list: readonly string[], most: number): readonly string[] {
  // Each has a NUL behind it where it comes from.
  if (unitsOf(list) + list.length <= most) return list;
  const known = cutLists.get(list);
  if (known?.most === most) return known.cut;
  let left = most, count = 0;
  while (list[count]!.length < left) left -= list[count++]!.length + 1;
  const kept = list.slice(0, count);
  if (left > 1) kept.push(list[count]!.slice(0, left - 1));
  // Parts of a text that is no longer than they are.
  const cut = kept.length === 0 ? kept : copied(kept.join("\0")).split("\0");
  cutLists.set(list, { most, cut });
  return cut;
}

/** Its beginning, without what it is the beginning of. */
export function beginningOf(text: string, most: number): string {
  return copied(text.length > most ? text.slice(0, most) : text);
}

/** V8 copies parts that are shorter by itself; longer ones keep all of the text they were taken from. */
const SHORTEST_PART = 13;

function copied(text: string): string {
  return text.length < SHORTEST_PART ? text : decodeUtf8(encodeUtf8(text));
}
