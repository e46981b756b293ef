/** `T`: files of rule tests. */
import { type CodeEntry, commands, type ExamplePair, RULE } from "./entry.ts";

export const RULE_TEST_CODES: readonly CodeEntry[] = [
  {
    code: "T001",
    title: "wrong shape in a file of tests",
    meaning: "A key holds another kind of value than it takes, or lacks what belongs into it.",
    matters: "The tests are not run, so they prove nothing.",
    example: testFiles(tests("zsh").replace("name: a shell", "name: [a, shell]"), tests("zsh")),
  },
  {
    code: "T002",
    title: "unknown key in a file of tests",
    meaning: "Files of tests have no such key there.",
    matters: "What it was to ask for would not be looked at, and the test would pass all the same.",
    example: testFiles(tests("zsh").replace("expect:", "expects:"), tests("zsh")),
  },
  {
    code: "T003",
    title: "several documents in a file of tests",
    meaning: 'A line "---" begins a second YAML document, and a file of tests is one.',
    matters: "The tests in it would not be run.",
    example: testFiles(`${tests("zsh")}---\n${tests("bash")}`, tests("zsh")),
  },
  {
    code: "T004",
    title: "unknown source of events",
    meaning: "The test names a source that nothing provides.",
    matters: "There are no fields its event could have, and no rules for it.",
    example: testFiles(
      tests("zsh").replace("- name: a shell", "- name: a shell\n    source: syscal"),
      tests("zsh").replace("- name: a shell", "- name: a shell\n    source: syscall"),
    ),
  },
  {
    code: "T005",
    title: "unknown rule",
    meaning: "None of the rules that the tests are for has this name.",
    matters: "A rule that is not there never alerts, so expect_not would hold for ever.",
    example: testFiles(tests("zsh").replace("[Shell started]", "[Shel started]"), tests("zsh")),
  },
  {
    code: "T006",
    title: "unknown priority",
    meaning: "Priorities are Emergency, Alert, Critical, Error, Warning, Notice, Info and Debug.",
    matters: "No alert can have it, so the test would always fail.",
    example: testFiles(
      tests("zsh").replace("[Shell started]", "[{rule: Shell started, priority: notify}]"),
      tests("zsh").replace("[Shell started]", "[{rule: Shell started, priority: notice}]"),
    ),
  },
  {
    code: "T007",
    title: "rules or configuration of the tests not there",
    meaning: "A file of tests names a file that does not exist. Names count from its own folder.",
    matters: "Without the rules there is nothing to test.",
    example: testFiles(tests("zsh").replace("rules.yaml", "rule.yaml"), tests("zsh")),
  },
  {
    code: "T008",
    title: "events that are not read from files",
    meaning: "The test names a file of events, and events of its source are no text.",
    matters: "There is no event to hold against the rules.",
    example: testFiles(
      tests("zsh").replace("event: {evt.type: execve, proc.name: zsh}", "event_file: events.json"),
      tests("zsh"),
    ),
  },
];

/** One test of the example's rule. */
function tests(program: string): string {
  return `rules: rules.yaml
tests:
  - name: a shell
    event: {evt.type: execve, proc.name: ${program}}
    expect: [Shell started]
`;
}

function testFiles(wrong: string, right: string): ExamplePair {
  const command = "falcod test tests.yaml";
  const files = (tests: string) => ({ "tests.yaml": tests, "rules.yaml": RULE });
  return commands([command, files(wrong)], [command, files(right)]);
}
