/** What shells want: `completion`, and `complete`, which its scripts call. */
import { Argument, type Command } from "@commander-js/extra-typings";
import type { Host } from "../host.ts";
import type { Done } from "./done.ts";

export function addShells(program: Command, host: Host, done: Done): void {
  addCompletion(program, host, done);
  addComplete(program, host, done);
}

const COMPLETION_EXAMPLES = `
Examples:
  falcod completion bash >/etc/bash_completion.d/falcod
  falcod completion zsh >/usr/local/share/zsh/site-functions/_falcod
  falcod completion fish >/etc/fish/completions/falcod.fish
  eval "$(falcod completion bash)"        for this shell only

Names of rules, fields, event types, keys of the configuration and codes complete, too.`;

function addCompletion(program: Command, host: Host, done: Done): void {
  program.command("completion")
    .description("print what makes a shell complete falcod's commands")
    .addArgument(new Argument("<shell>", "bash, zsh or fish").choices(["bash", "zsh", "fish"]))
    .addHelpText("after", COMPLETION_EXAMPLES)
    .action(async (shell) => {
      const { SCRIPTS } = await import("../completion/scripts.ts");
      const { EXIT_OK } = await import("../exit.ts");
      host.out.write(SCRIPTS[shell]);
      done(EXIT_OK);
    });
}

function addComplete(program: Command, host: Host, done: Done): void {
  program.command("complete", { hidden: true })
    .description("tell a shell what could stand at the end of a command line")
    .argument("[words...]", "behind --, without the program's name")
    .addHelpText("after", "\nExamples:\n  falcod complete -- list rul")
    .action(async (words) => {
      const { completeCommand } = await import("../commands/complete.ts");
      done(await completeCommand(words, program, host));
    });
}
