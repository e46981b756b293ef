/** Says of most texts that they are not in a set without looking into it. */

const BITS = 1024;

/**
 * Looking a text up in a set takes its hash: next to nothing for one that has been looked up before,
 * 80 ns for a fresh path, 250 ns for a part cut from one. The length and three characters tell most of
 * them apart from what is in the set.
 */
export class TextSieve {
  readonly #bits = new Uint32Array(BITS >> 5);

  add(text: string): void {
    const bit = bitOf(text);
    this.#bits[bit >> 5]! |= 1 << (bit & 31);
  }

  /** False for none of the texts that were added. */
  mayHave(text: string): boolean {
    const bit = bitOf(text);
    return (this.#bits[bit >> 5]! >>> (bit & 31) & 1) !== 0;
  }
}

function bitOf(text: string): number {
  const { length } = text;
  if (length === 0) return 0;
  const last = text.charCodeAt(length - 1);
  const middle = text.charCodeAt(length >> 1);
  const early = text.charCodeAt(length >> 2);
  return (length * 5 ^ last * 31 ^ middle * 7 ^ early * 131) & (BITS - 1);
}
