/** Rules and conditions tried on events: `explain`, `test`, `filter`. */
import type { Command } from "@commander-js/extra-typings";
import type { Host } from "../host.ts";
import { keyOptions, ruleFiles } from "./arguments.ts";
import type { Done } from "./done.ts";

export function addTrying(program: Command, host: Host, done: Done): void {
  addExplain(program, host, done);
  addTest(program, host, done);
  addFilter(program, host, done);
}

const EXPLAIN_EXAMPLES = `
Examples:
  falcod explain "Sensitive file read" --event '{"evt.type": "openat", "fd.name": "/etc/shadow"}'
  falcod explain -r my_rules.yaml "My rule" --event @event.yaml
  falcod explain "My rule" --event trace.scap#12   the event of that number in a capture
  falcod explain "Attach/Exec Pod" --event audit.log#12   the same of an audit log of Kubernetes
  falcod explain --json "My rule" --event -    read the event from standard input`;

function addExplain(program: Command, host: Host, done: Done): void {
  program.command("explain")
    .description("tell why a rule alerts for an event or does not, part by part")
    .argument("<rule>", "name of the rule, or a part that only it has")
    .requiredOption(
      "--event <event>",
      "fields, or an audit event, as JSON or YAML; @FILE with such a text, - for stdin; " +
        "CAPTURE.scap#NUMBER or AUDIT_LOG#NUMBER",
    )
    .option("--json", "print one JSON object")
    .option("-c <path>", "configuration file")
    .addOption(ruleFiles("rules file or directory", "as configured"))
    .addOption(keyOptions())
    .addHelpText("after", EXPLAIN_EXAMPLES)
    .action(async (rule, { event, json, c, r, option }) => {
      const { explainCommand } = await import("../commands/explain.ts");
      const files = { configPath: c, rulePaths: r, options: option };
      done(await explainCommand({ rule, event, json: json ?? false, ...files }, host));
    });
}

const TEST_EXAMPLES = `
Examples:
  falcod test my_rules_test.yaml
  falcod test tests/*.yaml --filter '*shadow*'
  falcod test rules.d                     all *_test.yaml in it
  falcod test my_rules_test.yaml -r changed_rules.yaml --json
  falcod test my_rules_test.yaml -o 'rules[].enable.tag=network'

Such a file:

  rules: my_rules.yaml
  tests:
    - name: cat reads the password hashes
      event: { evt.type: openat, fd.name: /etc/shadow, proc.name: cat }
      expect: [My rule]
    - name: sshd may
      event: { evt.type: openat, fd.name: /etc/shadow, proc.name: sshd }
      expect: []

rules/tests/README.md among falcod's sources has all keys.`;

function addTest(program: Command, host: Host, done: Done): void {
  program.command("test")
    .description("hold rules against described events: unit tests of rules")
    .argument("<files...>", "files of tests, or directories: all *_test.yaml in them")
    .option("--filter <name>", "only tests whose name contains this text, or matches it with a *")
    .option("--json", "print one JSON object")
    .option("-c <path>", "configuration file in place of the one that a file names")
    .addOption(ruleFiles("rules in place of those that a file names", "as the file says"))
    .addOption(keyOptions())
    .addHelpText("after", TEST_EXAMPLES)
    .action(async (paths, { filter, json, c, r, option }) => {
      const { testCommand } = await import("../commands/test_rules.ts");
      const files = { configPath: c, rulePaths: r, options: option };
      done(await testCommand({ paths, filter, json: json ?? false, ...files }, host));
    });
}

const FILTER_EXAMPLES = `
Examples:
  falcod filter parse 'evt.type = open and not proc.name in (cat, dog)'
  falcod filter check --json 'proc.pid = abc'
  falcod filter events 'evt.type in (open, openat)'
  falcod filter check -r my_rules.yaml 'spawned_process and proc.name = cat'
  echo '"proc.name = cat"' | falcod filter parse -`;

const FILTER_JSON = `
With - every line of standard input is a condition as a JSON string and gets one line of output, at
once and in the same order; lines are limited to 1 MiB. That line, and what --json prints:

  {"ok": true, "text": …, "ast": …, "diagnostics": […]}     parse
  {"ok": true, "text": …, "diagnostics": […]}               check
  {"ok": true, "events": ["open", …], "diagnostics": […]}   events
  {"ok": false, "diagnostics": […]}                         any, when there are errors

text is the condition normalized. diagnostics are as in falcod validate --json; with ok they are
warnings. In ast every node has a kind and a span (start, end: UTF-16 units of the condition):

  and, or (children), not (child), macro (name), exists (left),
  comparison (left, operator, operatorSpan, right, quantifier: oneof, anyof or allof)
  field (name, argument), transformer (name, operands, argument), literal (text, quoted),
  list (elements), values (values: what stands in the brackets behind an operator)`;

function addFilter(program: Command, host: Host, done: Done): void {
  const filter = program.command("filter")
    .description("look at conditions by themselves")
    .addHelpText("after", FILTER_EXAMPLES);
  const tasks = [
    ["parse", "show the condition normalized, and as a tree", "'not proc.name in (cat, dog)'"],
    [
      "check",
      "check fields, operators, values, macros and lists of a condition",
      "-r my_rules.yaml 'spawned_process and proc.name = cat'",
    ],
    ["events", "name the event types a condition can match", "'evt.type in (open, openat)'"],
  ] as const;
  for (const [task, summary, example] of tasks) {
    filter.command(task)
      .description(summary)
      .argument(
        "<condition...>",
        "its words are joined by blanks, quote it for the shell; -: one JSON string a line from " +
          "standard input",
      )
      .option("--json", "print one JSON object")
      .option("--source <source>", "event source whose fields are meant", "syscall")
      .option("-c <path>", "configuration file: macros and lists of its rules are known")
      .addOption(ruleFiles("rules file or directory with macros and lists", "none"))
      .addOption(keyOptions())
      .addHelpText(
        "after",
        `\nExamples:\n  falcod filter ${task} ${example}\n  falcod filter ${task} --json -\n${FILTER_JSON}`,
      )
      .action(async (words, { json, source, c, r, option }) => {
        const { filterCommand } = await import("../commands/filter.ts");
        const files = { configPath: c, rulePaths: r, options: option };
        done(await filterCommand({ task, words, json: json ?? false, source, ...files }, host));
      });
  }
}
