/**
 * Things that come again and again, sorted into classes: two paths are in one class when every leaf
 * that looks at paths is equally true of both. Likewise for threads.
 */
import type { Event, FileDescriptor, Sight } from "../event/mod.ts";
import { LeafSet, type Truths } from "../filter/mod.ts";
import type { State } from "../state/mod.ts";

/** Of what nobody has classified. */
export const UNCLASSIFIED = 0;

/**
 * Classifying asks every leaf, which pays only for what comes often: a thing is classified when it is
 * met this many times, and judged directly before.
 */
const CLASSIFIED_AT = 3;

/** Beyond this many the classes say little; all are forgotten and found anew. */
const MAX_CLASSES = 2048;

class Classes {
  readonly leaves = new LeafSet();
  #generation = {};
  #size = 0;
  readonly #numbers = new Map<string, number>();
  readonly #truths: (Truths | undefined)[] = [undefined];

  /** Another object whenever numbers of classes have lost their meaning. */
  get generation(): object {
    return this.#generation;
  }

  /** To be called when leaves were added: classes found without them say too little. */
  settle(): void {
    if (this.leaves.size !== this.#size) this.#forget();
  }

  /** What is true of the members of a class; absent for `UNCLASSIFIED`. */
  truthsOf(number: number): Truths | undefined {
    return this.#truths[number];
  }

  /** Whether the class in `sight` is one of this generation; it may be outdated. */
  protected knows(sight: Sight): boolean {
    return sight.by === this.#generation && sight.class !== UNCLASSIFIED;
  }

  /** The class of what the event shows, once it has been met often enough; noted under `stamp`. */
  protected meet(sight: Sight, stamp: number, event: Event, state: State): number {
    if (sight.by !== this.#generation || sight.class !== UNCLASSIFIED) {
      sight.by = this.#generation;
      sight.class = UNCLASSIFIED;
      sight.times = 0;
    }
    if (++sight.times < CLASSIFIED_AT) return UNCLASSIFIED;
    sight.class = this.#classify(event, state);
    sight.by = this.#generation;
    sight.stamp = stamp;
    return sight.class;
  }

  #classify(event: Event, state: State): number {
    const truths = this.leaves.truths(event, state);
    let key = "";
    for (const { id } of truths) key += `${id},`;
    let number = this.#numbers.get(key);
    if (number === undefined) {
      if (this.#truths.length > MAX_CLASSES) this.#forget();
      number = this.#truths.push(truths) - 1;
      this.#numbers.set(key, number);
    }
    return number;
  }

  #forget(): void {
    this.#generation = {};
    this.#size = this.leaves.size;
    this.#numbers.clear();
    this.#truths.length = 1;
  }
}

/** Classes of the paths of descriptors; a path that differs by view has a class in each. */
export class PathClasses extends Classes {
  of(event: Event, state: State): number {
    const descriptor = state.descriptor;
    const sight = descriptor?.path?.sights?.[state.view];
    if (sight === undefined) return UNCLASSIFIED;
    const stamp = shapeOf(descriptor!);
    return this.knows(sight) && sight.stamp === stamp
      ? sight.class
      : this.meet(sight, stamp, event, state);
  }
}

/** What else fields of a path look at (`Basis`): the kind of descriptor, and whether it is open. */
function shapeOf({ typeChar, number }: FileDescriptor): number {
  return typeChar.charCodeAt(0) * 2 + (number < 0 ? 1 : 0);
}

/** Classes of threads with all that `State.changedSince` covers. */
export class ThreadClasses extends Classes {
  of(event: Event, state: State): number {
    const thread = state.thread;
    if (thread === undefined) return UNCLASSIFIED;
    const { sight } = thread;
    const now = state.changes.now;
    if (this.knows(sight)) {
      if (sight.stamp === now) return sight.class;
      if (!state.changedSince(thread, sight.stamp)) {
        // Nothing of this thread was among the changes since.
        sight.stamp = now;
        return sight.class;
      }
    }
    return this.meet(sight, state.changes.now, event, state);
  }
}
