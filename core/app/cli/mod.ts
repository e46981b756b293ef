/**
 * The command line. `program.ts` puts it together of groups of commands, a file each: what they take
 * and what their help says. What they do is in `commands/`, loaded when it is asked for.
 */
import { type Command, CommanderError, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { nearest } from "../../base/mod.ts";
import { EXIT_FAILURE, EXIT_OK } from "../exit.ts";
import { explainFailure } from "../failure.ts";
import type { Host } from "../host.ts";
import { withoutTruths } from "./arguments.ts";
import { commandForFalcoctl } from "./falcoctl_meant.ts";
import { commandsForFile } from "./file_meant.ts";
import { commandForCondition } from "./sysdig_flags.ts";
import { describeProgram } from "./program.ts";

/** Does what the arguments say; the result is the exit code: 0 fine, 1 anything else. */
export async function run(given: readonly string[], host: Host): Promise<number> {
  let code = EXIT_OK;
  const program = describeProgram(host, (result) => code = result);
  const named = FALCO.has(given[0] ?? "") ? given.slice(1) : given;
  const args = withoutTruths(asOneQuestion(named, program), switchesOf(program));
  try {
    refuseUnknownCommand(program, args);
    const isAtOnce = await Promise.race([
      program.parseAsync(args, { from: "user" }).then(() => false),
      toldTwice(host),
    ]);
    return isAtOnce ? EXIT_FAILURE : code;
  } catch (error) {
    // Usage mistakes and --help arrive here with everything said already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_OK : EXIT_FAILURE;
    explainFailure(error, host);
    return EXIT_FAILURE;
  }
}

/**
 * What stands before the arguments where Falco's image is run: its entry point is a script. Who puts
 * falcod's image into such a manifest, or into Falco's chart, which writes it, means the same.
 */
const FALCO: ReadonlySet<string> = new Set(["/usr/bin/falco", "falco"]);

/** Flags of Falco, which are those of `run`, that take no value. */
function switchesOf(program: Command): ReadonlySet<string> {
  const run = program.commands.find((command) => command.name() === "run")!;
  const switches = run.options.filter(({ required, optional }) => !required && !optional);
  return new Set(switches.flatMap(({ long }) => long ?? []));
}

/** `help list fields` means the inner command, of which the framework's own `help` knows nothing. */
function asOneQuestion(args: readonly string[], program: Command): readonly string[] {
  const [help, ...words] = args;
  if (help !== "help" || words.length < 2) return args;
  let group: readonly CommandUnknownOpts[] = program.commands;
  for (const word of words) {
    if (group.length === 0) break;
    const command = group.find((inner) => inner.name() === word);
    // A group says which ones it has.
    if (!command) return words;
    group = command.commands;
  }
  return [...words, "--help"];
}

/** So long may the word about it take: nobody need be reading. */
const LAST_WORD_MS = 200;

/** Whoever tells it twice does not want to wait for what is still on its way. */
function toldTwice(host: Host): Promise<true> {
  return new Promise((resolve) =>
    host.onImpatience?.((signal) => {
      const text = `falcod: ends at once, at a second ${signal}: what is left is not written\n`;
      host.errorBytes.write(new TextEncoder().encode(text)).catch(() => {})
        .finally(() => resolve(true));
      setTimeout(() => resolve(true), LAST_WORD_MS);
    })
  );
}

/** Without a command `run` is meant; then a mistyped one must not pass for its argument. */
function refuseUnknownCommand(program: Command, args: readonly string[]): void {
  // Of a command that there is not, help would show that of falcod and say nothing.
  const word = args[0] === "help" ? args[1] : args[0];
  if (word === undefined || word.startsWith("-")) return;
  const names = [...program.commands.map((command) => command.name()), "help"];
  if (names.includes(word)) return;
  const near = nearest(word, names);
  const meant = commandsForFile(word) ?? commandForFalcoctl(args) ?? commandForCondition(args);
  program.error(
    `error: unknown command '${word}'` + (near ? `\n(Did you mean ${near}?)` : "") +
      (meant ? `\n${meant}` : ""),
  );
}
