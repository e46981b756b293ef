/**
 * Which rules may match an event, found by what kind of event, path and thread it is.
 *
 * The leaves of all conditions are sorted by what their truth depends on (`Basis`). Those of paths and
 * threads were asked when the path or thread was classified. For every combination met, the rules that
 * may still hold are kept in a table: for most there are none, and the event is done. Often the path
 * alone says so: then nobody asks who it was. Where some are left, the event's own leaves are asked,
 * until none is or nothing more can be said (`questions.ts`).
 *
 * The table only says which rules cannot match. Those that may are judged by their own condition.
 */
import type { Event, EventKin } from "../event/mod.ts";
import {
  basisOf,
  type CheckedCondition,
  HOLDS,
  isSharedByKinAndThread,
  keyOfOperand,
  type Leaf,
  leavesOf,
  mentions,
  Outliner,
} from "../filter/mod.ts";
import type { State, Thread } from "../state/mod.ts";
import {
  type CauseClasses,
  Classes,
  PathClasses,
  StarterClasses,
  ThreadClasses,
  UNCLASSIFIED,
} from "./classes.ts";
import type { Found, RulesOfType, RunnableRule } from "./program.ts";
import { Questions, Standing } from "./questions.ts";

/** When so many rules look at a value, it is worth to look at it first. */
const MANY = 8;
/** So many rules are sooner judged than the path classified. */
const FEW = 8;
/** Sketches kept in all; beyond, the table is made anew. */
const MAX_SKETCHES = 65_536;
/** But there is room for so many times all rules. */
const MIN_STANDINGS = 64;

/** Classes of the rules of one source; all event types share them. */
export class SharedClasses {
  readonly paths = new PathClasses();
  readonly threads = new ThreadClasses();
}

/** A rule with what is left of its condition for a type of event. */
export interface FoldedRule {
  readonly rule: RunnableRule;
  /** `true` when nothing is left to ask. */
  readonly condition: CheckedCondition | true;
}

/** Where events stand of which nothing was asked yet, by thread class and path class. */
type Starts = (Standing | undefined)[][];

export class Candidates implements RulesOfType {
  readonly #all: Standing;
  readonly #paths: PathClasses;
  readonly #threads: CauseClasses;
  /** Of the event's own leaves that nobody asks one by one; empty for most types. */
  readonly #events = new Classes();
  readonly #questions: Questions;
  readonly #usesEvents: boolean;
  readonly #usesPaths: boolean;
  readonly #usesThreads: boolean;
  /** By class of the event's own leaves. */
  readonly #starts = new Map<number, Starts>();
  #lastOwn = -1;
  #lastStarts: Starts = [];
  /** How much is kept of `#starts` alone. */
  #size = 0;
  readonly #maxSize: number;
  #eventGeneration: object | undefined;
  #pathGeneration: object | undefined;
  #threadGeneration: object | undefined;

