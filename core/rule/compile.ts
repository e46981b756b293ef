/** Makes merged rules runnable: joins their texts, parses, expands, checks against the fields. */
import { compileTemplate, type OutputTemplate, withExtraFields } from "../alert/mod.ts";
import {
  type Diagnostic,
  effortOfRun,
  nearest,
  Report,
  type SourceText,
  TextJoiner,
  toFile,
} from "../base/mod.ts";
import {
  checkCondition,
  type CheckedCondition,
  type Condition,
  eventTypesOf,
  expandCondition,
  type Expansion,
  fieldsOf,
  isSpent,
  type ListDefinition,
  type MacroDefinition,
  parseCondition,
  readableParts,
  roomOfRun,
  tellsEventTypes,
  type ToldMacros,
} from "../filter/mod.ts";
import type { FieldTable } from "../field/mod.ts";
import type { Deprecations } from "./deprecation.ts";
import { joinTexts, oddListsOf, placeOddLists, withExceptions } from "./_condition_text.ts";
import type { RuleException } from "./exception.ts";
import {
  compileExtraFields,
  type ExtraOutput,
  extraOutputsOf,
  extraTexts,
} from "./extra_output.ts";
import { type ContainerInfo, joinOutput } from "./_output_text.ts";
import { ConditionLint, type LintedRule } from "./lint_conditions.ts";
import { lintEventTypes } from "./lint_event_types.ts";
import { lintLists } from "./lint_lists.ts";
import { lintOutput } from "./lint_output.ts";
import type { LoadContext } from "./load.ts";
import {
  brokenKey,
  type ListDraft,
  type MacroDraft,
  type Merged,
  type RuleDraft,
} from "./merge.ts";
import { reaches } from "./priority.ts";
import type { Macro, Rule } from "./ruleset.ts";
import { isUnknownFirst } from "./_unknown_first.ts";

export class Compiler {
  readonly usedMacros = new Set<string>();
  readonly usedLists = new Set<string>();
  readonly #macros = new Map<string, MacroDefinition>();
  readonly #expanded = new Map<string, Condition>();
  readonly #lists = new Map<string, ListDefinition>();
  readonly #oddLists: readonly ListDraft[];
  /** Of macros as rules see them. */
  readonly #expansions = new Map<string, Expansion>();
  readonly #parts = new Map<string, Expansion | "broken">();
  readonly #toldMacros: ToldMacros = new Map();
  readonly #told = new Set<string>();
  readonly #room = roomOfRun();
  readonly #effort = effortOfRun();
  readonly #listNames: readonly string[];
  readonly #lint: ConditionLint | undefined;
  /** Names of macros that there are not. */
  readonly #slips = new Set<string>();
  /** Something was not read, and may use any macro or list. */
  #missedNames = false;

