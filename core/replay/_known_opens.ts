/** Calls that open, and say byte for byte what another one said: what came of that is known. */
import { type EventKin, KinSight, type NamedPath } from "../event/mod.ts";
import type { ScapEvent } from "../scap/mod.ts";
import type { Descriptor } from "./descriptor.ts";

const FIRST_BLOCKS = 1 << 9;
/** Kept at most; a table that is full starts again, empty. */
const MAX_OPENS = 1 << 14;
const MAX_STEPS = 32;
const HASH_FACTOR = -0x61c88647, LAST_FACTOR = -0x7a143595;

/** A block in words of 32 bits: two lines of a cache, which are fetched together. */
const BLOCK_SHIFT = 5, BLOCK = 1 << BLOCK_SHIFT;
const HASH = 0, LENGTH = 1, NUMBER = 2, GENERATION = 3, QUIET = 4, BYTES = 6;
/** Behind the whole words of what is compared stand its last four bytes once more. */
const MAX_BYTES = (BLOCK - BYTES - 1) * 4;
/** Notes on classes of threads in a word, which stays a small integer, and in the block. */
const WORD_BITS = 30, NOTED_CLASSES = 2 * WORD_BITS;
const SLASH = 47;

/**
 * Those of one type of event, of paths from the root:
 *
 *     result 8 ┬ directory 8, if the type has one ┬ path ┬ flags 4 ┬ mode 4 ┬ device 4 ┬ inode 8
 *     └ failed   └ succeeded: compared from here on
 *
 * On a busy host there are more of them than a processor's cache holds, and each look at memory beyond it
 * takes as long as all the rest. So all of one lies in a block, found by open addressing:
 *
 *     hash ┬ length, below 0 of those that failed ┬ number, from 1 ┬ notes of the judge ┬ bytes
 *
 * A cursor: what it says is of the call that `find` has found, until the next one.
 */
export class KnownOpens implements EventKin {
  readonly #path: number;
  #blocks = new Int32Array(FIRST_BLOCKS * BLOCK);
  #count = 0;
  /** Path and descriptor, by number. */
  #values: (NamedPath | Descriptor | undefined)[] = [undefined, undefined];
  /** Notes for which the blocks have no room, by number. */
  #others: (KinSight | undefined)[] = [];
  /** Who makes the notes; those of an older generation are somebody else's. */
  #by: object | undefined;
  #generation = 0;
  #found = 0;
  /** Of what was looked for last. */
  #hash = 0;

  /** `path`: index of the parameter. */
  constructor(path: number) {
    this.#path = path;
  }

  get path(): NamedPath {
    return this.#values[this.#blocks[this.#found + NUMBER]! * 2] as NamedPath;
  }

  /** Absent when the call failed. */
  get descriptor(): Descriptor | undefined {
    return this.#values[this.#blocks[this.#found + NUMBER]! * 2 + 1] as Descriptor | undefined;
  }

