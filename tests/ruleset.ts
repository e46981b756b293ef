/** Rules from text to a ruleset, with the real fields; fails with the diagnostics when they are wrong. */
import { renderText, Report, SourceText } from "../core/base/mod.ts";
import { syscallFields } from "../core/field/mod.ts";
import { loadRules, readRuleFile, type Ruleset } from "../core/rule/mod.ts";

export function rulesetOf(text: string, name = "rules.yaml"): Ruleset {
  const report = new Report();
  const file = readRuleFile(new SourceText(name, text), report);
  const ruleset = loadRules([file], {
    fieldsOf: (source) => source === "syscall" ? syscallFields : undefined,
    engineVersion: "0.63.0",
    minimumPriority: "Debug",
  }, report);
  if (!ruleset) throw new Error(renderText(report.diagnostics, { colour: false }));
  return ruleset;
}
