/**
 * What of a ruleset could match events of which only some is known, so that sources need not report
 * them. Answers err on one side only: "no" is certain.
 */
import { whenNeeded } from "../base/mod.ts";
import { errnoName, type Event, eventType } from "../event/mod.ts";
import type { FieldDefinition, FieldValue } from "../field/mod.ts";
import {
  anyOf,
  type CheckedCondition,
  type CheckedLeaf as Leaf,
  emitCondition,
  EmitRefusal,
  fieldsOf,
  foldForEventType,
  interpretCondition,
  type LeafKnowledge,
  mayBe,
  namesBelow,
  necessaryCondition,
  truthAmong,
  truthBelow,
} from "../filter/mod.ts";
import type { Rule, Ruleset } from "../rule/mod.ts";
import type { State } from "../state/mod.ts";
import type { Predicate } from "./program.ts";

/** Calls whose descriptor is the file they opened; -1 when they failed. */
const OPENING: ReadonlySet<string> = new Set(["open", "openat", "openat2", "creat"]);

/**
 * Fields with the basis "event" that are the same for all events of a type that succeeded in opening
 * with the same flags and mode, through the same entry of the kernel, and that all made the file or all
 * found it.
 */
const FIXED_BY_OPENING: ReadonlySet<string> = new Set([
  "evt.type",
  "evt.type.is",
  "evt.dir",
  "evt.category",
  "evt.failed",
  "evt.res",
  "evt.is_async",
  "evt.is_compat",
  "evt.is_io",
  "evt.is_io_read",
  "evt.is_io_write",
  "evt.is_open_create",
  "evt.is_open_exec",
  "evt.is_open_read",
  "evt.is_open_write",
  "evt.is_wait",
  "fd.type",
  "fd.typechar",
  "syscall.type",
]);

/** And of those that failed with the same error. */
const FIXED_BY_FAILING: ReadonlySet<string> = new Set(["evt.rawres", "fd.num"]);

const ALWAYS: Predicate = () => true;
const NEVER: Predicate = () => false;
/** An errno is at most that; linux include/linux/err.h. */
const MAX_ERRNO = 4095;

/** Judges files by the rules of one source; a reload makes another one. */
export class CouldMatch {
  readonly #rules: readonly Rule[];
  readonly #succeeded: Predicate[] = [];
  readonly #failed: Predicate[] = [];
  readonly #ifSucceeded: (CheckedCondition | boolean)[] = [];
  readonly #ifFailed: (CheckedCondition | boolean)[] = [];

  constructor(ruleset: Ruleset, source: string) {
    this.#rules = ruleset.rules.filter((rule) => rule.enabled && rule.source === source);
  }

  /**
   * Whether any rule could match an event that opens a file as this one did: the same type, flags and
   * mode, the same error if any, the file named the same way and its own path the same, whoever does it
   * and whenever. True for events that are about something else.
   *
   * With `names`, all that is opened in this way is meant with other last names, that many: in the path as
   * given and in the file's own. The directories above them are the same, and what ends as one of
   * `EventNeeds.pathEnds` is not meant.
   */
  opening(event: Event, state: State, names = 0): boolean {
    const { type, result } = event;
    if (!opens(type) || result === undefined) return true;
    if (names > 0) return this.#openingBelow(event, state, names);
    const predicates = result < 0 ? this.#failed : this.#succeeded;
    const could = predicates[type] ??= predicateOf(this.#necessary(type, result < 0));
    state.begin(event);
    try {
      if (could(event, state)) return true;
      if (!event.hasResolvedView) return false;
      state.view = "resolved";
      return could(event, state);
    } catch {
      return true; // a bug of ours must not hide anything
    } finally {
      state.end(event);
    }
  }

  #openingBelow(event: Event, state: State, names: number): boolean {
    const { type } = event, result = event.result!;
    const necessary = this.#necessary(type, result < 0);
    if (typeof necessary === "boolean") return necessary;
    const truthOf = (leaf: Leaf) => truthWithNames(leaf, event, state, names);
    state.begin(event);
    try {
      // What succeeded has a path of its own, which could be below another directory.
      const path = state.descriptor?.path;
      if (path === undefined || result >= 0 && path.resolved === undefined) return true;
      if (mayBe(necessary, true, truthOf)) return true;
      if (result < 0) return false;
      state.view = "resolved";
      return mayBe(necessary, true, truthOf);
    } catch {
      return true; // a bug of ours must not hide anything
    } finally {
      state.end(event);
    }
  }

  /** What is necessary and can be asked; `true` when nothing can, `false` when nothing suffices. */
  #necessary(type: number, failed: boolean): CheckedCondition | boolean {
    const known = failed ? this.#ifFailed : this.#ifSucceeded;
    return known[type] ??= anyOf(
      foldedConditions(this.#rules, type).map((condition) =>
        typeof condition === "boolean"
          ? condition
          : necessaryCondition(condition, failed ? ifFixedByFailing : ifFixedByOpening)
      ),
    );
  }
}

function predicateOf(condition: CheckedCondition | boolean): Predicate {
  if (typeof condition === "boolean") return condition ? ALWAYS : NEVER;
  try {
    return emitCondition(condition);
  } catch (error) {
    if (!(error instanceof EmitRefusal)) throw error;
    return (event, state) => interpretCondition(condition, event, state);
  }
}

