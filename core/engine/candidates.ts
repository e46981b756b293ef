/**
 * Which rules may match an event, found by what kind of event, path and thread it is.
 *
 * The leaves of all conditions are sorted by what their truth depends on (`Basis`). An event's own
 * leaves are asked every time; they are few and quick. Those of paths and threads were asked when the
 * path or thread was classified. For every combination met, the rules that may still hold are kept in
 * a table: for most there are none, and the event is done.
 *
 * The table only says which rules cannot match. Those that may are judged by their own condition.
 */
import type { Event } from "../event/mod.ts";
import {
  type CheckedCondition,
  emitBits,
  mayHold,
  mentions,
  type Outline,
  Outliner,
} from "../filter/mod.ts";
import type { State } from "../state/mod.ts";
import { PathClasses, ThreadClasses, UNCLASSIFIED } from "./classes.ts";
import type { RulesOfType, RunnableRule } from "./program.ts";

const OPEN: Outline = { kind: "open" };

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
}

/** A combination and the rules that may hold in it. */
interface Cell {
  readonly sketches: readonly Sketch[];
  readonly rules: readonly RunnableRule[];
}

/** Cells of one combination of event bits, by thread class and path class. */
type Row = (Cell | undefined)[][];

export class Candidates implements RulesOfType {
  readonly #all: Cell;
  readonly #classes: SharedClasses;
  readonly #eventBits: (event: Event, state: State) => number;
  readonly #usesPaths: boolean;
  readonly #usesThreads: boolean;
  readonly #rows = new Map<number, Row>();
  #lastBits = -1;
  #lastRow: Row = [];
  #cells = 0;
  #pathGeneration: object | undefined;
  #threadGeneration: object | undefined;

  constructor(rules: readonly FoldedRule[], classes: SharedClasses) {
    const { paths, threads } = classes;
    const outliner = new Outliner({ path: paths.leaves, process: threads.leaves });
    const sketches = rules.map(({ rule, condition }) => ({
      rule,
      outline: condition === true ? OPEN : outliner.outline(condition),
    }));
    paths.settle();
    threads.settle();
    this.#all = cellOf(sketches);
    this.#classes = classes;
    this.#eventBits = emitBits(outliner.eventLeaves);
    this.#usesPaths = sketches.some(({ outline }) => mentions(outline, "path"));
    this.#usesThreads = sketches.some(({ outline }) => mentions(outline, "process"));
  }

  /** The rules that may match, in their order. */
  find(event: Event, state: State): readonly RunnableRule[] {
    const { paths, threads } = this.#classes;
    const bits = this.#eventBits(event, state);
    const thread = this.#usesThreads ? threads.of(event, state) : UNCLASSIFIED;
    const path = this.#usesPaths ? paths.of(event, state) : UNCLASSIFIED;
    if (
      paths.generation !== this.#pathGeneration || threads.generation !== this.#threadGeneration
    ) this.#startOver();
    const row = bits === this.#lastBits ? this.#lastRow : this.#row(bits);
    return (row[thread]?.[path] ?? this.#fill(row, { bits, thread, path })).rules;
  }

  #row(bits: number): Row {
    let row = this.#rows.get(bits);
    if (row === undefined) this.#rows.set(bits, row = []);
    this.#lastBits = bits;
    this.#lastRow = row;
    return row;
  }

  #fill(row: Row, { bits, thread, path }: Combination): Cell {
    if (++this.#cells > MAX_CELLS) {
      this.#startOver();
      return this.#fill(this.#row(bits), { bits, thread, path });
    }
    const cells = row[thread] ??= [];
    // What a broader combination rules out need not be asked again.
    const broader = path !== UNCLASSIFIED
      ? cells[UNCLASSIFIED] ?? this.#fill(row, { bits, thread, path: UNCLASSIFIED })
      : this.#all;
    const { paths, threads } = this.#classes;
    const known = {
      eventBits: bits,
      path: paths.truthsOf(path),
      process: threads.truthsOf(thread),
    };
    return cells[path] = cellOf(broader.sketches.filter(({ outline }) => mayHold(outline, known)));
  }

  #startOver(): void {
    this.#rows.clear();
    this.#cells = 0;
    this.#lastBits = -1;
    this.#pathGeneration = this.#classes.paths.generation;
    this.#threadGeneration = this.#classes.threads.generation;
  }
}

interface Combination {
  readonly bits: number;
  readonly thread: number;
  readonly path: number;
}

function cellOf(sketches: readonly Sketch[]): Cell {
  return { sketches, rules: sketches.map(({ rule }) => rule) };
}
