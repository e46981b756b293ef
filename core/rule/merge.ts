/**
 * Puts the items of all files together in the order they stand in: a later definition takes the
 * place of an earlier one, `append` and `override` change one that has to be there already.
 */
import type { Priority } from "../alert/mod.ts";
import { didYouMean, effortOfRun, type Report, type SourceText, type Span } from "../base/mod.ts";
import type { Deprecations } from "./deprecation.ts";
import { Exceptions } from "./exception.ts";
import type {
  Item,
  ItemKind,
  ListItem,
  MacroItem,
  RuleEnabledItem,
  RuleFile,
  RuleItem,
  RuleParts,
  RuleUpdateItem,
} from "./rule_file.ts";

interface Draft {
  readonly name: string;
  /** Where the name stands in the definition. */
  at: Span;
  /** When it was first defined and last changed, counted in items over all files. */
  readonly order: number;
  changed: number;
}

export interface ListDraft extends Draft {
  readonly items: SourceText[];
}

export interface MacroDraft extends Draft {
  /** The condition and what was appended to it. */
  readonly condition: SourceText[];
}

export interface RuleDraft extends Draft {
  readonly source: string;
  condition: SourceText[];
  output: SourceText[];
  description: string;
  priority: Priority;
  tags: string[];
  exceptions: Exceptions;
  enabled: boolean;
  capture: boolean;
  captureDurationMs: number | undefined;
  warnEventTypes: boolean;
  skipIfUnknownFilter: boolean;
}

export interface ReplacedRule {
  readonly draft: RuleDraft;
  /** The name in the definition that took its place. */
  readonly by: Span;
}

export interface Merged {
  /** In order of first definition. */
  readonly lists: ReadonlyMap<string, ListDraft>;
  readonly macros: ReadonlyMap<string, MacroDraft>;
  readonly rules: ReadonlyMap<string, RuleDraft>;
  /** Definitions that a later one of the same name has made void. */
  readonly replaced: readonly ReplacedRule[];
  /** Names whose items could not be read: `macro x`. What needs them is not judged. */
  readonly broken: ReadonlySet<string>;
  /** Every item of every file could be read. */
  readonly complete: boolean;
}

export function brokenKey(kind: ItemKind, name: string): string {
  return `${kind} ${name}`;
}

export function mergeFiles(
  files: readonly RuleFile[],
  report: Report,
  deprecations: Deprecations,
): Merged {
  const merger = new Merger(files, report, deprecations);
  for (const file of files) {
    if (!file.complete) merger.complete = false;
    for (const item of file.items) merger.add(item);
  }
  return merger;
}

class Merger implements Merged {
  readonly lists = new Map<string, ListDraft>();
  readonly macros = new Map<string, MacroDraft>();
  readonly rules = new Map<string, RuleDraft>();
  readonly replaced: ReplacedRule[] = [];
  readonly broken = new Set<string>();
  complete = true;
  #order = 0;
  readonly #effort = effortOfRun();

  #definitions: ReadonlyMap<string, Span> | undefined;

  constructor(
    readonly files: readonly RuleFile[],
    readonly report: Report,
    readonly deprecations: Deprecations,
  ) {}

  add(item: Item): void {
    this.#order++;
    switch (item.kind) {
      case "list":
        return this.#addList(item);
      case "macro":
        return this.#addMacro(item);
      case "rule":
        return this.#addRule(item);
      case "rule-update":
        return this.#updateRule(item);
      case "rule-enabled":
        return this.#enableRule(item);
      case "broken":
        this.broken.add(brokenKey(item.of, item.name));
        if (item.readable) this.#addRule(item.readable);
        return;
      case "engine-version":
      case "plugin-versions":
        return;
      default:
        item satisfies never;
    }
  }

  #addList(item: ListItem): void {
    if (item.deprecatedAppend) this.deprecations.append(item.deprecatedAppend, ["items"]);
    if (!item.append) {
      if (!item.replace) this.#warnOfTwin("list", this.lists, item);
      this.lists.set(item.name, { ...this.#draft(this.lists, item), items: [...item.items] });
      return;
    }
    const earlier = this.#earlier("list", this.lists, item);
    if (!earlier) return;
    // Added in place: a file may append tens of thousands of times.
    for (const text of item.items) earlier.items.push(text);
    earlier.changed = this.#order;
  }

  #addMacro(item: MacroItem): void {
    if (item.deprecatedAppend) this.deprecations.append(item.deprecatedAppend, ["condition"]);
    if (!item.append) {
      if (!item.replace) this.#warnOfTwin("macro", this.macros, item);
      const draft = { ...this.#draft(this.macros, item), condition: [item.condition] };
      this.macros.set(item.name, draft);
      return;
    }
    const earlier = this.#earlier("macro", this.macros, item);
    if (!earlier) return;
    earlier.condition.push(item.condition);
    earlier.changed = this.#order;
  }

  #addRule(item: RuleItem): void {
    const earlier = this.rules.get(item.name);
    if (earlier) {
      if (!this.#sameSource(earlier, item)) return;
      this.#warnOfTwin("rule", this.rules, item);
      this.replaced.push({ draft: earlier, by: item.at });
    }
    this.rules.set(item.name, {
      ...this.#draft(this.rules, item),
      source: item.source,
      condition: [item.condition],
      output: [item.output],
      description: item.description,
      priority: item.priority,
      tags: [...item.tags ?? []],
      exceptions: new Exceptions(item.exceptions ?? [], this.report),
      enabled: item.enabled ?? true,
      capture: item.capture ?? false,
      captureDurationMs: item.captureDurationMs,
      warnEventTypes: item.warnEventTypes ?? true,
      skipIfUnknownFilter: item.skipIfUnknownFilter ?? false,
    });
  }

  #updateRule(item: RuleUpdateItem): void {
    if (item.deprecatedAppend) {
      const keys = ["condition", "exceptions"] as const;
      const given = keys.filter((key) => item.append?.[key] !== undefined);
      this.deprecations.append(item.deprecatedAppend, given);
    }
    const rule = this.#earlier("rule", this.rules, item);
    if (!rule || !this.#sameSource(rule, item)) return;
    if (item.append) this.#append(rule, item.append);
    if (item.replace) this.#replace(rule, item.replace);
    rule.changed = this.#order;
  }

  #append(rule: RuleDraft, parts: RuleParts): void {
    if (parts.condition) rule.condition.push(parts.condition);
    if (parts.output) rule.output.push(parts.output);
    if (parts.description) rule.description += ` ${parts.description}`;
    for (const tag of parts.tags ?? []) rule.tags.push(tag);
    if (parts.exceptions) rule.exceptions.append(parts.exceptions, this.report);
  }

