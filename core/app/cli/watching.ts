/** What watches this machine: `run`, `probe`, `demo`. */
import { type Command, Option } from "@commander-js/extra-typings";
import { FALCO_FLAGS, type GivenFlags, nameOf } from "../falco_flags.ts";
import type { Host } from "../host.ts";
import { collect, keyOptions, oldList, parseScope, parseSeconds, ruleFiles } from "./arguments.ts";
import type { Done } from "./done.ts";
import { commandsForFile } from "./file_meant.ts";
import { commandForCondition } from "./sysdig_flags.ts";

export function addWatching(program: Command, host: Host, done: Done): void {
  addRun(program, host, done);
  addProbe(program, host, done);
  addDemo(program, host, done);
}

const RUN_EXAMPLES = `
Examples:
  falcod run -c ./falco.yaml
  falcod run -r rules.d -r extra.yaml     only these rules, in this order
  falcod run -o 'rules[].disable.tag=network' -o priority=warning
  falcod run --scope pid:$$ -M 60 &       this shell and what it starts, for a minute

Falco's other flags are understood as well; falcod --help names them.`;

function addRun(program: Command, host: Host, done: Done): void {
  const command = program.command("run", { isDefault: true })
    .description("watch this machine and print alerts (what falcod does without a command)")
    .option("-c <path>", "configuration file (default: /etc/falcod/falco.yaml, then Falco's own)")
    .addOption(ruleFiles("rules file or directory in place of the configured", "as configured"))
    .addOption(keyOptions())
    .option(
      "-M <seconds>",
      "stop after so many seconds, of a capture: of its time; 0: never",
      parseSeconds,
    )
    .option("-P, --pidfile <path>", "write the id of the process into this file")
    .option("-U, --unbuffered", "write every alert at once, whatever buffered_outputs says")
    .addOption(
      new Option("-V, --validate <path>", "only check this rules file; repeatable")
        .argParser(collect).default([] as string[], "none"),
    )
    .option("--scope <pid:number>", "watch only this process and its descendants", parseScope)
    .option("--dry-run", "load configuration and rules, try whether it could listen, then stop")
    .addOption(oldList("-D <substring>", "old: rules[].disable.rule"))
    .addOption(oldList("-T <tag>", "old: rules[].disable.tag"))
    .addOption(oldList("-t <tag>", "old: rules[].enable.tag"))
    .addOption(new Option("-p, --print <output>", "old: append_output").hideHelp())
    .addHelpText("after", RUN_EXAMPLES);
  const flags = addFalcoFlags(command as Command);
  // What is too much is often a file: the action says what to write.
  command.allowExcessArguments();
  command.action(async (options) => {
    if (!flags.get("--list")?.includes("")) refuseArguments(command as Command, options.option);
    const asked = { configPath: options.c, rulePaths: options.r, options: options.option };
    if (flags.size > 0) {
      const { answerFalcoQuestion } = await import("../commands/falco_questions.ts");
      const question = { ...asked, flags: withListSource(flags, command as Command) };
      const validatePaths = options.validate;
      const code = await answerFalcoQuestion({ ...question, validatePaths }, host);
      if (code !== undefined) return done(code);
    }
    const { runCommand } = await import("../commands/run.ts");
    done(
      await runCommand({
        ...asked,
        validatePaths: options.validate,
        // As in Falco, 0 is no end.
        seconds: options.M || undefined,
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

const PROBE_EXAMPLES = `
Examples:
  falcod probe
  falcod probe --json | jq '.items[] | select(.ok | not)'
  falcod probe && falcod                  exit code 1: it cannot be watched`;

function addProbe(program: Command, host: Host, done: Done): void {
  program.command("probe")
    .description("tell whether this machine can be watched, and what is missing")
    .option("--json", "print one JSON object")
    .addHelpText("after", PROBE_EXAMPLES)
    .action(async ({ json }) => {
      const { probeCommand } = await import("../commands/probe.ts");
      done(await probeCommand({ json: json ?? false }, host));
    });
}

const DEMO_EXAMPLES = `
Examples:
  falcod demo
  falcod demo --json | jq .rule`;

function addDemo(program: Command, host: Host, done: Done): void {
  program.command("demo")
    .description("play a recorded attack through the rules that come with falcod; needs no root")
    .addOption(keyOptions())
    .option("--json", "print one JSON object a line")
    .addHelpText("after", DEMO_EXAMPLES)
    .action(async ({ option, json }) => {
      const { demoCommand } = await import("../commands/demo.ts");
      done(await demoCommand({ options: option, json: json ?? false }, host));
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

function refuseArguments(command: Command, keyOptions: readonly string[]): void {
  const { args } = command, [first] = args;
  if (first === undefined) return;
  const key = keyOptions.find((option) => !option.includes("="));
  if (key !== undefined) command.error(`error: -o takes one word: -o ${key}=${first}`);
  const isKeys = keyOptions.length > 0 && args.every((arg) => /^[a-z][\w.[\]]*=/.test(arg));
  const meant = isKeys
    ? `Each key takes a -o of its own: -o ${args.join(" -o ")}`
    : commandsForFile(first) ?? commandForCondition(args);
  command.error(
    `error: too many arguments: run takes none, and got ${args.join(", ")}.` +
      (meant ? `\n${meant}` : ""),
  );
}

/** `--list -N k8s_audit`: Falco takes words wherever they stand, and what they name may be a source. */
function withListSource(flags: GivenFlags, command: Command): GivenFlags {
  const [word, ...more] = command.args;
  if (word === undefined) return flags;
  if (more.length > 0) {
    command.error(`error: --list takes one source, and got ${command.args.join(", ")}.`);
  }
  return new Map(flags).set("--list", [word]);
}
