/**
 * What is being written on a command line: the name of a command or an option, or the value of
 * something. The tree of commands decides, so what completes is what is understood.
 */
import type { CommandUnknownOpts, Option } from "@commander-js/extra-typings";

/** A command line up to the cursor. */
export interface Position {
  /** The innermost command that is named. */
  readonly command: CommandUnknownOpts;
  /** What there is of the word at the cursor; of `--source=sys` that is `sys`. */
  readonly begun: string;
  /** What stands before that in the same word: `--source=`. */
  readonly before: string;
  /** What is written there. */
  readonly kind: "name" | "option" | "value";
  /** Of a value: what its argument is called in the help, without brackets; absent: nobody knows. */
  readonly placeholder?: string;
  readonly choices?: readonly string[];
  /** Values of options that were given before, by the option's first spelling (`-r`). */
  readonly given: ReadonlyMap<string, readonly string[]>;
}

/** `words` are those after the program's name, the last of which is at the cursor and may be empty. */
export function positionOf(program: CommandUnknownOpts, words: readonly string[]): Position {
  const given = new Map<string, string[]>();
  let command = program;
  let awaiting: Option | undefined;
  let isLiteral = false;
  let count = 0;
  const keep = (option: Option, value: string) => {
    const name = firstName(option);
    given.set(name, [...given.get(name) ?? [], value]);
  };
  for (const word of words.slice(0, -1)) {
    if (awaiting) {
      keep(awaiting, word);
      awaiting = undefined;
    } else if (isLiteral || !word.startsWith("-") || word === "-") {
      // The commands behind it are those that stand without it.
      if (word === "help" && count === 0 && command.commands.length > 0) continue;
      const inner = count === 0 && !isLiteral ? namedCommand(command, word) : undefined;
      if (inner) command = inner;
      else count++;
    } else if (word === "--") isLiteral = true;
    else {
      const { option, value } = readOption(command, word);
      if (option && value !== undefined) keep(option, value);
      else if (option?.required) awaiting = option;
    }
  }
  const begun = words.at(-1) ?? "";
  const at = { command, begun, before: "", given };
  if (awaiting) return { ...at, kind: "value", ...valueOf(awaiting) };
  if (begun.startsWith("-") && begun !== "-" && !isLiteral) {
    const { option, value } = readOption(command, begun);
    if (!option || value === undefined) return { ...at, kind: "option" };
    const before = begun.slice(0, begun.length - value.length);
    return { ...at, begun: value, before, kind: "value", ...valueOf(option) };
  }
  if (count === 0 && !isLiteral && command.commands.length > 0) return { ...at, kind: "name" };
  const wanted = command.registeredArguments;
  const argument = wanted[count] ?? wanted.findLast(({ variadic }) => variadic);
  return {
    ...at,
    kind: "value",
    ...argument && { placeholder: argument.name() },
    ...argument?.argChoices && { choices: argument.argChoices },
  };
}

/** Where options of a command may be declared; without a command's name `run` is meant. */
export function declaring(command: CommandUnknownOpts): readonly CommandUnknownOpts[] {
  const above: CommandUnknownOpts[] = [];
  for (let at: CommandUnknownOpts | null = command; at; at = at.parent) above.push(at);
  const run = command.parent ? undefined : namedCommand(command, "run");
  return run ? [run, ...above] : above;
}

function namedCommand(command: CommandUnknownOpts, name: string): CommandUnknownOpts | undefined {
  return command.commands.find((inner) => inner.name() === name || inner.aliases().includes(name));
}

/** The option in `-r`, `-rfile`, `--source` or `--source=x`, and its value where it has one there. */
function readOption(
  command: CommandUnknownOpts,
  word: string,
): { readonly option: Option | undefined; readonly value?: string } {
  const options = declaring(command).flatMap((each) => each.options as readonly Option[]);
  const equals = word.indexOf("=");
  const name = word.startsWith("--") && equals > 0 ? word.slice(0, equals) : word;
  const option = options.find(({ long, short }) => long === name || short === name);
  if (option) return name === word ? { option } : { option, value: word.slice(equals + 1) };
  if (word.startsWith("--")) return { option: undefined };
  const joined = options.find((option) =>
    option.short === word.slice(0, 2) && (option.required || option.optional)
  );
  return joined ? { option: joined, value: word.slice(2) } : { option: undefined };
}

function firstName({ short, long }: Option): string {
  return short ?? long ?? "";
}

/** `path` of `-c, --config <path>`. */
function valueOf({ flags, argChoices }: Option): Pick<Position, "placeholder" | "choices"> {
  const [, placeholder] = /[<[]([^\]>]+?)(?:\.\.\.)?[\]>]$/.exec(flags) ?? [];
  return {
    ...placeholder !== undefined && { placeholder },
    ...argChoices && { choices: argChoices },
  };
}
