/** What Falco tells about loaded rules (`falco_describe_results`), told of ours. */
import { Report } from "../../core/base/mod.ts";
import { eventType } from "../../core/event/mod.ts";
import {
  type Condition,
  expandCondition,
  parseCondition,
  printCondition,
} from "../../core/filter/mod.ts";
import type { Rule, Ruleset } from "../../core/rule/mod.ts";

export interface Description {
  readonly required_engine_version: string;
  readonly rules: readonly {
    readonly info: {
      readonly name: string;
      readonly description: string;
      readonly enabled: boolean;
      readonly priority: string;
      readonly source: string;
      readonly tags: readonly string[];
      readonly capture: boolean;
      readonly capture_duration: number;
    };
    readonly details: {
      readonly condition_compiled: string;
      readonly output_compiled: string;
      readonly condition_fields: readonly string[];
      readonly exception_names: readonly string[];
      readonly events: readonly string[];
    };
  }[];
  readonly macros: readonly {
    readonly info: { readonly name: string };
    readonly details: { readonly condition_compiled: string; readonly used: boolean };
  }[];
  readonly lists: readonly {
    readonly info: { readonly name: string; readonly items: readonly string[] };
    readonly details: { readonly items_compiled: readonly string[]; readonly used: boolean };
  }[];
}

/** Listed by Falco for rules, whatever their condition: no rule sees them. */
const NO_EVENTS = ["asyncevent", "NA"];

/** The first thing that differs. */
export function compareDescription(ruleset: Ruleset, theirs: Description): string | undefined {
  return [...differences(ruleset, theirs)].find((text) => text !== undefined);
}

function* differences(ruleset: Ruleset, theirs: Description): Generator<string | undefined> {
  const version = ruleset.requiredEngineVersion;
  const text = version ? `${version.major}.${version.minor}.${version.patch}` : "0.0.0";
  yield differ("required_engine_version", text, theirs.required_engine_version);
  yield differ(
    "rules",
    ruleset.rules.map(({ name }) => name),
    theirs.rules.map(({ info }) => info.name),
  );
  for (const [i, { info, details }] of theirs.rules.entries()) {
    const rule = ruleset.rules[i]!;
    const of = (what: string) => `${what} of rule "${info.name}"`;
    yield differ(of("description"), rule.description.trim(), info.description.trim());
    yield differ(of("enabled"), rule.enabled, info.enabled);
    yield differ(of("priority"), rule.priority, info.priority);
    yield differ(of("tags"), rule.tags, [...info.tags].sort());
    yield differ(of("capture"), rule.capture, info.capture);
    yield differ(of("capture duration"), rule.captureDurationMs ?? 0, info.capture_duration);
    yield differ(
      of("exceptions"),
      [...rule.exceptions].sort(),
      [...details.exception_names].sort(),
    );
    yield differ(of("output"), rule.output.source.text, details.output_compiled);
    yield differ(of("condition"), compiledText(rule, ruleset), details.condition_compiled);
    const names = new Set([...rule.eventTypes].map((code) => eventType(code)?.name));
    const missing = details.events.filter((name) => !names.has(name) && !NO_EVENTS.includes(name));
    if (missing.length > 0) yield `events of rule "${info.name}" lack ${missing.slice(0, 10)}`;
  }
  for (const { info, details } of theirs.macros) {
    const macro = ruleset.macros.get(info.name);
    if (!macro) yield `no macro "${info.name}"`;
    else {
      yield differ(
        `macro "${info.name}"`,
        printCondition(macro.condition),
        details.condition_compiled,
      );
      yield differ(`use of macro "${info.name}"`, macro.used, details.used);
    }
  }
  for (const { info, details } of theirs.lists) {
    const list = ruleset.lists.get(info.name);
    if (!list) yield `no list "${info.name}"`;
    else yield differ(`use of list "${info.name}"`, list.used, details.used);
  }
}

function differ(what: string, ours: unknown, theirs: unknown): string | undefined {
  const [a, b] = [JSON.stringify(ours), JSON.stringify(theirs)];
  return a === b ? undefined : `${what} is ${a}, Falco ${b}`;
}

/** The rule's condition with macros and lists in place. */
function compiledText(rule: Rule, { macros, lists }: Ruleset): string {
  const report = new Report();
  const parsed = parseCondition(rule.conditionText, report);
  const expanded: Condition | undefined = parsed && expandCondition(parsed, {
    macro: (name) => {
      const macro = macros.get(name);
      return macro && { name, condition: macro.condition };
    },
    list: (name) => {
      const list = lists.get(name);
      return list && { name, items: list.items };
    },
  }, report);
  return expanded ? printCondition(expanded) : "?";
}
