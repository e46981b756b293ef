/**
 * Things that come again and again, sorted into classes: two paths are in one class when every leaf
 * that looks at paths is equally true of both. Likewise for threads.
 */
import type { Event, FileDescriptor, NamedPath, Sight } from "../event/mod.ts";
import { LeafSet, PathSieve, SPECIAL, type Truths, withoutTruth } from "../filter/mod.ts";
import type { State, Thread } from "../state/mod.ts";

/** Of what nobody has classified. */
export const UNCLASSIFIED = 0;

/**
 * Classifying a path asks every leaf, which pays only for what comes often: it is done when the path
 * is met this many times; until then it is judged directly. The values that leaves of threads look at
 * are few and known, so that a thread is classified at once.
 */
const PATH_CLASSIFIED_AT = 3;
const THREAD_CLASSIFIED_AT = 1;

/** Beyond this many the classes say little; all are forgotten and found anew. */
const MAX_CLASSES = 2048;

interface Class {
  readonly number: number;
  readonly truths: Truths;
}

export class Classes {
  readonly leaves: LeafSet;
  #generation = {};
  #size = 0;
  /** By a hash of their truths. */
  readonly #byHash = new Map<number, Class[]>();
  readonly #truths: (Truths | undefined)[] = [undefined];
  readonly #classifiedAt: number;

  constructor({ classifiedAt = 1, remembers = true } = {}) {
    this.#classifiedAt = classifiedAt;
    this.leaves = new LeafSet({ remembers });
  }

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

  /** The class of what the event and the state show just now. */
  classify(event: Event, state: State): number {
    const truths = this.leaves.truths(event, state);
    const hash = hashOf(truths);
    let alike = this.#byHash.get(hash);
    const known = alike?.find((other) => areSame(other.truths, truths));
    if (known) return known.number;
    if (this.#truths.length > MAX_CLASSES) {
      this.#forget();
      alike = undefined;
    }
    const number = this.add(truths);
    if (alike) alike.push({ number, truths });
    else this.#byHash.set(hash, [{ number, truths }]);
    return number;
  }

  /** A class of its own, whether there is another like it or not. */
  protected add(truths: Truths): number {
    return this.#truths.push(truths) - 1;
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
    if (++sight.times < this.#classifiedAt) return UNCLASSIFIED;
    return this.note(sight, stamp, this.classify(event, state));
  }

  protected note(sight: Sight, stamp: number, number: number): number {
    sight.by = this.#generation;
    sight.class = number;
    sight.stamp = stamp;
    return number;
  }

  #forget(): void {
    this.#generation = {};
    this.#size = this.leaves.size;
    this.#byHash.clear();
    this.#truths.length = 1;
  }
}

function hashOf(truths: Truths): number {
  let hash = 0;
  for (const { id } of truths) hash = Math.imul(hash, 31) + id | 0;
  return hash;
}

function areSame(a: Truths, b: Truths): boolean {
  return a.length === b.length && a.every((truth, i) => truth === b[i]);
}

/** Classes of the paths of descriptors; a path that differs by view has a class in each. */
export class PathClasses extends Classes {
  #plain: PlainPaths | undefined;

  constructor() {
    super({ classifiedAt: PATH_CLASSIFIED_AT, remembers: false });
  }

  /** `now`: the class is worth finding out even for a path that may never come again. */
  of(event: Event, state: State, now: boolean): number {
    const bytes = event.plainPath;
    if (bytes !== undefined) {
      const kind = this.#plainPaths().sieve.kindOf(bytes.bytes, bytes.start, bytes.end);
      if (kind !== SPECIAL) return this.#classOfKind(kind, PLAIN_SHAPE, event, state);
    }
    const descriptor = state.descriptor;
    if (descriptor?.path === undefined) return UNCLASSIFIED;
    const { path } = descriptor;
    const sight = path.sights?.[state.view];
    const shape = shapeOf(descriptor);
    if (sight !== undefined && this.knows(sight) && sight.stamp === shape) return sight.class;
    const plain = this.#plainPaths();
    const kind = bytes === undefined && shape !== DIRECTORY_SHAPE && hasOneName(path)
      ? plain.sieve.kindOfText(path.given)
      : SPECIAL;
    const told = kind === SPECIAL
      ? UNCLASSIFIED
      : this.#classOfKind(kind, shape * 2 + (path.resolved === undefined ? 1 : 0), event, state);
    if (told !== UNCLASSIFIED && plain.untold.size === 0) {
      return sight === undefined ? told : this.note(sight, shape, told);
    }
    if (sight === undefined) return now ? this.classify(event, state) : told;
    if (now) return this.note(sight, shape, this.classify(event, state));
    const number = this.meet(sight, shape, event, state);
    return number === UNCLASSIFIED ? told : number;
  }

