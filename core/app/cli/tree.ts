/** The commands there are, as documents and completions want them. */
import type { CommandUnknownOpts } from "@commander-js/extra-typings";

export interface VisibleCommand {
  /** All of its name: `falcod list rules`. */
  readonly path: string;
  readonly command: CommandUnknownOpts;
}

/** A command, and those below it that its help shows; each stands before its own. */
export function* visibleCommands(
  command: CommandUnknownOpts,
  above = "",
): Generator<VisibleCommand> {
  const path = above + command.name();
  yield { path, command };
  for (const inner of subcommands(command)) yield* visibleCommands(inner, `${path} `);
}

/** Those that the help of a command shows, but for `help` itself. */
export function subcommands(command: CommandUnknownOpts): readonly CommandUnknownOpts[] {
  return command.createHelp().visibleCommands(command).filter((inner) => inner.name() !== "help");
}
