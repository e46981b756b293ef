/** Which of many parts stand in a text: one walk over a long text for all of them. */

/** Longer parts are searched for one by one: comparing them here could be made to take long. */
const LONGEST_PART = 64;
/** In characters; what is longer would need too large a copy. */
const LONGEST_TEXT = 1 << 17;
/** Bytes compared for each byte of the text, beyond which searching for one part after the other is better. */
const MAX_EFFORT = 8;
/** Bytes of a part that places are picked out by. */
const HEAD = 4;
const MAX_BUCKETS = 32;

const encoder = new TextEncoder();
/** The text as bytes, with `HEAD` zeros behind it. */
let scratch = new Uint8Array(0);

interface Part {
  readonly bytes: Uint8Array;
  readonly ignoreCase: boolean;
}

/**
 * Parts are put into buckets by how they begin, and for each of their first bytes a table says which
 * buckets have it there. A place where all tables agree on a bucket is compared with its parts. Whoever
 * writes the text can make that happen often, but not much oftener than every few bytes: it costs 1.5
 * to 4 ns a byte, where searching for one part after the other costs up to 5 ns a byte for each.
 */
export class TextSearch {
  readonly #parts: Part[] = [];
  /** By what its parts begin with. */
  readonly #buckets = new Map<string, number[]>();
  #tables: SearchTables | undefined;

  get size(): number {
    return this.#parts.length;
  }

  /** The part's number; absent where this is not the way to find it. `ignoreCase`: it is lower-case. */
  add(part: string, { ignoreCase }: { readonly ignoreCase: boolean }): number | undefined {
    if (part === "" || part.length > LONGEST_PART || !isAscii(part)) return undefined;
    this.#tables = undefined;
    const number = this.#parts.push({ bytes: encoder.encode(part), ignoreCase }) - 1;
    const head = `${ignoreCase} ${part.slice(0, HEAD)}`;
    const bucket = this.#buckets.get(head);
    if (bucket) bucket.push(number);
    else this.#buckets.set(head, [number]);
    return number;
  }

  /**
   * By number, 1 for those that stand in the text; valid until the next search. Absent: the text is too
   * long, or nearly has too many parts in too many places.
   */
  find(text: string): Uint8Array | undefined {
    if (text.length > LONGEST_TEXT) return undefined;
    if (scratch.length < text.length * 3 + HEAD) {
      scratch = new Uint8Array((1 << (32 - Math.clz32(text.length | 1))) * 3 + HEAD);
    }
    const size = copyAscii(text, scratch);
    scratch.fill(0, size, size + HEAD);
    this.#tables ??= new SearchTables(this.#parts, [...this.#buckets.values()]);
    return this.#tables.search(scratch, size);
  }
}

class SearchTables {
  readonly #parts: readonly Part[];
  /** Numbers of parts by bucket. */
  readonly #buckets: readonly (readonly number[])[];
  /** For each of the first bytes, by value: a bit for every bucket whose parts may have it there. */
  readonly #heads: readonly [Int32Array, Int32Array, Int32Array, Int32Array];
  readonly #found: Uint8Array;
  /** How many parts of a bucket have not been found. */
  readonly #missing: Int32Array;
  /** Bytes that may still be compared. */
  #effort = 0;

  constructor(parts: readonly Part[], byHead: readonly (readonly number[])[]) {
    const buckets: number[][] = [];
    for (const [i, numbers] of byHead.entries()) {
      const bucket = buckets[i % MAX_BUCKETS];
      if (bucket) bucket.push(...numbers);
      else buckets.push([...numbers]);
    }
    const head = (at: number) => headTable(parts, buckets, at);
    this.#parts = parts;
    this.#buckets = buckets;
    this.#heads = [head(0), head(1), head(2), head(3)];
    this.#found = new Uint8Array(parts.length);
    this.#missing = new Int32Array(buckets.length);
  }

  search(bytes: Uint8Array, size: number): Uint8Array | undefined {
    const [first, second, third, fourth] = this.#heads;
    const found = this.#found.fill(0);
    for (const [i, bucket] of this.#buckets.entries()) this.#missing[i] = bucket.length;
    let wanted = -1 >>> (MAX_BUCKETS - this.#buckets.length) | 0;
    this.#effort = size * MAX_EFFORT;
    for (let at = 0; at < size && wanted !== 0; at++) {
      let agreed = wanted & first[bytes[at]!]! & second[bytes[at + 1]!]!;
      if (agreed === 0) continue;
      agreed &= third[bytes[at + 2]!]! & fourth[bytes[at + 3]!]!;
      while (agreed !== 0) {
        const bit = agreed & -agreed;
        agreed ^= bit;
        if (this.#compare(31 - Math.clz32(bit), bytes, at, size)) wanted ^= bit;
        if (this.#effort < 0) return undefined;
      }
    }
    return found;
  }

  /** Whether all parts of the bucket have been found now. */
  #compare(bucket: number, bytes: Uint8Array, at: number, size: number): boolean {
    for (const number of this.#buckets[bucket]!) {
      if (this.#found[number] !== 0) continue;
      const part = this.#parts[number]!;
      const fits = fitting(part, bytes, at);
      this.#effort -= fits + 1;
      if (fits < part.bytes.length || at + fits > size) continue;
      this.#found[number] = 1;
      this.#missing[bucket]!--;
    }
    return this.#missing[bucket] === 0;
  }
}

function headTable(
  parts: readonly Part[],
  buckets: readonly (readonly number[])[],
  at: number,
): Int32Array {
  const table = new Int32Array(256);
  for (const [i, bucket] of buckets.entries()) {
    for (const number of bucket) {
      const { bytes, ignoreCase } = parts[number]!;
      const byte = bytes[at];
      if (byte === undefined) { for (let any = 0; any < 256; any++) table[any]! |= 1 << i; }
      else {
        table[byte]! |= 1 << i;
        if (ignoreCase && isLowerCase(byte)) table[byte - CASE]! |= 1 << i;
      }
    }
  }
  return table;
}

/** How many bytes of the part stand there; behind the end of the text anything may. */
function fitting({ bytes: part, ignoreCase }: Part, bytes: Uint8Array, at: number): number {
  for (let i = 0; i < part.length; i++) {
    const byte = bytes[at + i]!;
    if (byte === part[i]) continue;
    if (!ignoreCase || byte + CASE !== part[i] || !isLowerCase(part[i]!)) return i;
  }
  return part.length;
}

/** Other characters become bytes that are in no part; answers how many bytes there are. */
function copyAscii(text: string, bytes: Uint8Array): number {
  // Of a text that is no UTF-8 the encoder takes ten times as long.
  if (text.isWellFormed()) return encoder.encodeInto(text, bytes).written;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    bytes[i] = unit < 0x80 ? unit : 0xff;
  }
  return text.length;
}

/** From an upper-case letter to the lower-case one. */
const CASE = 32;

function isLowerCase(byte: number): boolean {
  return byte >= 97 && byte <= 122;
}

function isAscii(text: string): boolean {
  return !/[^\0-\x7f]/.test(text);
}