  constructor(
    readonly merged: Merged,
    readonly context: LoadContext,
    readonly report: Report,
    readonly deprecations: Deprecations,
  ) {
    this.#lint = context.lintsMeaning && new ConditionLint(context.lintsMeaning);
    for (const { name, items } of merged.lists.values()) this.#lists.set(name, { name, items });
    this.#listNames = [...merged.lists.keys()];
    this.#oddLists = oddListsOf(merged.lists.values());
    this.#markListsInLists();
    if (this.#lint) lintLists(merged.lists, { report, effort: this.#effort });
  }

  /**
   * Parses and expands every macro, used or not; to be called before any rule. A macro sees those that
   * were there when it was last changed. One with a mistake is reported here, once: rules that use it
   * are not judged. Stops after each.
   */
  *compileMacros(): Generator<void> {
    for (const { name, condition } of this.merged.macros.values()) {
      const parsed = this.#parse(this.#placeOddLists(joinTexts(condition)), this.report);
      this.#macros.set(name, { name, condition: parsed });
      this.#lint?.text(condition, this.report);
      yield;
    }
    for (const draft of this.merged.macros.values()) {
      const { name } = draft;
      const { condition } = this.#macros.get(name)!;
      const own = this.report.part();
      const expanded = condition && expandCondition(condition, this.#names(draft), own);
      if (expanded) this.#expanded.set(name, expanded);
      else this.#macros.set(name, { name, condition: undefined, unresolved: condition });
      this.report.absorb(own, (found) => this.#toldBefore(found) ? undefined : found);
      yield;
    }
  }

  /** Whether a macro or list that counts as unused is so, mistakes elsewhere or not. */
  get knowsUse(): boolean {
    return !this.#missedNames && !isSpent(this.#room);
  }

  /** After the last rule, when it is known which are used. */
  macros(): ReadonlyMap<string, Macro> {
    const macros = new Map<string, Macro>();
    for (const { name, condition: texts, at } of this.merged.macros.values()) {
      const condition = this.#expanded.get(name);
      if (!condition) continue;
      const used = this.usedMacros.has(name);
      macros.set(name, { name, conditionText: joinTexts(texts), condition, used, at });
    }
    return macros;
  }

  /**
   * The rule, or nothing after reporting what is wrong with it; nothing to say of rules for a source
   * that is not known.
   */
  rule(draft: RuleDraft): Rule | undefined {
    const delivered = this.context.fieldsOf(draft.source);
    const fields = this.#fieldsOf(draft);
    if (!fields) return undefined;
    const own = this.report.part();
    const exceptions = usableExceptions(draft, fields, own);
    const ownConditionText = joinTexts(draft.condition);
    const text = this.#placeOddLists(ownConditionText);
    const conditionText = withExceptions(text, exceptions, own);
    if (!conditionText || exceptions.length < draft.exceptions.all.length) this.#missedNames = true;
    const used = new Set<string>();
    const scope = { name: draft.name, source: draft.source, fields, exceptions, used, own };
    const conditions = conditionText && this.#condition(conditionText, scope);
    this.#lint?.text(draft.condition, own);
    const output = this.#output(draft, fields, used, own);
    const skipped = this.#forward(draft, own);
    if (skipped || !conditionText || !conditions || !output) return undefined;
    const { checked: condition } = conditions;
    const eventTypes = eventTypesOf(condition);
    lintEventTypes(draft, { ...conditions, eventTypes }, this.report);
    // Where no event was meant that there is, what is left of them says nothing of the output.
    const isAstray = own.diagnostics.some(({ code }) => code === "F042");
    if (!isAstray) this.#lintOutput(draft, output, eventTypes);
    // The configuration may bring back what a file has switched off, and no more than that.
    const disabledBy = !delivered
      ? "source"
      : !reaches(draft.priority, this.context.minimumPriority)
      ? "priority"
      : draft.enabled
      ? undefined
      : "file";
    return Object.freeze({
      name: draft.name,
      description: draft.description,
      source: draft.source,
      priority: draft.priority,
      tags: [...new Set(draft.tags)].sort(),
      enabled: disabledBy === undefined,
      disabledBy,
      condition,
      output,
      eventTypes,
      fields: used,
      capture: draft.capture,
      captureDurationMs: draft.captureDurationMs,
      exceptions: draft.exceptions.all.map(({ name }) => name),
      activeExceptions: exceptions.filter(({ values }) => values.length > 0)
        .map(({ name }) => name),
      exceptionChecks: draft.exceptions.all.flatMap(({ columns, values }) =>
        columns.map(({ field, comparison }) => ({
          field: field.text,
          operator: comparison.text,
          applied: values.length > 0,
        }))
      ),
      ownOutputText: joinTexts(draft.output),
      ownConditionText,
      conditionText,
      at: draft.at,
    });
  }

  /** Whether the fields are known that the rule may use; otherwise it is passed over. */
  knowsSource(draft: RuleDraft): boolean {
    return this.#fieldsOf(draft) !== undefined;
  }

  #fieldsOf({ source }: RuleDraft): FieldTable | undefined {
    return this.context.fieldsOf(source) ?? this.context.undeliveredFieldsOf?.(source);
  }

  #condition(
    text: SourceText,
    { fields, used, own, ...origin }: ConditionScope,
  ): { readonly written: Condition; readonly checked: CheckedCondition } | undefined {
    const parsed = this.#parse(text, own);
    const names = this.#names(undefined, origin.name);
    const written = parsed && expandCondition(parsed, names, own);
    const parts = written ?? (parsed && readableParts(parsed, names));
    const found = parts && checkCondition(parts, fields, own, this.#toldMacros);
    const checked = written && found;
    if (checked && origin.source === "syscall" && !tellsEventTypes(checked, own)) return undefined;
    if (checked) this.#lint?.rule(origin, { written, checked }, own);
    for (const { definition: { name }, argument } of checked ? fieldsOf(checked) : []) {
      used.add(name);
      if (typeof argument === "string") used.add(`${name}.${argument}`);
    }
    return checked && { written, checked };
  }

  #output(
    draft: RuleDraft,
    fields: FieldTable,
    used: Set<string>,
    report: Report,
  ): OutputTemplate | undefined {
    const extras = extraOutputsOf(draft, this.context.extraOutputs ?? []);
    const texts = [...draft.output, ...extraTexts(extras, fields)];
    const text = joinOutput(texts, {
      info: this.#containerInfo(draft, extras),
      deprecations: this.deprecations,
    });
    const options = { bytes: this.context.bytesFormat };
    const message = compileTemplate(text, fields, report, options);
    const extraFields = compileExtraFields(extras, fields, { report, ...options });
    const output = message && withExtraFields(message, extraFields);
    const templates = output ? [output, ...extraFields.map(({ template }) => template)] : [];
    for (const { uses } of templates) {
      for (const { key, definition } of uses) used.add(definition.name).add(key);
    }
    return output;
  }

  /** Suggested fields tell of the container already, and other sources have none. */
  #containerInfo({ source }: RuleDraft, extras: readonly ExtraOutput[]): ContainerInfo | undefined {
    if (source !== "syscall" || extras.some(({ suggested }) => suggested)) return undefined;
    return this.context.containerInfo;
  }

