/** The short options of a command line, as getopt(3) with an option string finds them. */

/**
 * Every option found and, behind it, its value where it takes one; `?` for an unknown option and
 * an empty string for a value that is missing. With `selected`: the value of that option alone, its
 * own letter where it takes none, from its last use; absent when it is not there.
 *
 * Options end at `--` and at the first argument that is none; `--long` ones are skipped.
 */
export function getopt(
  args: readonly string[],
  options: string,
  selected?: string,
): readonly string[] | string | undefined {
  const found: string[] = [];
  let value: string | undefined;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === "--") break;
    if (arg.startsWith("--")) continue;
    if (arg.length < 2 || arg[0] !== "-") break;
    const { used, taken } = cluster(arg, args[i + 1], options);
    if (taken) i++;
    for (const option of used) {
      if (selected === undefined) {
        found.push(option.name);
        if (option.value !== undefined) found.push(option.value);
      } else if (option.letter === selected) {
        value = option.value ?? option.name;
      }
    }
  }
  return selected === undefined ? found : value;
}

interface UsedOption {
  /** Absent: not an option that is known. */
  readonly letter: string | undefined;
  /** What the list shows: the letter, `?` when unknown, "" when its value is missing. */
  readonly name: string;
  readonly value?: string;
}

/** The options of one argument, `-abvalue`; `taken` when the last one's value is the argument behind. */
function cluster(
  arg: string,
  following: string | undefined,
  options: string,
): { readonly used: readonly UsedOption[]; readonly taken: boolean } {
  const used: UsedOption[] = [];
  for (let i = 1; i < arg.length; i++) {
    const letter = arg[i]!;
    if (letter === ":" || !options.includes(letter)) {
      used.push({ letter: undefined, name: "?" });
      continue;
    }
    if (!options.includes(`${letter}:`)) {
      used.push({ letter, name: letter });
      continue;
    }
    const attached = arg.slice(i + 1);
    const value = attached !== "" ? attached : following;
    used.push(value === undefined ? { letter, name: "" } : { letter, name: letter, value });
    return { used, taken: attached === "" && value !== undefined };
  }
  return { used, taken: false };
}
