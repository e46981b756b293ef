/** All that can be asked for on the command line. */
import { Command, CommanderError, type CommandUnknownOpts } from "@commander-js/extra-typings";
// Not the face of core/alert: every start loads this file, and that one brings all fields with it.
import { escapeUnprintable } from "../../alert/escape.ts";
import { COLOUR_CHOICES, type ColourChoice, withColours } from "../colour.ts";
import type { Host } from "../host.ts";
import { addAbout } from "./about.ts";
import { oneOf } from "./arguments.ts";
import { addCaptures } from "./captures.ts";
import { addChecking } from "./checking.ts";
import type { Done } from "./done.ts";
import { flagMeant } from "./flag_meant.ts";
import { addForwarding } from "./forwarding.ts";
import { addHelper } from "./helper.ts";
import { addPlugin } from "./plugin.ts";
import { addShells } from "./shells.ts";
import { addTrying } from "./trying.ts";
import { addWatching } from "./watching.ts";

/** Commands in the order in which `falcod --help` has them. */
const GROUPS: readonly ((program: Command, host: Host, done: Done) => void)[] = [
  addWatching,
  addChecking,
  addTrying,
  addCaptures,
  addForwarding,
  addPlugin,
  addAbout,
  addShells,
  addHelper,
];

const PROGRAM_EXAMPLES = `
Examples:
  falcod                                  watch with the configuration of this machine
  falcod -r my_rules.yaml -o json_output=true
  falcod validate /etc/falco/falco.yaml
  falcod list fields proc.
  falcod probe
  falcod demo                             a recorded attack, where nothing can be watched`;

const FALCO_FLAGS_HELP = `

Flags of Falco, understood as well:
  -L, -l <rule>                      describe, describe <rule>
  --list [source] [-N], --list-events   list fields, list events; --format, --markdown
  --list-plugins, --plugin-info <name>  what is built in
  -i, --support, --page-size         as in Falco
  -D -T -t -A -b -p -v -S -e -s --cri --enable-source --disable-source
                                     become keys of the configuration; falcod tells which
  -u -d -k -K -m -w --modern-bpf --disable-cri-async
                                     have no effect; falcod tells why`;

/** The program with its commands; running one calls `done`. */
export function describeProgram(realHost: Host, done: Done): Command {
  let colours: ColourChoice = "auto";
  const host = withColours(realHost, () => colours);
  const program: Command = new Command("falcod");
  program
    .description("Watches what programs do, holds it against rules, and alerts.")
    .option("--version", "print versions, as Falco does; as JSON with -o json_output=true")
    .helpOption("-h, --help", "explain a command")
    .showHelpAfterError("falcod --help explains all commands.")
    .addOption(
      oneOf(
        "--color <when>",
        "colours: on a terminal (auto) unless NO_COLOR is set",
        COLOUR_CHOICES,
      )
        .default("auto"),
    )
    .on("option:color", () => colours = program.getOptionValue("color") as ColourChoice)
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .configureOutput({
      writeOut: (text) => host.out.write(text),
      writeErr: (text) => host.error.write(text),
    })
    .addHelpText("after", PROGRAM_EXAMPLES + FALCO_FLAGS_HELP);
  program.hook("preAction", async (_, command) => {
    if (!program.getOptionValue("version")) return;
    const { falcoVersionCommand } = await import("../commands/version.ts");
    falcoVersionCommand(command.opts(), host);
    throw new CommanderError(0, "commander.version", "versions were printed");
  });
  for (const add of GROUPS) add(program, host, done);
  explainMistakes(program, program.commands.find((command) => command.name() === "run"));
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

function explainMistakes(command: CommandUnknownOpts, run: CommandUnknownOpts | undefined): void {
  command.configureOutput({
    outputError: (text, write) => {
      const [, flag] = /^error: unknown option '(--?[^'=]+)[^\n]*\n$/.exec(text) ?? [];
      const meant = flag === undefined ? undefined : flagMeant(flag, command, run);
      // It quotes arguments, which may come from anywhere.
      write(text.split("\n").map(escapeUnprintable).join("\n"));
      if (meant !== undefined) write(`${escapeUnprintable(meant)}\n`);
    },
  });
  for (const inner of command.commands) explainMistakes(inner, run);
}