/** The truth of a leaf whatever the last names are; absent when it depends on them. */
function truthWithNames(
  leaf: Leaf,
  event: Event,
  state: State,
  names: number,
): boolean | undefined {
  if (fieldsOf(leaf).every(({ definition }) => definition.basis !== "path")) {
    return interpretCondition(leaf, event, state);
  }
  const { left } = leaf;
  if (left.kind !== "field") return undefined;
  const path = PATH_FIELDS.get(left.definition.name);
  const open = path?.openNames(state, names);
  if (path === undefined || open === undefined) return undefined;
  const value = left.definition.extract(event, state, left.argument);
  // Whether there is a value depends on how it was opened.
  if (value === undefined || open === 0) return interpretCondition(leaf, event, state);
  const below = typeof value === "string" ? namesBelow(value, open) : undefined;
  return below && truthBelow(leaf, { ...below, endOtherwise: path.endsAsFile });
}

/** What is known of a field when the last names of what was opened may be others. */
interface PathField {
  /** How many last names of its value may be others; absent when more may be. */
  openNames(state: State, names: number): number | undefined;
  /** What is said of the ends of the file's names holds for it. */
  readonly endsAsFile: boolean;
}

const wholePath: PathField = { openNames: (_state, names) => names, endsAsFile: true };

/** All others may have any value. */
const PATH_FIELDS: ReadonlyMap<string, PathField> = new Map([
  ["fd.name", wholePath],
  ["fd.nameraw", wholePath],
  ["fd.realpath", wholePath],
  ["fd.directory", {
    // a directory that is opened is its own
    openNames: (state, names) => state.descriptor?.typeChar === "f" ? names - 1 : undefined,
    endsAsFile: false,
  }],
  ["fd.filename", { openNames: () => 1, endsAsFile: true }],
]);

/** Those of the types whose events can match although the call failed. */
export function typesWantedFailed(
  rules: readonly Rule[],
  types: ReadonlySet<number>,
): ReadonlySet<number> {
  return new Set([...types].filter((type) => couldMatch(rules, type, failedValues(type))));
}

/** Those of the types that open files, and can match when that is done for nothing but reading. */
export function typesWantedReading(
  rules: readonly Rule[],
  types: ReadonlySet<number>,
): ReadonlySet<number> {
  return new Set(
    [...types].filter((type) => opens(type) && couldMatch(rules, type, READING)),
  );
}

/** Values that a field may have, by its name; fields without an entry may have any. */
type PossibleValues = ReadonlyMap<string, () => readonly FieldValue[]>;

const READING: PossibleValues = new Map<string, () => readonly FieldValue[]>([
  ["evt.is_open_read", () => [true]],
  ["evt.is_open_write", () => [false]],
]);

const errors = whenNeeded(() => Array.from({ length: MAX_ERRNO }, (_, i) => -1 - i));
/** The calls that return a process show the number alone. */
const errorTexts = whenNeeded(() => {
  const names = errors().map((error) => errnoName(error) ?? String(error));
  return [...new Set([...names, ...errors().map(String)])];
});
const FAILED: PossibleValues = new Map<string, () => readonly FieldValue[]>([
  ["evt.failed", () => [true]],
  ["evt.rawres", errors],
  ["evt.res", errorTexts],
]);
const FAILED_OPENING: PossibleValues = new Map<string, () => readonly FieldValue[]>([
  ...FAILED,
  ["fd.num", () => [-1]],
  ["fd.type", () => [undefined]],
]);

function failedValues(type: number): PossibleValues {
  return opens(type) ? FAILED_OPENING : FAILED;
}

function couldMatch(rules: readonly Rule[], type: number, values: PossibleValues): boolean {
  const truths = new Map<Leaf, LeafKnowledge>();
  const know = (leaf: Leaf): LeafKnowledge => {
    let known = truths.get(leaf);
    if (known === undefined) truths.set(leaf, known = truthOf(leaf, values));
    return known;
  };
  return foldedConditions(rules, type).some((condition) =>
    condition === true || condition !== false && necessaryCondition(condition, know) !== false
  );
}

function truthOf(leaf: Leaf, values: PossibleValues): LeafKnowledge {
  const { left } = leaf;
  if (left.kind !== "field" || left.argument !== undefined) return "open";
  const possible = values.get(left.definition.name)?.();
  return (possible && truthAmong(leaf, possible)) ?? "open";
}

function ifFixedByOpening(leaf: Leaf): LeafKnowledge {
  return fieldsOf(leaf).every(({ definition }) => isFixed(definition, "succeeded"))
    ? "asked"
    : "open";
}

function ifFixedByFailing(leaf: Leaf): LeafKnowledge {
  return fieldsOf(leaf).every(({ definition }) => isFixed(definition, "failed")) ? "asked" : "open";
}

/** Whether the field is the same for all events that open the same file in the same way. */
export function isFixed(
  { name, basis }: FieldDefinition,
  outcome: "succeeded" | "failed",
): boolean {
  return basis === "path" || FIXED_BY_OPENING.has(name) ||
    outcome === "failed" && FIXED_BY_FAILING.has(name);
}

function foldedConditions(
  rules: readonly Rule[],
  type: number,
): readonly (CheckedCondition | boolean)[] {
  return rules.filter((rule) => rule.eventTypes.has(type))
    .map((rule) => foldForEventType(rule.condition, type));
}

function opens(type: number): boolean {
  return OPENING.has(eventType(type)?.name ?? "");
}