  /**
   * Passes on what was found. That is no error for a rule that asks to be skipped then; returns whether
   * it is.
   */
  #forward(draft: RuleDraft, own: Report): boolean {
    const errors = own.diagnostics.filter(({ severity }) => severity === "error");
    const skip = draft.skipIfUnknownFilter && isUnknownFirst(errors);
    this.report.absorb(own, (found) => {
      // Of a mistake in a macro, each rule that is skipped for it is told, and that is no error.
      if (!skip || found.severity !== "error") return this.#toldBefore(found) ? undefined : found;
      const { group } = found;
      return {
        ...found,
        code: "R045",
        severity: "warning",
        title: `rule "${draft.name}" is skipped: ${found.title}`,
        help: 'the rule asks for this with "skip-if-unknown-filter"',
        ...group && {
          group: {
            key: `R045 ${group.key}`,
            title: (count) => `rules are skipped: ${group.title(count)}`,
          },
        },
      };
    });
    return skip;
  }

  /** A mistake in a macro or list is met again by every rule that uses it, and told once. */
  #toldBefore({ code, at }: Diagnostic): boolean {
    if (!at) return false;
    const { source, start } = toFile(at);
    const key = `${code} ${start} ${source.name}`;
    if (this.#told.has(key)) return true;
    this.#told.add(key);
    return false;
  }

  #lintOutput(draft: RuleDraft, output: OutputTemplate, eventTypes: ReadonlySet<number>): void {
    if (!this.context.lintsMeaning || draft.source !== "syscall") return;
    lintOutput(output, draft.output, { eventTypes, report: this.report });
  }

  /** The names a macro sees, or a rule: those see all. */
  #names(macro: MacroDraft | undefined, rule?: string) {
    const { merged } = this;
    const visible = (name: string): MacroDefinition | undefined => {
      const found = merged.macros.get(name);
      if (!found || (macro && found.order > macro.changed)) return undefined;
      return this.#macros.get(name);
    };
    return {
      room: this.#room,
      whose: macro ? `macro "${macro.name}"` : `rule "${rule}"`,
      macro: (name: string): MacroDefinition | undefined => {
        this.usedMacros.add(name);
        const unknowable = !merged.complete || merged.broken.has(brokenKey("macro", name));
        const found = visible(name) ?? (unknowable ? { name, condition: undefined } : undefined);
        if (!found) this.#useMeant(name);
        return found;
      },
      list: (name: string): ListDefinition | undefined => {
        const list = this.#lists.get(name);
        if (list) this.usedLists.add(name);
        return list;
      },
      expansions: macro ? undefined : this.#expansions,
      parts: this.#parts,
      laterMacro: (name: string) => {
        const found = name === macro?.name ? undefined : merged.macros.get(name);
        return found && !visible(name) ? found.at : undefined;
      },
      macroNames: () => macro ? this.#macrosBefore(macro) : merged.macros.keys(),
      listNames: () => this.#listNames,
      effort: this.#effort,
    };
  }

  /** A slip of the pen: another macro was meant, which somebody uses then. */
  #useMeant(name: string): void {
    if (this.#slips.has(name)) return;
    if (this.#slips.add(name).size > MAX_SLIPS) {
      this.#missedNames = true;
      return;
    }
    const meant = nearest(name, this.merged.macros.keys(), this.#effort);
    if (meant !== undefined) this.usedMacros.add(meant);
  }

  *#macrosBefore({ name, changed }: MacroDraft): Generator<string> {
    for (const other of this.merged.macros.values()) {
      if (other.order <= changed && other.name !== name) yield other.name;
    }
  }

  /** Of a text that cannot be read, every word may be the name of what it uses. */
  #parse(text: SourceText, report: Report): Condition | undefined {
    const parsed = parseCondition(text, report);
    if (parsed) return parsed;
    for (const [word] of text.text.matchAll(/[^()"' \t\n\v\f\r=,]+/g)) {
      if (this.merged.macros.has(word)) this.usedMacros.add(word);
      if (this.#lists.has(word)) this.usedLists.add(word);
    }
    return undefined;
  }

  #placeOddLists(text: SourceText): SourceText {
    return placeOddLists(text, this.#oddLists, (name) => this.usedLists.add(name));
  }

  #markListsInLists(): void {
    for (const { items } of this.#lists.values()) {
      for (const { text } of items) if (this.#lists.has(text)) this.usedLists.add(text);
    }
  }
}

/** Each is held against the names of all macros; of more, it is not known which ones they use. */
const MAX_SLIPS = 200;

interface ConditionScope extends LintedRule {
  readonly name: string;
  readonly fields: FieldTable;
  /** Names of the fields that are read, collected here. */
  readonly used: Set<string>;
  readonly own: Report;
}

/** The exceptions whose fields exist, with values or without; the others are reported. */
function usableExceptions(
  { exceptions }: RuleDraft,
  fields: FieldTable,
  report: Report,
): readonly RuleException[] {
  return exceptions.all.filter(({ name, columns }) => {
    const problems = columns.flatMap(({ field }) => problemsOfField(field, fields));
    for (const problem of problems) {
      report.add({ ...problem, code: "R037", title: `exception "${name}": ${problem.title}` });
    }
    return problems.length === 0;
  });
}

function problemsOfField(field: SourceText, fields: FieldTable): readonly Diagnostic[] {
  const report = new Report();
  const text = new TextJoiner().add(field).addFor(field.all, " exists").build(field.name);
  const condition = parseCondition(text, report);
  if (condition) checkCondition(condition, fields, report);
  return report.diagnostics.filter(({ severity }) => severity === "error");
}
