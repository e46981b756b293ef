/** "Did you mean …?": the known name closest to one that is not known. */

/** Names longer than this are not compared: the cost grows with the product of the lengths. */
const MAX_LENGTH = 100;
/** Names looked at, and names compared letter by letter: a file may hold a hundred thousand. */
const MAX_CANDIDATES = 2000, MAX_COMPARED = 300;

/**
 * The candidate with the fewest edits (insert, delete, replace, swap of neighbours) from `name`, if
 * few enough that a slip of the pen explains them: a third of the name, at least one, at most four.
 * Any two letters are one slip from many names: of those short ones only the case may differ. Case
 * costs nothing. Of equally near ones that wins which begins like the name for longest, and of those
 * the first. Of very many only the first are looked at.
 */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  if (name.length === 0 || name.length > MAX_LENGTH) return undefined;
  const wanted = name.toLowerCase();
  let limit = name.length < 3 ? 0 : Math.min(4, Math.floor(name.length / 3));
  const letters = lettersOf(wanted);
  let best: string | undefined;
  let alike = -1;
  let looked = 0, compared = 0;
  for (const candidate of candidates) {
    if (++looked > MAX_CANDIDATES || compared > MAX_COMPARED) break;
    if (Math.abs(candidate.length - name.length) > limit || candidate === name) continue;
    const known = candidate.toLowerCase();
    if (countBits(letters ^ lettersOf(known)) > 2 * limit) continue;
    compared++;
    const edits = distance(wanted, known, limit);
    if (edits === 0) return candidate;
    if (edits > limit) continue;
    const beginning = sharedBeginning(wanted, known);
    if (edits === limit && best !== undefined && beginning <= alike) continue;
    best = candidate;
    alike = beginning;
    limit = edits;
  }
  return best;
}

/** How many letters both begin with. */
function sharedBeginning(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}

/** `did you mean "x"?` for a diagnostic's help; absent when nothing is near. */
export function didYouMean(name: string, candidates: Iterable<string>): string | undefined {
  const near = nearest(name, candidates);
  return near === undefined ? undefined : `did you mean "${near}"?`;
}

/** A bit for each kind of character in it. An edit changes two of them at most. */
function lettersOf(text: string): number {
  let letters = 0;
  for (let i = 0; i < text.length; i++) letters |= 1 << (text.charCodeAt(i) & 31);
  return letters;
}

function countBits(bits: number): number {
  let count = 0;
  for (let left = bits; left !== 0; left &= left - 1) count++;
  return count;
}

/** Edit distance with swaps of neighbours (optimal string alignment); gives up above `limit`. */
function distance(a: string, b: string, limit: number): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let smallest = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let edits = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) edits = Math.min(edits, beforeLast[j - 2]! + 1);
      row.push(edits);
      smallest = Math.min(smallest, edits);
    }
    if (smallest > limit) return limit + 1;
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}
