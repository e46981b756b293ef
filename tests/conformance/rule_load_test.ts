import { extraOutputs } from "../../core/app/append_output.ts";
import type { Config } from "../../core/app/config/schema.ts";
import { selectRules } from "../../core/app/rule_selection.ts";
import { Report } from "../../core/base/mod.ts";
import { defineField, syscallFields } from "../../core/field/mod.ts";
import { isCompatible, parseVersion, type Ruleset } from "../../core/rule/mod.ts";
import { conformanceSuite } from "./corpus.ts";
import { compareDescription, type Description } from "./description.ts";
import { compile } from "./filter_fields.ts";
import { compareFindings, type Finding, load, type Loaded } from "./rule_files.ts";

/** What one of upstream's tests of loading rules does, step by step. */
interface LoadCase {
  readonly name: string;
  readonly steps?: readonly Step[];
  readonly condition?: string;
  readonly expect_condition_warning?: boolean;
}

interface LoadStep {
  readonly op: "load_rules";
  readonly name: string;
  readonly content: string;
  readonly ok: boolean;
  readonly errors: readonly Finding[];
  readonly warnings: readonly Finding[];
  readonly describe: Description | null;
}

interface PluginStep {
  readonly op: "engine.check_plugin_requirements";
  readonly plugins: readonly { readonly name: string; readonly version: string }[];
  readonly value: boolean;
}

/** Empty texts match anything. */
interface Match {
  readonly rule: string;
  readonly source: string;
  readonly tags: readonly string[];
}

type Step =
  | LoadStep
  | PluginStep
  | { readonly op: "ruleset.add"; readonly rule: string; readonly tags: readonly string[] }
  | {
    readonly op: "engine.num_rules_for_ruleset";
    readonly ruleset: string;
    readonly value: number;
  }
  | { readonly op: "ruleset.enabled_count"; readonly ruleset: number; readonly value: number }
  | {
    readonly op:
      | "engine.enable_rule"
      | "engine.enable_rule_exact"
      | "engine.enable_rule_wildcard";
    readonly ruleset: string;
    readonly arg: string;
    readonly enabled: boolean;
  }
  | {
    readonly op: "engine.enable_rule_by_tag";
    readonly ruleset: string;
    readonly tags: readonly string[];
    readonly enabled: boolean;
  }
  | {
    readonly op: "ruleset.enable_tags" | "ruleset.disable_tags";
    readonly ruleset: number;
    readonly tags: readonly string[];
  }
  | {
    readonly op: "ruleset.enable" | "ruleset.disable";
    readonly ruleset: number;
    readonly pattern: string;
    /** Upstream's `match_type`: exact, a part of the name, with wildcards. */
    readonly match: 0 | 1 | 2;
  }
  | Match & { readonly op: "engine.add_extra_output_format"; readonly format: string }
  | Match & {
    readonly op: "engine.add_extra_output_formatted_field";
    readonly key: string;
    readonly format: string;
  };

conformanceSuite<LoadCase>({
  file: "rule-load.jsonl",
  behaviour: "loadRules() and selectRules() do what upstream's tests of its rule loader want",
  name: ({ name }) => name,
  judge: (item) =>
    item.condition === undefined
      ? new Engine().judge(item.steps!)
      : judgeWarning(item.condition, item.expect_condition_warning!),
  exceptions: [{
    matches: /\.falco_engine_alternate_loader$/,
    reason: "upstream's test has a reader of its own, for which test_object is an item",
  }, {
    matches: /\.enable_rule_id$/,
    reason:
      "rules have no numbers by which to enable them; the case does not say the numbers either",
  }],
});

/** Fields of sources that are not built in, as the cases invent them. */
const FIELDS = new Map([
  ...syscallFields,
  ...["some.field", "ka.field", "jevt.field"].map((name) =>
    [
      name,
      defineField({ name, type: "CHARBUF", summary: "For tests", extract: () => undefined }),
    ] as const
  ),
]);

function judgeWarning(text: string, expected: boolean): string | undefined {
  const { condition, report } = compile(text, FIELDS);
  if (!condition) return `refused: ${report.diagnostics[0]?.title}`;
  const warned = report.diagnostics.length > 0;
  return warned === expected ? undefined : warned ? "warned of" : "not warned of";
}

/** Upstream's engine keeps any number of sets of enabled rules; the first holds what files enable. */
class Engine {
  #content = "";
  #loaded: Loaded | undefined;
  readonly #appended: Config["append_output"] = [];
  readonly #sets = new Map<string | number, Ruleset>();

