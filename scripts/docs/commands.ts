/** docs/commands.md: every command's own help. */
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { visibleCommands } from "../../core/app/cli/tree.ts";

const WIDTH = 100;

/** What `--help` prints, as wide as a document. */
export function helpOf(command: CommandUnknownOpts): string {
  let text = "";
  command.configureOutput({
    writeOut: (more) => text += more,
    getOutHelpWidth: () => WIDTH,
    getOutHasColors: () => false,
  }).outputHelp();
  return text.trimEnd();
}

export function commandsPage(program: CommandUnknownOpts): string {
  const parts = ["# Commands", "", "What `falcod … --help` says of each.", ""];
  for (const { path, command } of visibleCommands(program)) {
    parts.push(`## ${path}`, "", "```", helpOf(command), "```", "");
  }
  return parts.join("\n");
}
