/** The command line: what there is to ask for. Each command is loaded when it is asked for. */
import { Command, CommanderError, Option } from "@commander-js/extra-typings";
// Not the face of core/alert: every start loads this file, and that one brings all fields with it.
import { escapeUnprintable } from "../alert/escape.ts";
import { nearest } from "../base/mod.ts";
import {
  collect,
  keyOptions,
  oldList,
  parseMegabytes,
  parseScope,
  parseSeconds,
  ruleFiles,
} from "./commands/arguments.ts";
import { EXIT_FAILURE, EXIT_OK } from "./exit.ts";
import { FALCO_FLAGS, type GivenFlags, nameOf } from "./falco_flags.ts";
import { explainFailure } from "./failure.ts";
import {
  DESCRIBE_EXAMPLES,
  EXPLAIN_CODE_EXAMPLES,
  EXPLAIN_EXAMPLES,
  FALCO_FLAGS_HELP,
  FILTER_EXAMPLES,
  FILTER_JSON,
  LIST_EXAMPLES,
  PROGRAM_EXAMPLES,
  RECORD_EXAMPLES,
  REPLAY_EXAMPLES,
  RUN_EXAMPLES,
  TEST_EXAMPLES,
  VALIDATE_EXAMPLES,
} from "./help_texts.ts";
import type { Host } from "./host.ts";
import { VERSION } from "./version.ts";

/** Does what the arguments say; the result is the exit code: 0 fine, 1 anything else. */
export async function run(args: readonly string[], host: Host): Promise<number> {
  let code = EXIT_OK;
  const program = describeProgram(host, (result) => code = result);
  try {
    refuseUnknownCommand(program, args);
    await program.parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    // Usage mistakes and --help arrive here with everything said already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_OK : EXIT_FAILURE;
    explainFailure(error, host);
    return EXIT_FAILURE;
  }
}

type SetCode = (code: number) => void;

function describeProgram(host: Host, done: SetCode): Command {
  const program = new Command("falcod")
    .description("Watches what programs do, holds it against rules, and alerts.")
    .version(`falcod ${VERSION}`, "--version", "print the version")
    .helpOption("-h, --help", "explain a command")
    .showHelpAfterError("falcod --help explains all commands.")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => host.out.write(text),
      writeErr: (text) => host.error.write(text),
      // It quotes arguments, which may come from anywhere.
      outputError: (text, write) => write(text.split("\n").map(escapeUnprintable).join("\n")),
    })
    .addHelpText("after", PROGRAM_EXAMPLES + FALCO_FLAGS_HELP) as Command;
  addRun(program, host, done);
  addValidate(program, host, done);
  addList(program, host, done);
  addDescribe(program, host, done);
  addExplain(program, host, done);
  addTest(program, host, done);
  addReplay(program, host, done);
  addRecord(program, host, done);
  addDemo(program, host, done);
  addFilter(program, host, done);
  addExplainCode(program, host, done);
  addProbe(program, host, done);
  addVersion(program, host, done);
  pointToHelp(program, "falcod");
  return program;
}

/** Mistakes lead to the help of the command they are in. */
function pointToHelp(command: Command, path: string): void {
  for (const inner of command.commands) {
    const name = `${path} ${inner.name()}`;
    inner.showHelpAfterError(`${name} --help explains it, falcod --help names all commands.`);
    pointToHelp(inner as Command, name);
  }
}

/** Without a command `run` is meant; then a mistyped one must not pass for its argument. */
function refuseUnknownCommand(program: Command, args: readonly string[]): void {
  const [first] = args;
  if (first === undefined || first.startsWith("-")) return;
  const names = [...program.commands.map((command) => command.name()), "help"];
  if (names.includes(first)) return;
  const near = nearest(first, names);
  program.error(`error: unknown command '${first}'` + (near ? `\n(Did you mean ${near}?)` : ""));
}