  judge(steps: readonly Step[]): string | undefined {
    for (const [index, step] of steps.entries()) {
      const problem = this.#step(step);
      if (problem !== undefined) return `step ${index + 1}, ${step.op}: ${problem}`;
    }
    return undefined;
  }

  #step(step: Step): string | undefined {
    switch (step.op) {
      case "load_rules":
        return this.#load(step);
      case "engine.check_plugin_requirements":
        return this.#checkPlugins(step);
      case "ruleset.add":
        this.#add(step.rule, step.tags);
        return undefined;
      case "engine.num_rules_for_ruleset":
      case "ruleset.enabled_count":
        return this.#count(step.ruleset, step.value);
      case "engine.enable_rule":
        this.#select(step.ruleset, { rule: `*${step.arg}*` }, step.enabled);
        return undefined;
      case "engine.enable_rule_exact":
      case "engine.enable_rule_wildcard":
        this.#select(step.ruleset, { rule: step.arg === "" ? "*" : step.arg }, step.enabled);
        return undefined;
      case "engine.enable_rule_by_tag":
      case "ruleset.enable_tags":
      case "ruleset.disable_tags": {
        const enabled = step.op === "engine.enable_rule_by_tag"
          ? step.enabled
          : step.op === "ruleset.enable_tags";
        for (const tag of step.tags) this.#select(step.ruleset, { tag }, enabled);
        return undefined;
      }
      case "ruleset.enable":
      case "ruleset.disable": {
        const rule = step.match === 1 ? `*${step.pattern}*` : step.pattern;
        this.#select(step.ruleset, { rule }, step.op === "ruleset.enable");
        return undefined;
      }
      case "engine.add_extra_output_format":
        this.#append(step, { extra_output: step.format });
        return undefined;
      case "engine.add_extra_output_formatted_field":
        this.#append(step, { extra_fields: [{ [step.key]: step.format }] });
        return undefined;
      default:
        return step satisfies never;
    }
  }

  #load({ name, content, ok, errors, warnings, describe }: LoadStep): string | undefined {
    this.#content = content;
    this.#loaded = load([{ name, content }], {
      extraOutputs: extraOutputs(this.#appended, undefined),
    });
    const { ruleset } = this.#loaded;
    if ((ruleset !== undefined) !== ok) {
      return ruleset
        ? `accepted, Falco has ${errors.map(({ code }) => code)}`
        : this.#loaded.errors[0];
    }
    return compareFindings(this.#loaded, errors, warnings) ??
      (describe && ruleset ? compareDescription(ruleset, describe) : undefined);
  }

  #append(
    { rule, source, tags }: Match,
    what: { readonly extra_output: string } | { readonly extra_fields: Record<string, string>[] },
  ): void {
    const match = { rule, source, tags: [...tags] };
    const nothing = { extra_output: "", extra_fields: [], suggested_output: false };
    this.#appended.push({ ...nothing, match, ...what });
  }

  #checkPlugins({ plugins, value }: PluginStep): string | undefined {
    const { ruleset } = load([{ name: "test", content: this.#content }], {
      hasPlugin: (name, version) =>
        plugins.some((plugin) =>
          plugin.name === name &&
          isCompatible(parseVersion(plugin.version)!, parseVersion(version)!)
        ),
    });
    return (ruleset !== undefined) === value ? undefined : `${!value}, Falco says ${value}`;
  }

  #add(rule: string, tags: readonly string[]): void {
    this.#content += `- rule: ${rule}\n  desc: d\n  condition: evt.type = open\n  output: o\n` +
      `  priority: INFO\n  enabled: false\n  tags: [${tags.map((tag) => JSON.stringify(tag))}]\n`;
    this.#loaded = load([{ name: "test", content: this.#content }]);
  }

  #set(name: string | number): Ruleset {
    const loaded = this.#loaded!.ruleset!;
    if (name === "falco-default-ruleset") return this.#sets.get(name) ?? loaded;
    return this.#sets.get(name) ??
      selectRules(loaded, [{ disable: { rule: "*" } }], { report: new Report() });
  }

  #select(set: string | number, what: { rule?: string; tag?: string }, enabled: boolean): void {
    const selection = enabled ? { enable: what } : { disable: what };
    this.#sets.set(set, selectRules(this.#set(set), [selection], { report: new Report() }));
  }

  #count(set: string | number, expected: number): string | undefined {
    const count = this.#set(set).rules.filter(({ enabled }) => enabled).length;
    return count === expected ? undefined : `${count} in "${set}", Falco has ${expected}`;
  }
}
