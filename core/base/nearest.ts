/** "Did you mean …?": the known name closest to one that is not known. */

/** Names longer than this are not compared: the cost grows with the product of the lengths. */
const MAX_LENGTH = 100;
/** Names looked at, and names compared letter by letter: a file may hold a hundred thousand. */
const MAX_CANDIDATES = 2000, MAX_COMPARED = 300;
/** Of edits that a slip of the pen explains. */
const MAX_EDITS = 4;

/** So many names are looked at in the time that one letter takes which is compared. */
const NAMES_PER_LETTER = 32;

/** What the searches of one run may still take together; goes down. */
export interface Effort {
  letters: number;
}

/** A file may have thousands of misspelt names: at some time nothing is suggested any more. */
export function effortOfRun(): Effort {
  return { letters: 2_000_000 };
}

/**
 * The candidate with the fewest edits (insert, delete, replace, swap of neighbours) from `name`, if
 * few enough that a slip of the pen explains them: a third of the name, at least one, at most four.
 * Any two letters are one slip from many names: of those short ones only the case may differ. Case
 * costs nothing. Of equally near ones that wins which begins like the name for longest, and of those
 * the first. Of very many only the first are looked at.
 */
export function nearest(
  name: string,
  candidates: Iterable<string>,
  effort?: Effort,
): string | undefined {
  const { length } = name;
  if (length === 0 || length > MAX_LENGTH || effort && effort.letters <= 0) return undefined;
  let limit = length < 3 ? 0 : Math.min(MAX_EDITS, Math.floor(length / 3));
  const letters = lettersOf(name);
  let wanted: string | undefined;
  let best: string | undefined;
  let alike = -1;
  let looked = 0, compared = 0;
  for (const candidate of candidates) {
    if (++looked > MAX_CANDIDATES || compared > MAX_COMPARED) break;
    // Nearly all end here, and have cost no memory: every value of a rule is held against all lists.
    if (Math.abs(candidate.length - length) > limit || candidate === name) continue;
    const others = lettersOf(candidate);
    if (countBits(letters & ~others) > limit || countBits(others & ~letters) > limit) continue;
    compared++;
    wanted ??= name.toLowerCase();
    const known = candidate.toLowerCase();
    const beginning = sharedBeginning(wanted, known);
    // Of those that are as far away, only a better beginning counts.
    const most = best === undefined || beginning > alike ? limit : limit - 1;
    const edits = distance(wanted, known, { most, beginning });
    if (edits > most) continue;
    best = candidate;
    if (edits === 0) break;
    alike = beginning;
    limit = edits;
  }
  if (effort) effort.letters -= looked / NAMES_PER_LETTER + compared * length;
  return best;
}

/** How many letters both begin with. */
function sharedBeginning(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a.charCodeAt(length) === b.charCodeAt(length)) length++;
  return length;
}

/** `did you mean "x"?` for a diagnostic's help; absent when nothing is near. */
export function didYouMean(
  name: string,
  candidates: Iterable<string>,
  effort?: Effort,
): string | undefined {
  const near = nearest(name, candidates, effort);
  return near === undefined ? undefined : `did you mean "${near}"?`;
}

/**
 * A bit for each kind of character in it, whatever the case. An edit takes one of them away at most,
 * and adds one.
 */
function lettersOf(text: string): number {
  let letters = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    // Of others, the cases differ in any bit.
    letters |= 1 << (code < 128 ? code & 31 : 0);
  }
  return letters;
}

function countBits(bits: number): number {
  let count = 0;
  for (let left = bits; left !== 0; left &= left - 1) count++;
  return count;
}

/** Rows of `distance`, one above the other; a lower-case text may be longer than what it is made of. */
const ROWS = [0, 1, 2].map(() => new Uint16Array(4 * MAX_LENGTH));
/** More than any number of edits. */
const FAR = 1000;

/**
 * Edit distance with swaps of neighbours (optimal string alignment) of what is behind the shared
 * beginning; `most + 1` for whatever is above `most`. Cells so far from the diagonal are not looked at.
 */
function distance(
  a: string,
  b: string,
  { most, beginning }: { readonly most: number; readonly beginning: number },
): number {
  let endA = a.length, endB = b.length;
  while (
    endA > beginning && endB > beginning && a.charCodeAt(endA - 1) === b.charCodeAt(endB - 1)
  ) {
    endA--;
    endB--;
  }
  const width = endB - beginning, height = endA - beginning;
  if (Math.abs(width - height) > most) return most + 1;
  let [beforeLast, last, row] = ROWS as [Uint16Array, Uint16Array, Uint16Array];
  for (let j = 0; j <= width; j++) last[j] = j;
  for (let i = 1; i <= height; i++) {
    const code = a.charCodeAt(beginning + i - 1);
    const from = Math.max(1, i - most), to = Math.min(width, i + most);
    row[from - 1] = from === 1 ? i : FAR;
    let smallest = row[from - 1]!;
    for (let j = from; j <= to; j++) {
      const other = b.charCodeAt(beginning + j - 1);
      let edits = Math.min(row[j - 1]! + 1, last[j - 1]! + (code === other ? 0 : 1));
      if (j < i + most) edits = Math.min(edits, last[j]! + 1);
      const isSwapped = i > 1 && j > 1 && code === b.charCodeAt(beginning + j - 2) &&
        other === a.charCodeAt(beginning + i - 2);
      if (isSwapped) edits = Math.min(edits, beforeLast[j - 2]! + 1);
      row[j] = edits;
      smallest = Math.min(smallest, edits);
    }
    if (smallest > most) return most + 1;
    [beforeLast, last, row] = [last, row, beforeLast];
  }
  return Math.min(last[width]!, most + 1);
}
