/** Flags where they are not known: those of other programs, and of falcod without a command. */
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { sysdigFlagMeant } from "./sysdig_flags.ts";

/** What people write who know other programs, and what it is here where the command has that. */
const CALLED_HERE: Readonly<Record<string, string>> = {
  "--rule": "-r",
  "--rules": "-r",
  "--rules-file": "-r",
  "--config": "-c",
  "--duration": "-M",
  "--output": "-w",
  "--write": "-w",
  "--colour": "--color",
};

/** A line to add to what is said of an unknown option; absent where nothing is known of it. */
export function flagMeant(
  flag: string,
  command: CommandUnknownOpts,
  run: CommandUnknownOpts | undefined,
): string | undefined {
  const meant = CALLED_HERE[flag];
  if (meant !== undefined && (has(command, meant) || has(run?.parent, meant))) {
    return `(Did you mean ${meant}?)`;
  }
  const ofSysdig = sysdigFlagMeant(flag, command.name());
  if (ofSysdig !== undefined) return ofSysdig;
  if (flag === "--json" && has(command, "-o")) {
    return "(JSON is asked for with -o json_output=true)";
  }
  if (command === run || !(run && isOnlyFalcos(flag, run))) return undefined;
  return `(It is a flag of Falco, and goes without a command: falcod ${flag} …)`;
}

/** Of those that other commands have no use for. */
function isOnlyFalcos(flag: string, run: CommandUnknownOpts): boolean {
  return run.options.some(({ short, long, hidden }) =>
    (flag === short || flag === long) && (hidden || long === "--validate")
  );
}

function has(command: CommandUnknownOpts | null | undefined, flag: string): boolean {
  return command?.options.some(({ short, long }) => flag === short || flag === long) ?? false;
}