  #plainPaths(): PlainPaths {
    if (this.#plain?.by !== this.generation) this.#plain = plainPaths(this.generation, this.leaves);
    return this.#plain;
  }

  /** `shape`: what leaves look at beside the path. */
  #classOfKind(kind: number, shape: number, event: Event, state: State): number {
    const plain = this.#plainPaths();
    const key = kind * SHAPES + shape;
    let number = plain.classes.get(key);
    if (number === undefined) {
      number = this.#classifyKind(plain, event, state);
      plain.classes.set(key, number);
    }
    return number;
  }

  /** What is true of one path of a kind is true of all, but for the leaves that the sieve cannot tell. */
  #classifyKind({ untold }: PlainPaths, event: Event, state: State): number {
    const number = this.classify(event, state);
    if (untold.size === 0) return number;
    const truths = this.truthsOf(number)!;
    return this.add(truths.map((truth, group) => {
      const indices = untold.get(group);
      return indices ? withoutTruth(truth, indices) : truth;
    }));
  }
}

/** All names agree that there are: what was passed says where the file is. */
function hasOneName({ raw, given, resolved }: NamedPath): boolean {
  return raw === given && (resolved === undefined || resolved === given);
}

/** What the bytes of paths tell in one generation. */
interface PlainPaths {
  readonly by: object;
  readonly sieve: PathSieve;
  /** Leaves that the sieve cannot tell, by group. */
  readonly untold: ReadonlyMap<number, readonly number[]>;
  /** By kind and shape. */
  readonly classes: Map<number, number>;
}

function plainPaths(by: object, leaves: LeafSet): PlainPaths {
  const sieve = new PathSieve();
  const untold = new Map<number, number[]>();
  for (const [leaf, { group, index }] of leaves.leaves()) {
    if (sieve.add(leaf)) continue;
    const indices = untold.get(group);
    if (indices) indices.push(index);
    else untold.set(group, [index]);
  }
  return { by, sieve, untold, classes: new Map() };
}

/** What else fields of a path look at (`Basis`): the kind of descriptor, and whether it is open. */
function shapeOf({ typeChar, number, known }: FileDescriptor): number {
  return typeChar.charCodeAt(0) * 2 + (number < 0 || known === false ? 1 : 0);
}

/** Above all shapes and the bit that says whether the kernel's name is known: a letter is ASCII. */
const SHAPES = 512;
/** Of an open directory, whose fields look at its path otherwise. */
const DIRECTORY_SHAPE = "d".charCodeAt(0) * 2;
/** Of `Event.plainPath`: an open file of which all names are known. */
const PLAIN_SHAPE = "f".charCodeAt(0) * 4;

/** Classes of what causes an event. */
export interface CauseClasses extends Classes {
  /** The class of who causes the event. */
  of(event: Event, state: State): number;
  /** That of a thread, as far as it is known before there is an event. */
  known(thread: Thread, state: State): number;
}

/** Classes of threads that the event makes what they have never been: each is classified once. */
export class StarterClasses extends Classes implements CauseClasses {
  of(event: Event, state: State): number {
    return this.classify(event, state);
  }

  known(): number {
    return UNCLASSIFIED;
  }
}

/** Classes of threads with all that `State.changedSince` covers. */
export class ThreadClasses extends Classes implements CauseClasses {
  constructor() {
    super({ classifiedAt: THREAD_CLASSIFIED_AT });
  }

  of(event: Event, state: State): number {
    const { thread } = state;
    // Such an event shows another container than the process's.
    if (thread === undefined || event.aboutContainer !== undefined) return UNCLASSIFIED;
    const known = this.known(thread, state);
    return known === UNCLASSIFIED
      ? this.meet(thread.sight, state.changes.now, event, state)
      : known;
  }

  known(thread: Thread, state: State): number {
    const { sight } = thread;
    const { now } = state.changes;
    if (!this.knows(sight)) return UNCLASSIFIED;
    if (sight.stamp === now) return sight.class;
    if (state.changedSince(thread, sight.stamp)) return UNCLASSIFIED;
    // Nothing of this thread was among the changes since.
    sight.stamp = now;
    return sight.class;
  }
}
