/** `falcod list rules`: the rules that would run, and those that would not. */
import { EXIT_FAILURE, EXIT_OK } from "../exit.ts";
import type { Host } from "../host.ts";
import { tellErrors } from "../report.ts";
import { prepare } from "../start.ts";
import { nameFilter, printTable } from "../table.ts";

export interface ListRulesRequest {
  readonly pattern: string | undefined;
  readonly json: boolean;
  readonly configPath: string | undefined;
  readonly rulePaths: readonly string[];
}

export async function listRulesCommand(request: ListRulesRequest, host: Host): Promise<number> {
  const { report, ruleset } = await prepare({ ...request, options: [] }, host);
  if (!ruleset) {
    tellErrors(report, host);
    return EXIT_FAILURE;
  }
  const isWanted = nameFilter(request.pattern);
  const rules = ruleset.rules.filter((rule) => isWanted(rule.name)).map((rule) => ({
    name: rule.name,
    priority: rule.priority,
    enabled: rule.enabled,
    source: rule.source,
    tags: rule.tags,
    description: rule.description,
  }));
  if (request.json) {
    host.out.write(`${JSON.stringify(rules)}\n`);
    return EXIT_OK;
  }
  printTable({
    heads: ["rule", "priority", "enabled", "source", "tags"],
    rows: rules.map((rule) => [
      rule.name,
      rule.priority,
      rule.enabled ? "yes" : "no",
      rule.source,
      rule.tags.join(","),
    ]),
  }, host.out);
  return EXIT_OK;
}
