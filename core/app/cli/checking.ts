/** What is known of rules before anything happens: `validate`, `list`, `describe`. */
import type { Command } from "@commander-js/extra-typings";
import type { Host } from "../host.ts";
import { keyOptions, ruleFiles } from "./arguments.ts";
import type { Done } from "./done.ts";

export function addChecking(program: Command, host: Host, done: Done): void {
  addValidate(program, host, done);
  addList(program, host, done);
  addDescribe(program, host, done);
}

const VALIDATE_EXAMPLES = `
Examples:
  falcod validate                         what falcod would run with
  falcod validate /etc/falco              its falco.yaml, and the rules it names
  falcod validate my_rules.yaml rules.d --json
  falcod validate -c falco.yaml -r my_rules.yaml
  make_rules | falcod validate -          rules from standard input

What a start would lack on this machine, a certificate for example, is a warning. Whether falcod could
listen at its addresses is not tried: a falcod that runs has them, and who checks files may lack the
right. falcod run --dry-run tries it.`;

function addValidate(program: Command, host: Host, done: Done): void {
  program.command("validate")
    .description("check configuration and rules; shows every mistake with its place")
    .argument(
      "[paths...]",
      "falco.yaml, rules files, directories, - (rules on stdin); none: as configured",
    )
    .addOption(keyOptions())
    .option("-c <path>", "configuration file, as among the paths")
    .addOption(ruleFiles("rules file or directory, as among the paths", "none"))
    .option("--hints", "tell also of what is odd in rules and perhaps meant so")
    .option("--json", "print one JSON object")
    .addHelpText("after", VALIDATE_EXAMPLES)
    .action(async (paths, options) => {
      const { validateCommand } = await import("../commands/validate.ts");
      const { option, json = false, hints = false, c, r } = options;
      const format = json ? "json" as const : "text" as const;
      const request = { paths, configPath: c, rulePaths: r, options: option, format, hints };
      done(await validateCommand(request, host));
    });
}

const LIST_EXAMPLES = `
Examples:
  falcod list fields 'proc.*exe*'
  falcod list events --json
  falcod list rules -r my_rules.yaml
  falcod list operators

On a terminal columns have heads. In a pipe there are tabs between them and no heads.`;

const LIST_FIELDS_EXAMPLES = `
Examples:
  falcod list fields
  falcod list fields proc.
  falcod list fields 'proc.*exe*' --json
  falcod list fields | cut -f 1           names alone
  falcod list fields -c ./falco.yaml      with those of the plugins it names

Columns: name, type, argument, source, meaning.`;

const LIST_EVENTS_EXAMPLES = `
Examples:
  falcod list events open
  falcod list events 'exec*' --json

Columns: name, category, class, parameters.`;

const LIST_OPERATORS_EXAMPLES = `
Examples:
  falcod list operators
  falcod list operators 'i*' --json

Columns: name, example, meaning.`;

const LIST_TRANSFORMERS_EXAMPLES = `
Examples:
  falcod list transformers
  falcod list transformers b64

Columns: name, example, meaning. Transformers stand around a field: toupper(proc.name).`;

const LIST_RULES_EXAMPLES = `
Examples:
  falcod list rules -r my_rules.yaml
  falcod list rules mitre_execution       by name, tag or source
  falcod list rules -o 'rules[].disable.tag=network'

Columns: name, priority, state, source, tags. A rule is enabled or disabled, "below priority" of the
configuration, or "not watched": the configuration watches no source of its kind.`;

function addList(program: Command, host: Host, done: Done): void {
  const list = program.command("list")
    .description("show what rules can use, or the rules themselves")
    .addHelpText("after", LIST_EXAMPLES);
  const byName = "only names that contain this text, or match it when it has a *";
  list.command("fields")
    .description("fields for conditions and outputs")
    .argument("[field]", byName)
    .option("--json", "print one JSON array")
    .option("-c <path>", "configuration file, whose plugins have fields, too")
    .addOption(keyOptions())
    .addHelpText("after", LIST_FIELDS_EXAMPLES)
    .action(async (pattern, { json, c, option }) => {
      const { listCommand } = await import("../commands/list.ts");
      const { configuredPlugins } = await import("../commands/configured_plugins.ts");
      const format = json ? "json" : "text";
      const { registry } = await configuredPlugins({ configPath: c, options: option }, host);
      done(await listCommand({ topic: "fields", pattern, format, registry }, host));
    });
  list.command("events")
    .description("event types (evt.type)")
    .argument("[event]", byName)
    .option("--json", "print one JSON array")
    .addHelpText("after", LIST_EVENTS_EXAMPLES)
    .action(async (pattern, { json }) => {
      const { listCommand } = await import("../commands/list.ts");
      const format = json ? "json" : "text";
      done(await listCommand({ topic: "events", pattern, format }, host));
    });
  const language = [
    ["operators", "operators of conditions", LIST_OPERATORS_EXAMPLES],
    ["transformers", "what can be done to a field first", LIST_TRANSFORMERS_EXAMPLES],
  ] as const;
  for (const [topic, summary, examples] of language) {
    list.command(topic)
      .description(`${summary}, with an example each`)
      .argument(`[${topic === "operators" ? "operator" : "transformer"}]`, byName)
      .option("--json", "print one JSON array")
      .addHelpText("after", examples)
      .action(async (pattern, { json = false }) => {
        const { listLanguageCommand } = await import("../commands/list_language.ts");
        done(listLanguageCommand({ topic, pattern, json }, host));
      });
  }
  list.command("rules")
    .description("the rules that would run")
    .argument("[rule]", `${byName}; or rules of this tag or source`)
    .option("--json", "print one JSON array")
    .option("-c <path>", "configuration file")
    .addOption(ruleFiles("rules file or directory", "as configured"))
    .addOption(keyOptions())
    .addHelpText("after", LIST_RULES_EXAMPLES)
    .action(async (pattern, { json, c, r, option }) => {
      const { listRulesCommand } = await import("../commands/list_rules.ts");
      const files = { configPath: c, rulePaths: r, options: option };
      done(await listRulesCommand({ pattern, json: json ?? false, ...files }, host));
    });
}

const DESCRIBE_EXAMPLES = `
Examples:
  falcod describe                         everything in the rules of this machine
  falcod describe -r my_rules.yaml "Write below etc"
  falcod describe --json -r my_rules.yaml`;

function addDescribe(program: Command, host: Host, done: Done): void {
  program.command("describe")
    .description("tell what rules are made of: macros, lists, fields, events, compiled condition")
    .argument("[rule]", "only this rule (a part of its name will do), with its macros and lists")
    .option("--json", "print one JSON object, in the shape of Falco's description")
    .option("-c <path>", "configuration file")
    .addOption(ruleFiles("rules file or directory", "as configured"))
    .addOption(keyOptions())
    .addHelpText("after", DESCRIBE_EXAMPLES)
    .action(async (rule, { json, c, r, option }) => {
      const { describeCommand } = await import("../commands/describe.ts");
      const files = { configPath: c, rulePaths: r, options: option };
      done(await describeCommand({ rule, json: json ?? false, ...files }, host));
    });
}
