/** What a judge notes on things that come again and again: a path, a thread, an event. */

/**
 * Which class of its kind a thing was found to be in, and when that was found out.
 *
 * It hangs on the thing itself, so that looking it up costs a field access. It is a note, not a fact:
 * nothing but speed depends on it, only the judge named in `by` believes it, and a thing without one
 * is judged afresh every time.
 */
export class Sight {
  /** Who made the note; the notes of others mean nothing. */
  by: object | undefined = undefined;
  /** How often `by` has met the thing without classifying it. */
  times = 0;
  /** 0: not classified. */
  class = 0;
  /** What the class was found under, for `by` to compare: it no longer holds under anything else. */
  stamp = 0;
}

/** Bits of a word that stay a small integer. */
const WORD_BITS = 30;

/**
 * What a judge notes on events that are of one kin (`Event.kin`): by which threads nothing comes of
 * them. A note as `Sight` is.
 */
export interface EventKin {
  /** Whether `by`, who gave the threads their classes, has noted that nothing comes of such events. */
  isQuiet(by: object, threadClass: number): boolean;
  noteQuiet(by: object, threadClass: number): void;
}

export class KinSight implements EventKin {
  /** Who gave the threads their classes. */
  #by: object | undefined;
  /** A bit for each class of threads; nearly always there are no more than these. */
  #first = 0;
  /** Those beyond, word by word. */
  #others: number[] | undefined;

  isQuiet(by: object, threadClass: number): boolean {
    if (this.#by !== by) return false;
    if (threadClass < WORD_BITS) return (this.#first >>> threadClass & 1) !== 0;
    const word = this.#others?.[threadClass / WORD_BITS | 0];
    return word !== undefined && (word >>> threadClass % WORD_BITS & 1) !== 0;
  }

  noteQuiet(by: object, threadClass: number): void {
    if (this.#by !== by) {
      this.#by = by;
      this.#first = 0;
      this.#others = undefined;
    }
    if (threadClass < WORD_BITS) {
      this.#first |= 1 << threadClass;
      return;
    }
    const others = this.#others ??= [];
    const index = threadClass / WORD_BITS | 0;
    while (others.length <= index) others.push(0);
    others[index]! |= 1 << threadClass % WORD_BITS;
  }
}
