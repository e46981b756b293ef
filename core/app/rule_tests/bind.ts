/** Holds the names in written tests against the rules and fields there are. */
import { PRIORITIES, type Priority } from "../../alert/mod.ts";
import { didYouMean, type Report, type Span } from "../../base/mod.ts";
import type { FieldTable } from "../../field/mod.ts";
import { type Given, readGiven } from "../../given/mod.ts";
import { parsePriority, type Ruleset } from "../../rule/mod.ts";
import type { Expectation, NamedRule, TestFile, WrittenTest } from "./read.ts";

/** A test that can run. */
export interface RuleTest extends Pick<WrittenTest, "name" | "at" | "expectNot"> {
  readonly events: readonly { readonly at: Span; readonly given: Given }[];
  readonly expect: readonly BoundExpectation[] | undefined;
}

export interface BoundExpectation extends Omit<Expectation, "priority"> {
  readonly priority: Priority | undefined;
}

export interface Surroundings {
  readonly ruleset: Ruleset;
  /** Fields by event source. */
  readonly tables: ReadonlyMap<string, FieldTable>;
}

/** What is wrong is reported (`T004` to `T006`, `G…`); such tests are left out. */
export function bindTests(
  file: TestFile,
  surroundings: Surroundings,
  report: Report,
): readonly RuleTest[] {
  return file.tests.flatMap((test) => bindTest(test, surroundings, report) ?? []);
}

function bindTest(
  test: WrittenTest,
  { ruleset, tables }: Surroundings,
  report: Report,
): RuleTest | undefined {
  const { name, at, source, expectNot } = test;
  const fields = tables.get(source);
  if (!fields) {
    report.add({
      code: "T004",
      title: `there is no event source "${source}"`,
      at: test.sourceAt,
      help: didYouMean(source, tables.keys()) ?? `sources are ${[...tables.keys()].join(", ")}`,
    });
    return undefined;
  }
  const rules = new Set(ruleset.rules.map((rule) => rule.name));
  for (const named of [...test.expect ?? [], ...expectNot]) checkRule(named, rules, report);
  const events = test.events.flatMap(({ at, nodes }) => {
    const given = readGiven(nodes, { source, fields, at }, report);
    return given ? [{ at, given }] : [];
  });
  const expect = test.expect?.map((expectation) => ({
    ...expectation,
    priority: priorityOf(expectation, report),
  }));
  return { name, at, events, expect, expectNot };
}

/** A name written wrongly would make `expect_not` hold forever. */
function checkRule({ rule, at }: NamedRule, rules: ReadonlySet<string>, report: Report): void {
  if (rules.has(rule)) return;
  report.add({
    code: "T005",
    title: `no rule is called "${rule}"`,
    at,
    help: didYouMean(rule, rules) ?? "falcod list rules shows all, with -r those of a file",
  });
}

function priorityOf({ priority }: Expectation, report: Report): Priority | undefined {
  if (!priority) return undefined;
  const found = parsePriority(priority.text);
  if (found) return found;
  report.add({
    code: "T006",
    title: `"${priority.text}" is no priority`,
    at: priority.at,
    help: didYouMean(priority.text, PRIORITIES) ?? `priorities are ${PRIORITIES.join(", ")}`,
  });
  return undefined;
}