  #replace(rule: RuleDraft, parts: RuleParts): void {
    if (parts.condition) rule.condition = [parts.condition];
    if (parts.output) rule.output = [parts.output];
    if (parts.exceptions) rule.exceptions = new Exceptions(parts.exceptions, this.report);
    rule.description = parts.description ?? rule.description;
    if (parts.tags) rule.tags = [...parts.tags];
    rule.priority = parts.priority ?? rule.priority;
    rule.enabled = parts.enabled ?? rule.enabled;
    rule.capture = parts.capture ?? rule.capture;
    rule.captureDurationMs = parts.captureDurationMs ?? rule.captureDurationMs;
    rule.warnEventTypes = parts.warnEventTypes ?? rule.warnEventTypes;
    rule.skipIfUnknownFilter = parts.skipIfUnknownFilter ?? rule.skipIfUnknownFilter;
  }

  #enableRule(item: RuleEnabledItem): void {
    this.deprecations.enabled(item.at, item.enabled);
    const rule = this.#earlier("rule", this.rules, item);
    if (rule) rule.enabled = item.enabled;
  }

  /** A definition keeps the place in line of the first one of its name. */
  #draft(drafts: ReadonlyMap<string, Draft>, { name, at }: { name: string; at: Span }): Draft {
    return { name, at, order: drafts.get(name)?.order ?? this.#order, changed: this.#order };
  }

  /** Another file is there to replace what is defined before; in one file nobody means to. */
  #warnOfTwin(
    kind: ItemKind,
    drafts: ReadonlyMap<string, Draft>,
    { name, at }: { name: string; at: Span },
  ): void {
    const earlier = drafts.get(name);
    if (earlier?.at.source !== at.source) return;
    this.report.add({
      code: "R053",
      severity: "warning",
      title: `${kind} "${name}" is defined a second time in this file; the first has no effect`,
      at,
      notes: [{ message: "defined here first", at: earlier.at }],
      help: "take one of them away, or give it another name",
    });
  }

  #earlier<Kind extends Draft>(
    kind: ItemKind,
    drafts: ReadonlyMap<string, Kind>,
    { name, at }: { name: string; at: Span },
  ): Kind | undefined {
    const earlier = drafts.get(name);
    if (earlier || !this.complete || this.broken.has(brokenKey(kind, name))) return earlier;
    this.#definitions ??= definitionsOf(this.files);
    const later = this.#definitions.get(brokenKey(kind, name));
    this.report.add({
      code: "R030",
      title: `there is no earlier ${kind} "${name}" to change`,
      at,
      notes: later && [{ message: "defined here, and read later", at: later }],
      help: later
        ? later.source === at.source ? "put the change below it" : "name that file before this one"
        : () => didYouMean(name, drafts.keys(), this.#effort) ?? this.#helpToDefine(kind, at),
    });
    return undefined;
  }

  /** A file that is read alone may be right beside those that it is for. */
  #helpToDefine(kind: ItemKind, { source: { name } }: Span): string {
    if (this.files.length > 1) {
      return `files are read in order: the ${kind} has to be defined before it is changed`;
    }
    const file = /^[\w./-]+$/.test(name) ? name : "FILE";
    return "it may be in another file: check this one with that, " +
      `as in falcod validate -r falco_rules.yaml -r ${file}, or all of the configuration: falcod validate`;
  }

  #sameSource(earlier: RuleDraft, item: RuleItem | RuleUpdateItem): boolean {
    if (item.source === undefined || item.source === earlier.source) return true;
    // Falco compares sources only where a condition is to go with the rest.
    const isMeant = item.kind === "rule" ||
      (item.append?.condition ?? item.replace?.condition) !== undefined;
    this.report.add({
      code: "R031",
      severity: isMeant ? "error" : "warning",
      title: `rule "${item.name}" has source "${item.source}" here and "${earlier.source}" before`,
      at: item.at,
      notes: [{ message: "defined here first", at: earlier.at }],
      help: isMeant ? "give one of them another name" : 'take "source" away: it stays as it was',
    });
    return !isMeant;
  }
}

/** Where lists, macros and rules are first defined, for those who change what comes after. */
function definitionsOf(files: readonly RuleFile[]): ReadonlyMap<string, Span> {
  const definitions = new Map<string, Span>();
  for (const item of files.flatMap(({ items }) => items)) {
    const { kind } = item;
    if (kind !== "list" && kind !== "macro" && kind !== "rule") continue;
    if (kind !== "rule" && item.append) continue;
    const key = brokenKey(kind, item.name);
    if (!definitions.has(key)) definitions.set(key, item.at);
  }
  return definitions;
}
