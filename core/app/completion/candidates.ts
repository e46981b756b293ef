/** What may stand at a place of the command line. */
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { subcommands } from "../cli/tree.ts";
import { declaring, type Position } from "./position.ts";
import type { ValueTable } from "./values.ts";

export interface Candidate {
  /** The whole word. */
  readonly word: string;
  readonly about: string;
}

/** `files`: the shell knows them. */
export type Candidates =
  | { readonly kind: "words"; readonly words: readonly Candidate[] }
  | { readonly kind: "files" };

/** A shell that is asked in the middle of a word has no use for more. */
const MAX_WORDS = 2000;

/** Never rejects: what cannot be found out is left out. */
export async function candidatesAt(position: Position, values: ValueTable): Promise<Candidates> {
  const { before, begun } = position;
  const found = await allAt(position, values);
  if (found === "files") return { kind: "files" };
  // A command and those above it have options in common.
  const distinct = [...new Map(found.map((each) => [each.word, each])).values()];
  const words = distinct.filter(({ word }) => word.startsWith(begun))
    .map(({ word, about }) => ({ word: before + word, about }));
  return { kind: "words", words: words.slice(0, MAX_WORDS) };
}

async function allAt(
  position: Position,
  values: ValueTable,
): Promise<readonly Candidate[] | "files"> {
  const { command, kind, choices, placeholder } = position;
  if (kind === "name") return namesIn(command);
  if (kind === "option") return declaring(command).flatMap(optionsOf);
  if (choices) return choices.map((word) => ({ word, about: "" }));
  const value = placeholder === undefined ? undefined : values[placeholder];
  if (value === undefined) return [];
  if (value === "files") return "files";
  try {
    return await value(position);
  } catch {
    return [];
  }
}

function namesIn(command: CommandUnknownOpts): readonly Candidate[] {
  const inner = subcommands(command).map((each) => ({
    word: each.name(),
    about: each.description(),
  }));
  return command.parent ? inner : [...inner, { word: "help", about: "explain a command" }];
}

/** Those that the help names. */
function optionsOf(command: CommandUnknownOpts): readonly Candidate[] {
  return command.createHelp().visibleOptions(command)
    .map(({ long, short, description }) => ({ word: long ?? short ?? "", about: description }));
}
