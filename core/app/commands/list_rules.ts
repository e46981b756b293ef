/** `falcod list rules`: the rules that would run, and those that would not. */
import { matchesWildcard } from "../../base/mod.ts";
import type { Rule } from "../../rule/mod.ts";
import { EXIT_FAILURE, EXIT_OK } from "../exit.ts";
import { listCommand } from "../find_rule.ts";
import type { Host } from "../host.ts";
import { tellErrors, tellOfOptions } from "../report.ts";
import { prepare } from "../start.ts";
import { nameFilter, nothingFound, printTable } from "../table.ts";

export interface ListRulesRequest {
  readonly pattern: string | undefined;
  readonly json: boolean;
  readonly configPath: string | undefined;
  readonly rulePaths: readonly string[];
  /** `-o`, in order. */
  readonly options: readonly string[];
}

/** By what keeps a rule from being run. */
const STATES = {
  nothing: "enabled",
  file: "disabled",
  priority: "below priority",
  source: "not watched",
} as const;

/** Exit code 1 when the rules are not valid, or the pattern fits none. */
export async function listRulesCommand(request: ListRulesRequest, host: Host): Promise<number> {
  const { report, ruleset } = await prepare({ ...request, undelivered: "checked" }, host);
  if (!ruleset) {
    tellErrors(report, host);
    return EXIT_FAILURE;
  }
  tellOfOptions(report, host);
  const { pattern } = request;
  const rules = ruleset.rules.filter(ruleFilter(pattern)).map((rule) => ({
    name: rule.name,
    priority: rule.priority,
    enabled: rule.enabled,
    ...rule.disabledBy && { disabledBy: rule.disabledBy },
    source: rule.source,
    tags: rule.tags,
    description: rule.description,
  }));
  if (request.json) host.out.write(`${JSON.stringify(rules)}\n`);
  else {
    printTable({
      heads: ["rule", "priority", "state", "source", "tags"],
      rows: rules.map((rule) => [
        rule.name,
        rule.priority,
        STATES[rule.disabledBy ?? "nothing"],
        rule.source,
        rule.tags.join(","),
      ]),
    }, host.out);
  }
  if (rules.length > 0 || pattern === undefined) return EXIT_OK;
  const words = ruleset.rules.flatMap(({ name, source, tags }) => [name, source, ...tags]);
  const instead = `${listCommand(request)} shows all`;
  host.error.write(nothingFound("rule", pattern, { names: words, instead }));
  return EXIT_FAILURE;
}

/**
 * A name may have the pattern in it; a tag or source has to match as a whole, because parts of them
 * (`sys`, `host`) are in most rules.
 */
function ruleFilter(pattern: string | undefined): (rule: Rule) => boolean {
  const nameFits = nameFilter(pattern);
  return ({ name, source, tags }) =>
    nameFits(name) ||
    (pattern !== undefined && [source, ...tags].some((word) => matchesWildcard(pattern, word)));
}