  find(scap: ScapEvent): boolean {
    if (!this.#isPlain(scap)) return false;
    const { view, paramOffsets: offsets, end } = scap;
    const failed = hasFailed(scap);
    const from = failed ? offsets[0]! : offsets[1]!;
    const last = end - 4;
    let hash = view.getInt32(last, true);
    for (let at = from; at < last; at += 4) {
      hash = Math.imul(hash ^ view.getInt32(at, true), HASH_FACTOR);
      hash ^= hash >>> 15;
    }
    hash = Math.imul(hash, LAST_FACTOR);
    this.#hash = hash ^= hash >>> 13;
    const length = failed ? from - end : end - from;
    const blocks = this.#blocks, mask = blocks.length - BLOCK;
    let block = hash << BLOCK_SHIFT & mask;
    for (let step = 0; step < MAX_STEPS; step++) {
      if (blocks[block + NUMBER] === 0) return false;
      if (blocks[block + HASH] === hash && blocks[block + LENGTH] === length) {
        let word = block + BYTES, at = from;
        while (at < last && blocks[word] === view.getInt32(at, true)) {
          word++;
          at += 4;
        }
        if (at >= last && blocks[word] === view.getInt32(last, true)) {
          this.#found = block;
          return true;
        }
      }
      block = block + BLOCK & mask;
    }
    return false;
  }

  /** For what `find` has just not found; what is not laid out as above is not kept. */
  keep(scap: ScapEvent, path: NamedPath, descriptor: Descriptor | undefined): void {
    if (!this.#isPlain(scap)) return;
    if (this.#count === MAX_OPENS) this.#clear();
    if (this.#count * 2 >= this.#blocks.length >> BLOCK_SHIFT) this.#grow();
    const { view, paramOffsets: offsets, end } = scap;
    const failed = hasFailed(scap);
    const from = failed ? offsets[0]! : offsets[1]!;
    const blocks = this.#blocks;
    const block = freeBlock(blocks, this.#hash);
    if (block === undefined) return;
    blocks[block + HASH] = this.#hash;
    blocks[block + LENGTH] = failed ? from - end : end - from;
    blocks[block + NUMBER] = ++this.#count;
    let word = block + BYTES;
    for (let at = from; at < end - 4; at += 4) blocks[word++] = view.getInt32(at, true);
    blocks[word] = view.getInt32(end - 4, true);
    this.#values.push(path, descriptor);
  }

  isQuiet(by: object, threadClass: number): boolean {
    if (by !== this.#by) return false;
    const blocks = this.#blocks, found = this.#found;
    if (blocks[found + GENERATION] !== this.#generation) return false;
    if (threadClass < WORD_BITS) return (blocks[found + QUIET]! >>> threadClass & 1) !== 0;
    if (threadClass >= NOTED_CLASSES) {
      return this.#others[blocks[found + NUMBER]!]?.isQuiet(by, threadClass) ?? false;
    }
    return (blocks[found + QUIET + 1]! >>> threadClass - WORD_BITS & 1) !== 0;
  }

  noteQuiet(by: object, threadClass: number): void {
    if (by !== this.#by) {
      this.#by = by;
      this.#generation++;
      this.#others = [];
    }
    const blocks = this.#blocks, found = this.#found;
    if (blocks[found + GENERATION] !== this.#generation) {
      blocks[found + GENERATION] = this.#generation;
      blocks[found + QUIET] = blocks[found + QUIET + 1] = 0;
    }
    if (threadClass < WORD_BITS) blocks[found + QUIET]! |= 1 << threadClass;
    else if (threadClass < NOTED_CLASSES) {
      blocks[found + QUIET + 1]! |= 1 << threadClass - WORD_BITS;
    } else {
      const number = blocks[found + NUMBER]!;
      (this.#others[number] ??= new KinSight()).noteQuiet(by, threadClass);
    }
  }

  #isPlain({ bytes, paramCount, paramOffsets: offsets, end }: ScapEvent): boolean {
    const path = this.#path;
    if (paramCount !== path + 5) return false;
    const first = offsets[0]!, at = offsets[path]!, behind = offsets[path + 1]!;
    return bytes[at] === SLASH && behind > at && end - first <= MAX_BYTES &&
      at - first === path * 8 && offsets[1]! - first === 8 &&
      offsets[path + 2]! - behind === 4 && offsets[path + 3]! - behind === 8 &&
      offsets[path + 4]! - behind === 12 && end - behind === 20;
  }

  #grow(): void {
    const before = this.#blocks;
    const blocks = this.#blocks = new Int32Array(before.length * 2);
    for (let block = 0; block < before.length; block += BLOCK) {
      if (before[block + NUMBER] === 0) continue;
      const to = freeBlock(blocks, before[block + HASH]!);
      if (to !== undefined) blocks.set(before.subarray(block, block + BLOCK), to);
    }
  }

  #clear(): void {
    this.#blocks.fill(0);
    this.#values.length = 2;
    this.#others = [];
    this.#count = 0;
  }
}

/** Absent when none is near enough. */
function freeBlock(blocks: Int32Array, hash: number): number | undefined {
  const mask = blocks.length - BLOCK;
  let block = hash << BLOCK_SHIFT & mask;
  for (let step = 0; step < MAX_STEPS; step++, block = block + BLOCK & mask) {
    if (blocks[block + NUMBER] === 0) return block;
  }
  return undefined;
}

function hasFailed({ bytes, paramOffsets }: ScapEvent): boolean {
  return bytes[paramOffsets[0]! + 7]! >= 128;
}
