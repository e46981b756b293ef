/**
 * What a ruleset consists of, in the shape of Falco's description (`falco -L`, and
 * `falco_describe_results` of its validation): plain data, ready for JSON.
 */
import { Report, type SourceText } from "../base/mod.ts";
import { allEventCodes, eventNamesOf } from "../event/mod.ts";
import type { FieldTable } from "../field/mod.ts";
import {
  checkCondition,
  type Condition,
  eventTypesOf,
  expandCondition,
  namesIn,
  parseCondition,
  printCondition,
} from "../filter/mod.ts";
import { type List, type Macro, namesOf, type Rule, type Ruleset } from "./ruleset.ts";
import { type Version, versionText } from "../base/version.ts";

/** Names are sorted, each once, where nothing else is said. */
export interface Description {
  readonly required_engine_version: string;
  readonly required_plugin_versions: readonly PluginDescription[];
  readonly rules: readonly RuleDescription[];
  readonly macros: readonly MacroDescription[];
  readonly lists: readonly ListDescription[];
}

interface PluginVersion {
  readonly name: string;
  readonly version: string;
}

export interface PluginDescription extends PluginVersion {
  readonly alternatives: readonly PluginVersion[];
}

interface ConditionDetails {
  /** Macros and lists in place, brackets wherever precedence could be doubted. */
  readonly condition_compiled: string;
  /** With their arguments, as written. */
  readonly condition_fields: readonly string[];
  readonly condition_operators: readonly string[];
  /** Names of the event types that can match. */
  readonly events: readonly string[];
  /** Those the text itself names, not those inside them. */
  readonly macros: readonly string[];
  readonly lists: readonly string[];
  /** Of a rule those it cannot do without; macros and lists are for rules of any source, and have none. */
  readonly plugins: readonly string[];
}

export interface RuleDescription {
  readonly info: {
    readonly name: string;
    readonly description: string;
    /** As written, with what was appended, without exceptions. */
    readonly condition: string;
    readonly output: string;
    readonly enabled: boolean;
    readonly priority: string;
    readonly source: string;
    readonly tags: readonly string[];
    readonly capture: boolean;
    /** Milliseconds; 0: as configured. */
    readonly capture_duration: number;
  };
  readonly details: ConditionDetails & {
    readonly exception_names: readonly string[];
    /** Of exceptions that have values. */
    readonly exception_fields: readonly string[];
    readonly exception_operators: readonly string[];
    readonly output_compiled: string;
    /** As they are written, `proc.aname[2]`, in the order of the text. */
    readonly output_fields: readonly string[];
    /** Texts that `append_output` adds to JSON; absent when there are none. */
    readonly extra_output_formatted_fields?: Readonly<Record<string, string>>;
  };
}

export interface MacroDescription {
  readonly info: { readonly name: string; readonly condition: string };
  readonly details: ConditionDetails & { readonly used: boolean };
}

export interface ListDescription {
  /** Values as written; names of other lists stand in `details.lists`. */
  readonly info: { readonly name: string; readonly items: readonly string[] };
  readonly details: {
    /** With the items of the lists it names in their place. */
    readonly items_compiled: readonly string[];
    readonly lists: readonly string[];
    readonly plugins: readonly string[];
    readonly used: boolean;
  };
}

/**
 * `fields` decide which events a macro can match; one that does not suit them may match all. `pluginsOf`
 * tells a rule's plugins; absent: there are none.
 */
export function describeRuleset(
  ruleset: Ruleset,
  fields: FieldTable,
  pluginsOf: (rule: Rule) => readonly string[] = () => [],
): Description {
  const { requiredEngineVersion, requiredPlugins } = ruleset;
  return {
    required_engine_version: requiredEngineVersion ? versionText(requiredEngineVersion) : "0.0.0",
    required_plugin_versions: requiredPlugins.flatMap(({ alternatives }) => {
      const [first, ...others] = alternatives.map(describePlugin);
      return first ? [{ ...first, alternatives: others }] : [];
    }),
    rules: ruleset.rules.map((rule) => describeRule(rule, ruleset, pluginsOf(rule))),
    macros: [...ruleset.macros.values()].map((macro) => describeMacro(macro, ruleset, fields)),
    lists: [...ruleset.lists.values()].map((list) => describeList(list, ruleset)),
  };
}

