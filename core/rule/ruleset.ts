/** What the engine runs: immutable, shared, replaced as a whole. */
import type { OutputTemplate, Priority } from "../alert/mod.ts";
import type { SourceText, Span } from "../base/mod.ts";
import type { CheckedCondition, Condition, Names } from "../filter/mod.ts";
import type { PluginRequirement } from "./rule_file.ts";
import type { Version } from "../base/version.ts";

export interface Rule {
  readonly name: string;
  readonly description: string;
  /** Name of the event source the rule judges. */
  readonly source: string;
  readonly priority: Priority;
  /** Sorted, each once. */
  readonly tags: readonly string[];
  /** To be run: `disabledBy` says why not. */
  readonly enabled: boolean;
  /**
   * Nobody provides its source, the rule file says so, or the priority is below the configured
   * minimum.
   */
  readonly disabledBy: "source" | "file" | "priority" | undefined;
  readonly condition: CheckedCondition;
  readonly output: OutputTemplate;
  /** Codes of the event types that can match. */
  readonly eventTypes: ReadonlySet<number>;
  /** Names of the fields that condition and output read. */
  readonly fields: ReadonlySet<string>;
  /** Record a capture when the rule fires. */
  readonly capture: boolean;
  /** Absent: as configured. */
  readonly captureDurationMs: number | undefined;
  /** Names of its exceptions, in order. */
  readonly exceptions: readonly string[];
  /** Those that have values: in this order they follow the condition, each as `and not (…)`. */
  readonly activeExceptions: readonly string[];
  /** What its exceptions compare, in order, with repetitions. */
  readonly exceptionChecks: readonly ExceptionCheck[];
  /** The condition as written, with what was appended, without its exceptions. */
  readonly ownConditionText: SourceText;
  /** The output as written, with what other files appended to it. */
  readonly ownOutputText: SourceText;
  /** The condition as written, with what was appended and with its exceptions. */
  readonly conditionText: SourceText;
  /** Where the name stands in the definition. */
  readonly at: Span;
}

export interface ExceptionCheck {
  readonly field: string;
  readonly operator: string;
  /** There are values to compare with: without, an exception waits for other files to add some. */
  readonly applied: boolean;
}

export interface Macro {
  readonly name: string;
  readonly conditionText: SourceText;
  /** Its own macros and lists in place. */
  readonly condition: Condition;
  /** Some rule or macro uses it. */
  readonly used: boolean;
  readonly at: Span;
}

export interface List {
  readonly name: string;
  /** As written: a value, or the name of another list. */
  readonly items: readonly SourceText[];
  readonly used: boolean;
  readonly at: Span;
}

export interface Ruleset {
  /** In order of first definition. */
  readonly rules: readonly Rule[];
  readonly macros: ReadonlyMap<string, Macro>;
  readonly lists: ReadonlyMap<string, List>;
  /** The newest engine version a file asks for. */
  readonly requiredEngineVersion: Version | undefined;
  /** In the order of the files. */
  readonly requiredPlugins: readonly PluginRequirement[];
  /** Names of the fields that enabled rules read. */
  readonly fields: ReadonlySet<string>;
}

/** What the macros and lists stand for, for a condition that is none of the ruleset's. */
export function namesOf({ macros, lists }: Ruleset): Names {
  return {
    macro: (name) => macros.get(name),
    list: (name) => lists.get(name),
    macroNames: () => macros.keys(),
    listNames: () => lists.keys(),
  };
}
