/**
 * Rule files, from YAML to a `Ruleset`:
 *
 *     readRuleFile   one file's YAML to items                       read.ts
 *     mergeFiles     definitions, append, override, exceptions      merge.ts
 *     compile        conditions and outputs against the fields      compile.ts
 *
 * Every mistake of all files is reported in one run; with an error among them there is no ruleset.
 */
export { readRuleFile, readRuleFileAside } from "./read.ts";
export { loadRules, loadRulesAside } from "./load.ts";
export { lintCondition, type MeaningLint } from "./lint_conditions.ts";
export { lintShadows } from "./lint_shadow.ts";
export type { LoadContext } from "./load.ts";
export type { ContainerInfo } from "./_output_text.ts";
export {
  checkExtraOutput,
  type ExtraFieldText,
  type ExtraOutput,
  extraOutputsOf,
  type RuleNames,
} from "./extra_output.ts";
export { type List, type Macro, namesOf, type Rule, type Ruleset } from "./ruleset.ts";
export type { RuleFile } from "./rule_file.ts";
export { ruleFileJsonSchema } from "./json_schema.ts";
export { parsePriority } from "./priority.ts";
export { describeRuleset, type Description } from "./describe.ts";
export { UPSTREAM_CODES, upstreamCode, upstreamDescription } from "./upstream_codes.ts";
export { isCompatible, parseVersion, type Version, versionText } from "../base/version.ts";
