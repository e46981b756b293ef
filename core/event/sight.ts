/** What a judge notes on things that come again and again: a path, a thread. */

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