function addRun(program: Command, host: Host, done: SetCode): void {
  const command = program.command("run", { isDefault: true })
    .description("watch this machine and print alerts (what falcod does without a command)")
    .option("-c <path>", "configuration file (default: /etc/falcod/falco.yaml, then Falco's own)")
    .addOption(ruleFiles("rules file or directory in place of the configured", "as configured"))
    .addOption(keyOptions())
    .option("-M <seconds>", "stop after so many seconds", parseSeconds)
    .option("-P, --pidfile <path>", "write the id of the process into this file")
    .option("-U, --unbuffered", "write every alert at once, whatever buffered_outputs says")
    .addOption(
      new Option("-V, --validate <path>", "only check this rules file; repeatable")
        .argParser(collect).default([] as string[], "none"),
    )
    .option("--scope <pid:number>", "watch only this process and its descendants", parseScope)
    .option("--dry-run", "load configuration and rules, then stop")
    .addOption(oldList("-D <substring>", "old: rules[].disable.rule"))
    .addOption(oldList("-T <tag>", "old: rules[].disable.tag"))
    .addOption(oldList("-t <tag>", "old: rules[].enable.tag"))
    .addOption(new Option("-p, --print <output>", "old: append_output").hideHelp())
    .addHelpText("after", RUN_EXAMPLES);
  const flags = addFalcoFlags(command as Command);
  command.action(async (options) => {
    const asked = { configPath: options.c, rulePaths: options.r, options: options.option };
    if (flags.size > 0) {
      const { answerFalcoQuestion } = await import("./commands/falco_questions.ts");
      const code = await answerFalcoQuestion({ ...asked, flags }, host);
      if (code !== undefined) return done(code);
    }
    const { runCommand } = await import("./commands/run.ts");
    done(
      await runCommand({
        ...asked,
        validatePaths: options.validate,
        seconds: options.M,
        pidFile: options.pidfile,
        unbuffered: options.unbuffered ?? false,
        dryRun: options.dryRun ?? false,
        scopeProcessId: options.scope,
        oldFlags: {
          disabledRules: options.D,
          disabledTags: options.T,
          tags: options.t,
          print: options.print,
          others: flags,
        },
      }, host),
    );
  });
}

/** Understood, and not shown one by one; the result fills while arguments are read. */
function addFalcoFlags(command: Command): GivenFlags {
  const given = new Map<string, string[]>();
  for (const { flags } of FALCO_FLAGS) {
    const option = new Option(flags).hideHelp();
    const values: string[] = [];
    command.addOption(option).on(`option:${option.name()}`, (value: string | null | undefined) => {
      values.push(value ?? "");
      given.set(nameOf(flags), values);
    });
  }
  return given;
}

function addValidate(program: Command, host: Host, done: SetCode): void {
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
      const { validateCommand } = await import("./commands/validate.ts");
      const { option, json = false, hints = false, c, r } = options;
      const request = { paths, configPath: c, rulePaths: r, options: option, json, hints };
      done(await validateCommand(request, host));
    });
}

function addList(program: Command, host: Host, done: SetCode): void {
  const list = program.command("list")
    .description("show what rules can use, or the rules themselves")
    .addHelpText("after", LIST_EXAMPLES);
  const byName = "only names that contain this text, or match it when it has a *";
  const topics = [
    ["fields", "fields for conditions and outputs", byName],
    ["events", "event types (evt.type)", byName],
    ["rules", "the rules that would run", `${byName}; or rules of this tag or source`],
  ] as const;
  for (const [topic, summary, pattern] of topics) {
    const command = list.command(topic)
      .description(summary)
      .argument("[pattern]", pattern)
      .option("--json", "print one JSON array");
    if (topic !== "rules") {
      command.action(async (pattern, { json }) => {
        const { listCommand } = await import("./commands/list.ts");
        done(await listCommand({ topic, pattern, format: json ? "json" : "text" }, host));
      });
      continue;
    }
    command
      .option("-c <path>", "configuration file")
      .addOption(ruleFiles("rules file or directory", "as configured"))
      .action(async (pattern, { json, c, r }) => {
        const { listRulesCommand } = await import("./commands/list_rules.ts");
        const request = { pattern, json: json ?? false, configPath: c, rulePaths: r };
        done(await listRulesCommand(request, host));
      });
  }
}

