/** What a reload would take away: files are emptied or gone by mistake, or by somebody who wants silence. */
import { toFile } from "../base/mod.ts";
import type { Rule, Ruleset } from "../rule/mod.ts";
import type { RulePath } from "./rules.ts";

/** The rules of a run, and where they come from. */
export interface RulesInEffect {
  readonly ruleset: Ruleset;
  /** What the configuration or the command line names. */
  readonly rulePaths: readonly RulePath[];
}

/**
 * Why a reload that takes away every rule is none, without a full stop; absent when some rule stays, or
 * none was there. A save that truncates, or a full disk, is likelier than somebody who wants falcod to
 * see nothing.
 */
export function whyNotEmptied(before: RulesInEffect, after: RulesInEffect): string | undefined {
  const former = enabledIn(before);
  if (former === 0 || enabledIn(after) > 0) return undefined;
  return `no rule would be left (${former} ${
    former === 1 ? "is" : "are"
  } in effect); if that is meant, restart falcod: a start takes it`;
}

/**
 * What rules were lost, without a full stop; absent when none was. A file that is no longer named was
 * left out by somebody who knew: that is no loss. Nor is it one when another file defines its rules now.
 */
export function rulesLost(before: RulesInEffect, after: RulesInEffect): string | undefined {
  const remaining = filesOf(after);
  const defined = new Set(after.ruleset.rules.map(({ name }) => name));
  const losses = filesOf(before)
    .filter((file) => !remaining.includes(file) && isNamed(file, after))
    .filter((file) => rulesOf(before, file).some(({ name }) => !defined.has(name)))
    .map((file) => `there are no rules from ${file} any more`);
  return losses.length > 0 ? losses.join("; ") : undefined;
}

function rulesOf({ ruleset }: RulesInEffect, file: string): readonly Rule[] {
  return ruleset.rules.filter(({ at }) => toFile(at).source.name === file);
}

/** Those that define rules, enabled or not. */
function filesOf({ ruleset }: RulesInEffect): readonly string[] {
  return [...new Set(ruleset.rules.map(({ at }) => toFile(at).source.name))];
}

function isNamed(file: string, { rulePaths }: RulesInEffect): boolean {
  return rulePaths.some(({ path }) =>
    path === file || file.startsWith(path.endsWith("/") ? path : `${path}/`)
  );
}

function enabledIn({ ruleset }: RulesInEffect): number {
  return ruleset.rules.filter(({ enabled }) => enabled).length;
}
