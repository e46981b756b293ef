/**
 * Which rules may match an event, found by what kind of event, path and thread it is.
 *
 * The leaves of all conditions are sorted by what their truth depends on (`Basis`). An event's own
 * leaves are asked every time; they are few and quick. Those of paths and threads were asked when the
 * path or thread was classified. For every combination met, the rules that may still hold are kept in
 * a table: for most there are none, and the event is done. Often a part of the combination says so
 * already, above all the path: then nobody asks who it was.
 *
 * The table only says which rules cannot match. Those that may are judged by their own condition.
 */
import type { Event, EventKin } from "../event/mod.ts";
import {
  basisOf,
  type CheckedCondition,
  emitBits,
  isSharedByKinAndThread,
  keyOfOperand,
  type Leaf,
  leavesOf,
  MAX_EMITTED_BITS,
  mayHold,
  mentions,
  type Outline,
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
import type { Found, RulesOfType, RunnableRule, Shared } from "./program.ts";

/** Nothing is left to ask. */
const HOLDS: Outline = { kind: "and", children: [] };

/** When so many rules look at a value, it is worth to look at it first. */
const MANY = 8;
/** So many rules are sooner judged than the path classified. */
const FEW = 8;
/** Combinations kept; beyond, the table is made anew. */
const MAX_CELLS = 65_536;

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

interface Sketch {
  readonly rule: RunnableRule;
  readonly outline: Outline;
  readonly sharedByKin: boolean;
}

/** A combination and the rules that may hold in it. */
interface Cell extends Found {
  readonly sketches: readonly Sketch[];
}

/** Cells of one combination of event bits and class, by thread class and path class. */
type Row = (Cell | undefined)[][];

export class Candidates implements RulesOfType {
  readonly #all: Cell;
  readonly #paths: PathClasses;
  readonly #threads: CauseClasses;
  /** Of the event's own leaves that are no bits; empty for most types. */
  readonly #events = new Classes();
  readonly #eventBits: (event: Event, state: State) => number;
  readonly #usesEvents: boolean;
  readonly #usesPaths: boolean;
  readonly #usesThreads: boolean;
  readonly #rows = new Map<number, Row>();
  /** By thread class: what may hold whatever the event is. */
  readonly #whatever: Cell[] = [];
  #lastKey = -1;
  #lastRow: Row = [];
  #cells = 0;
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
      const outline = condition === true ? HOLDS : outliner.outline(condition);
      return { rule, outline, sharedByKin: isSharedByKinAndThread(outline) };
    });
    this.#events.settle();
    paths.settle();
    threads.settle();
    this.#all = cellOf(sketches, "nobody");
    this.#paths = paths;
    this.#threads = threads;
    this.#eventBits = emitBits(outliner.eventLeaves);
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
    // What has a kin comes again, and from others.
    let path = this.#usesPaths ? this.#paths.of(event, state, kin !== undefined) : UNCLASSIFIED;
    let bits = 0, own = UNCLASSIFIED;
    const isSoonTold = kin !== undefined || path !== UNCLASSIFIED;
    if (isSoonTold) {
      bits = this.#eventBits(event, state);
      own = this.#ownClass(event, state);
      const whoever = this.#cell(bits, own, UNCLASSIFIED, path);
      const isDone = kin === undefined
        ? whoever.rules.length === 0
        : whoever.shared === "whole kin";
      if (isDone) return whoever;
    }
    const thread = this.#usesThreads ? this.#threads.of(event, state) : UNCLASSIFIED;
    if (!isSoonTold) {
      this.#forgetOutdated();
      const whatever = this.#whatever[thread] ??= this.#cellOf({ thread });
      if (whatever.rules.length === 0) return whatever;
      bits = this.#eventBits(event, state);
      own = this.#ownClass(event, state);
    }
    const found = this.#cell(bits, own, thread, path);
    if (!this.#usesPaths || path !== UNCLASSIFIED || found.rules.length <= FEW) return found;
    path = this.#paths.of(event, state, true);
    return path === UNCLASSIFIED ? found : this.#cell(bits, own, thread, path);
  }

  #ownClass(event: Event, state: State): number {
    return this.#usesEvents ? this.#events.classify(event, state) : UNCLASSIFIED;
  }

  /** In positions, because it is asked for every event. */
  #cell(bits: number, own: number, thread: number, path: number): Cell {
    // Classifying may have begun a new generation; then the rows are of the old one.
    this.#forgetOutdated();
    const key = rowKey(own, bits);
    const row = key === this.#lastKey ? this.#lastRow : this.#row(key);
    return row[thread]?.[path] ?? this.#fill({ bits, own, thread, path });
  }

  #row(key: number): Row {
    let row = this.#rows.get(key);
    if (row === undefined) this.#rows.set(key, row = []);
    this.#lastKey = key;
    this.#lastRow = row;
    return row;
  }

  #fill(combination: Combination): Cell {
    const { bits, own, thread, path } = combination;
    if (++this.#cells > MAX_CELLS) this.#startOver();
    const cells = this.#row(rowKey(own, bits))[thread] ??= [];
    // What a broader combination rules out need not be asked again.
    const broader = path !== UNCLASSIFIED
      ? cells[UNCLASSIFIED] ?? this.#fill({ ...combination, path: UNCLASSIFIED })
      : this.#all;
    return cells[path] = this.#cellOf(combination, broader);
  }

  /** What may hold when no more than this is known. */
  #cellOf(
    { bits, own = UNCLASSIFIED, thread = UNCLASSIFIED, path = UNCLASSIFIED }: Partial<Combination>,
    broader = this.#all,
  ): Cell {
    const known = {
      eventBits: bits,
      event: this.#events.truthsOf(own),
      path: this.#paths.truthsOf(path),
      process: this.#threads.truthsOf(thread),
    };
    const sketches = broader.sketches.filter(({ outline }) => mayHold(outline, known));
    const ofKin = { ...known, event: undefined, ofKin: true };
    // Nor may a rule be missing for what another event of the kin does not have.
    const isShared = this.#all.sketches.every(({ outline, sharedByKin }) =>
      sharedByKin || !mayHold(outline, ofKin)
    );
    const isWhoever = thread === UNCLASSIFIED && sketches.length === 0;
    return cellOf(sketches, isShared ? isWhoever ? "whole kin" : "its thread class" : "nobody");
  }

  /** Numbers of classes may have lost their meaning. */
  #forgetOutdated(): void {
    if (
      this.#paths.generation !== this.#pathGeneration ||
      this.#threads.generation !== this.#threadGeneration ||
      this.#events.generation !== this.#eventGeneration
    ) this.#startOver();
  }

  #startOver(): void {
    this.#rows.clear();
    this.#whatever.length = 0;
    this.#cells = 0;
    this.#lastKey = -1;
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

interface Combination {
  readonly bits: number;
  /** Class of the event's own leaves. */
  readonly own: number;
  readonly thread: number;
  readonly path: number;
}

/** Small for all but types with very many leaves of their own: then it is a number of another kind. */
function rowKey(own: number, bits: number): number {
  return own === UNCLASSIFIED ? bits : own * 2 ** MAX_EMITTED_BITS + bits;
}

function cellOf(sketches: readonly Sketch[], shared: Shared): Cell {
  return { sketches, rules: sketches.map(({ rule }) => rule), shared };
}