function addDescribe(program: Command, host: Host, done: SetCode): void {
  program.command("describe")
    .description("tell what rules are made of: macros, lists, fields, events, compiled condition")
    .argument("[rule]", "only this rule (a part of its name will do), with its macros and lists")
    .option("--json", "print one JSON object, in the shape of Falco's description")
    .option("-c <path>", "configuration file")
    .addOption(ruleFiles("rules file or directory", "as configured"))
    .addHelpText("after", DESCRIBE_EXAMPLES)
    .action(async (rule, { json, c, r }) => {
      const { describeCommand } = await import("./commands/describe.ts");
      const request = { rule, json: json ?? false, configPath: c, rulePaths: r };
      done(await describeCommand(request, host));
    });
}

function addExplain(program: Command, host: Host, done: SetCode): void {
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
    .addHelpText("after", EXPLAIN_EXAMPLES)
    .action(async (rule, { event, json, c, r }) => {
      const { explainCommand } = await import("./commands/explain.ts");
      const request = { rule, event, json: json ?? false, configPath: c, rulePaths: r };
      done(await explainCommand(request, host));
    });
}

function addReplay(program: Command, host: Host, done: SetCode): void {
  program.command("replay")
    .description("hold captures (.scap) or audit logs against rules, or print their events")
    .argument(
      "<files...>",
      "captures, as sysdig -w writes them (-: stdin), or logs of audit events",
    )
    .addOption(
      new Option("--source <name>", "what the files are of; k8s_audit: audit events as JSON lines")
        .choices(["syscall", "k8s_audit"]).default("syscall"),
    )
    .option("-c <path>", "configuration file")
    .addOption(ruleFiles("rules file or directory", "as configured"))
    .addOption(keyOptions())
    .option("--filter <condition>", "print events it holds for, in place of alerts")
    .option("--print <output>", "print events so: '%evt.time %proc.name %evt.args'")
    .addOption(
      new Option("--fields <names>", "print these fields of events: evt.num,proc.name,fd.name")
        .conflicts("print"),
    )
    .option("--json", "print one JSON object a line")
    .addHelpText("after", REPLAY_EXAMPLES)
    .action(async (paths, { c, r, option, source, filter, print, fields, json }) => {
      const { replayCommand } = await import("./commands/replay.ts");
      const lines = { filter, print, fields, json: json ?? false };
      const request = { ...lines, paths, source, options: option };
      done(await replayCommand({ ...request, configPath: c, rulePaths: r }, host));
    });
}

function addRecord(program: Command, host: Host, done: SetCode): void {
  program.command("record")
    .description("write what happens into a capture (.scap), for falcod replay and other tools")
    .requiredOption("-w <file>", "file to write, compressed when it ends in .gz; - is stdout")
    .option("--scope <pid:number>", "record only this process and its descendants", parseScope)
    .option("-M <seconds>", "stop after so many seconds", parseSeconds)
    .option("--filter <condition>", "only events it holds for, and what becomes of processes")
    .option("--size-limit <megabytes>", "stop before the file is larger", parseMegabytes)
    .option("-c <path>", "configuration file: rings, snaplen, sockets of container engines")
    .addOption(
      new Option("-o, --option <key=value>", "set a key of the configuration; repeatable")
        .argParser(collect).default([] as string[], "none"),
    )
    .addHelpText("after", RECORD_EXAMPLES)
    .action(async ({ w, scope, M, filter, sizeLimit, c, option }) => {
      const { recordCommand } = await import("./commands/record.ts");
      const settings = { configPath: c, options: option };
      const request = { ...settings, path: w, scopeProcessId: scope, seconds: M, filter };
      done(await recordCommand({ ...request, sizeLimitBytes: sizeLimit }, host));
    });
}

