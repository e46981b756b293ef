/**
 * Every diagnostic code, explained: what it means, why it matters, an example and its repair.
 *
 * Tests hold the tables against the sources, and every example against the program: what stands here
 * is what happens. Falco's own code for one of ours is known to `core/rule`.
 */
import { upstreamCode } from "../../rule/mod.ts";
import { CONDITION_CODES } from "./conditions.ts";
import { CONFIG_CODES } from "./config.ts";
import type { CodeEntry } from "./entry.ts";
import { GIVEN_CODES } from "./given.ts";
import { OUTPUT_CODES } from "./outputs.ts";
import { PACKAGE_CODES } from "./packages.ts";
import { PLUGIN_CODES } from "./plugins.ts";
import { RULE_TEST_CODES } from "./rule_tests.ts";
import { RULE_CODES } from "./rules.ts";
import { YAML_CODES } from "./yaml.ts";

export type { CodeEntry, Example, ExamplePair } from "./entry.ts";

/** In the order a file meets them: text, conditions, outputs, rules, configuration; then events and tests. */
export const CODES: readonly CodeEntry[] = [
  ...YAML_CODES,
  ...CONDITION_CODES,
  ...OUTPUT_CODES,
  ...RULE_CODES,
  ...CONFIG_CODES,
  ...PLUGIN_CODES,
  ...PACKAGE_CODES,
  ...GIVEN_CODES,
  ...RULE_TEST_CODES,
];

/** What Falco calls the same; absent for what it says nothing about. */
export function falcoCode({ code }: CodeEntry): string | undefined {
  return upstreamCode(code);
}