  /**
   * `afresh`: the event makes its thread what it has never been, so that its class would serve only
   * once. Then only what many rules ask tells threads apart.
   */
  constructor(
    eventType: number,
    rules: readonly FoldedRule[],
    { paths, threads: shared }: SharedClasses,
    { afresh = false }: { readonly afresh?: boolean } = {},
  ) {
    const threads = afresh ? new StarterClasses() : shared;
    const outliner = new Outliner(
      eventType,
      { event: this.#events.leaves, path: paths.leaves, process: threads.leaves },
      afresh ? isSeldom(rules, eventType) : undefined,
    );
    const sketches = rules.map(({ rule, condition }) => {
      return { rule, outline: condition === true ? HOLDS : outliner.outline(condition) };
    });
    this.#events.settle();
    paths.settle();
    threads.settle();
    const unshared = sketches.filter(({ outline }) => !isSharedByKinAndThread(outline));
    this.#all = new Standing(sketches, unshared, false);
    this.#maxSize = Math.max(MAX_SKETCHES, MIN_STANDINGS * rules.length);
    this.#paths = paths;
    this.#threads = threads;
    this.#questions = new Questions(outliner.eventLeaves);
    this.#usesEvents = this.#events.leaves.size > 0;
    this.#usesPaths = sketches.some(({ outline }) => mentions(outline, "path"));
    this.#usesThreads = sketches.some(({ outline }) => mentions(outline, "process"));
  }

  get all(): readonly RunnableRule[] {
    return this.#all.rules;
  }

  /** What is quiet whoever causes it is noted for threads that nobody has classified. */
  isQuiet(kin: EventKin, event: Event, state: State): boolean {
    if (this.isQuietWhoever(kin)) return true;
    const threads = this.#threads;
    return this.#usesThreads && kin.isQuiet(threads.generation, threads.of(event, state));
  }

  isQuietWhoever(kin: EventKin): boolean {
    return kin.isQuiet(this.#threads.generation, UNCLASSIFIED);
  }

  isQuietBy(kin: EventKin, thread: Thread, state: State): boolean {
    if (!this.#usesThreads) return false;
    const threads = this.#threads;
    const known = threads.known(thread, state);
    return known !== UNCLASSIFIED && kin.isQuiet(threads.generation, known);
  }

  noteQuiet(kin: EventKin, event: Event, state: State): void {
    if (!this.#usesThreads) return this.noteQuietWhoever(kin);
    const threads = this.#threads;
    const thread = threads.of(event, state);
    if (thread !== UNCLASSIFIED) kin.noteQuiet(threads.generation, thread);
  }

  noteQuietWhoever(kin: EventKin): void {
    kin.noteQuiet(this.#threads.generation, UNCLASSIFIED);
  }

  find(event: Event, state: State): Found {
    const { kin } = event;
    const own = this.#usesEvents ? this.#events.classify(event, state) : UNCLASSIFIED;
    // What has a kin comes again, and from others.
    let path = this.#usesPaths ? this.#paths.of(event, state, kin !== undefined) : UNCLASSIFIED;
    if (kin !== undefined) {
      const start = this.#start(own, UNCLASSIFIED, path);
      const whoever = this.#questions.settle(start, event, state);
      if (whoever.shared === "whole kin") return whoever;
    } else if (path !== UNCLASSIFIED) {
      const whoever = this.#start(own, UNCLASSIFIED, path);
      if (whoever.rules.length === 0) return whoever;
    }
    const thread = this.#usesThreads ? this.#threads.of(event, state) : UNCLASSIFIED;
    const found = this.#questions.settle(this.#start(own, thread, path), event, state);
    if (!this.#usesPaths || path !== UNCLASSIFIED || found.rules.length <= FEW) return found;
    path = this.#paths.of(event, state, true);
    if (path === UNCLASSIFIED) return found;
    return this.#questions.settle(this.#start(own, thread, path), event, state);
  }

  /** In positions, because it is asked for every event. */
  #start(own: number, thread: number, path: number): Standing {
    // Classifying may have begun a new generation; then these are of the old one.
    this.#forgetOutdated();
    const starts = own === this.#lastOwn ? this.#lastStarts : this.#startsOf(own);
    return starts[thread]?.[path] ?? this.#add({ own, thread, path });
  }

  #startsOf(own: number): Starts {
    let starts = this.#starts.get(own);
    if (starts === undefined) this.#starts.set(own, starts = []);
    this.#lastOwn = own;
    this.#lastStarts = starts;
    return starts;
  }

  #add({ own, thread, path }: Classified): Standing {
    const isBoth = thread !== UNCLASSIFIED && path !== UNCLASSIFIED;
    const broader = isBoth ? this.#start(own, UNCLASSIFIED, path) : this.#all;
    const standing = broader.narrowed({
      asked: 0,
      bits: 0,
      event: this.#events.truthsOf(own),
      path: this.#paths.truthsOf(path),
      process: this.#threads.truthsOf(thread),
    });
    this.#size += 1 + standing.sketches.length;
    const standings = this.#startsOf(own)[thread] ??= [];
    return standings[path] = standing;
  }

  /** Numbers of classes may have lost their meaning; and what is kept is bounded. */
  #forgetOutdated(): void {
    if (
      this.#size + this.#questions.size > this.#maxSize ||
      this.#paths.generation !== this.#pathGeneration ||
      this.#threads.generation !== this.#threadGeneration ||
      this.#events.generation !== this.#eventGeneration
    ) this.#startOver();
  }

  #startOver(): void {
    this.#starts.clear();
    this.#size = 0;
    this.#questions.size = 0;
    this.#lastOwn = -1;
    this.#eventGeneration = this.#events.generation;
    this.#pathGeneration = this.#paths.generation;
    this.#threadGeneration = this.#threads.generation;
  }
}

/** Leaves about the process, but for those on a single value that many rules look at. */
function isSeldom(rules: readonly FoldedRule[], eventType: number): (leaf: Leaf) => boolean {
  const times = new Map<string, number>();
  for (const { condition } of rules) {
    if (condition === true) continue;
    const values = new Set<string>();
    for (const leaf of leavesOf(condition)) values.add(keyOfOperand(leaf.left));
    for (const value of values) times.set(value, (times.get(value) ?? 0) + 1);
  }
  return (leaf) => {
    if (basisOf(leaf, eventType) !== "process") return false;
    const { left } = leaf;
    const isSingle = left.kind === "field" && !left.list && !left.definition.candidates;
    return !isSingle || (times.get(keyOfOperand(left)) ?? 0) < MANY;
  };
}

/** Classes of an event's own leaves, of who causes it, and of its path. */
interface Classified {
  readonly own: number;
  readonly thread: number;
  readonly path: number;
}