function describePlugin(plugin: { readonly name: string; readonly version: Version }) {
  return { name: plugin.name, version: versionText(plugin.version) };
}

/** What an event of any other source than system calls is, whatever the condition asks for. */
const PLUGIN_EVENTS: readonly string[] = ["asyncevent", "pluginevent"];

function describeRule(
  rule: Rule,
  ruleset: Ruleset,
  plugins: readonly string[],
): RuleDescription {
  const report = new Report();
  const written = parseCondition(rule.conditionText, report);
  const expanded = written && expandCondition(written, namesOf(ruleset), report);
  const texts = (rule.output.extraFields ?? []).filter(({ kind }) => kind === "text")
    .map(({ key, template }) => [key, template.source.text] as const);
  return {
    info: {
      name: rule.name,
      description: rule.description.trim(),
      condition: rule.ownConditionText.text.trim(),
      output: rule.ownOutputText.text,
      enabled: rule.enabled,
      priority: rule.priority,
      source: rule.source,
      tags: rule.tags,
      capture: rule.capture,
      capture_duration: rule.captureDurationMs ?? 0,
    },
    details: {
      ...detailsOf(rule.ownConditionText, expanded, ruleset),
      events: rule.source === "syscall" ? eventNamesOf(rule.eventTypes) : PLUGIN_EVENTS,
      plugins,
      exception_names: sorted(rule.exceptions),
      exception_fields: sorted(
        rule.exceptionChecks.filter(({ applied }) => applied).map(({ field }) => field),
      ),
      exception_operators: sorted(rule.exceptionChecks.map(({ operator }) => operator)),
      output_compiled: rule.output.source.text,
      output_fields: rule.output.uses.map(({ key }) => key),
      ...(texts.length > 0 && { extra_output_formatted_fields: Object.fromEntries(texts) }),
    },
  };
}

function describeMacro(macro: Macro, ruleset: Ruleset, fields: FieldTable): MacroDescription {
  const checked = checkCondition(macro.condition, fields, new Report());
  return {
    info: { name: macro.name, condition: macro.conditionText.text.trim() },
    details: {
      ...detailsOf(macro.conditionText, macro.condition, ruleset),
      events: eventNamesOf(checked ? eventTypesOf(checked) : allEventCodes()),
      plugins: [],
      used: macro.used,
    },
  };
}

function describeList(list: List, ruleset: Ruleset): ListDescription {
  const isList = ({ text }: SourceText) => ruleset.lists.has(text);
  const values = list.items.filter((item) => !isList(item));
  return {
    info: { name: list.name, items: values.map(({ text }) => text) },
    details: {
      items_compiled: compiledItems(list, ruleset),
      lists: sorted(list.items.filter(isList).map(({ text }) => text)),
      plugins: [],
      used: list.used,
    },
  };
}

/** Items looked at for one list, and lists in lists: lists of lists can make any number of both. */
const MAX_ITEMS = 100_000, MAX_DEPTH = 100;

/** Cut where it gets too long; a list too deep inside, or inside itself, stays as its name. */
function compiledItems(list: List, { lists }: Ruleset): string[] {
  const items: string[] = [];
  const open = new Set<string>();
  let looks = 0;
  const add = ({ name, items: own }: List): void => {
    open.add(name);
    for (const { text } of own) {
      if (++looks > MAX_ITEMS) break;
      const inner = lists.get(text);
      if (inner && !open.has(text) && open.size < MAX_DEPTH) add(inner);
      else items.push(text);
    }
    open.delete(name);
  };
  add(list);
  return items;
}

function detailsOf(text: SourceText, expanded: Condition | undefined, ruleset: Ruleset) {
  const written = parseCondition(text, new Report());
  const direct = written && namesIn(written);
  const all = expanded && namesIn(expanded);
  return {
    condition_compiled: expanded ? printCondition(expanded) : "",
    condition_fields: sorted(all?.fields ?? []),
    condition_operators: sorted(all?.operators ?? []),
    macros: sorted(direct?.macros ?? []),
    lists: sorted([...direct?.words ?? []].filter((word) => ruleset.lists.has(word))),
  };
}

function sorted(names: Iterable<string>): string[] {
  return [...new Set(names)].sort();
}