function addDemo(program: Command, host: Host, done: SetCode): void {
  program.command("demo")
    .description("play a recorded attack through the rules that come with falcod; needs no root")
    .option("--json", "print one JSON object a line")
    .action(async ({ json }) => {
      const { demoCommand } = await import("./commands/demo.ts");
      done(await demoCommand({ json: json ?? false }, host));
    });
}

function addTest(program: Command, host: Host, done: SetCode): void {
  program.command("test")
    .description("hold rules against described events: unit tests of rules")
    .argument("<files...>", "files of tests; rules/tests/README.md explains them")
    .option("--filter <name>", "only tests whose name contains this text, or matches it with a *")
    .option("--json", "print one JSON object")
    .option("-c <path>", "configuration file in place of the one that a file names")
    .addOption(ruleFiles("rules in place of those that a file names", "as the file says"))
    .addHelpText("after", TEST_EXAMPLES)
    .action(async (paths, { filter, json, c, r }) => {
      const { testCommand } = await import("./commands/test_rules.ts");
      const request = { paths, filter, json: json ?? false, configPath: c, rulePaths: r };
      done(await testCommand(request, host));
    });
}

function addFilter(program: Command, host: Host, done: SetCode): void {
  const filter = program.command("filter")
    .description("look at conditions by themselves")
    .addHelpText("after", FILTER_EXAMPLES);
  const tasks = [
    ["parse", "show the condition normalized, and as a tree"],
    ["check", "check fields, operators, values, macros and lists of a condition"],
    ["events", "name the event types a condition can match"],
  ] as const;
  for (const [task, summary] of tasks) {
    filter.command(task)
      .description(summary)
      .argument(
        "<condition...>",
        "its words are joined by blanks, quote it for the shell; -: one JSON string a line from " +
          "standard input",
      )
      .option("--json", "print one JSON object")
      .option("--source <name>", "event source whose fields are meant", "syscall")
      .option("-c <path>", "configuration file: macros and lists of its rules are known")
      .addOption(ruleFiles("rules file or directory with macros and lists", "none"))
      .addHelpText("after", FILTER_JSON)
      .action(async (words, { json, source, c, r }) => {
        const { filterCommand } = await import("./commands/filter.ts");
        const request = { task, words, json: json ?? false, source, configPath: c, rulePaths: r };
        done(await filterCommand(request, host));
      });
  }
}

function addExplainCode(program: Command, host: Host, done: SetCode): void {
  program.command("explain-code")
    .description("explain the code of a message, with a mistake that causes it and its repair")
    .argument("[code]", "as in error[F012]; one of Falco's (LOAD_…) or none: list them")
    .option("--json", "print JSON: one object, or an array of all")
    .addHelpText("after", EXPLAIN_CODE_EXAMPLES)
    .action(async (code, { json }) => {
      const { explainCodeCommand } = await import("./commands/explain_code.ts");
      done(explainCodeCommand({ code, json: json ?? false }, host));
    });
}

function addProbe(program: Command, host: Host, done: SetCode): void {
  program.command("probe")
    .description("tell whether this machine can be watched, and what is missing")
    .option("--json", "print one JSON object")
    .action(async ({ json }) => {
      const { probeCommand } = await import("./commands/probe.ts");
      done(await probeCommand({ json: json ?? false }, host));
    });
}

function addVersion(program: Command, host: Host, done: SetCode): void {
  program.command("version")
    .description("print versions: program, rule language, runtime")
    .option("--json", "print one JSON object")
    .action(async ({ json }) => {
      const { versionCommand } = await import("./commands/version.ts");
      done(versionCommand({ json: json ?? false }, host));
    });
}
