/** The rule that somebody means who writes its name, or a part of it. */
import { escapeUnprintable } from "../alert/mod.ts";
import { didYouMean } from "../base/mod.ts";

export interface RuleWish {
  /** The name, or a part that only one rule has, in any case. */
  readonly asked: string;
  readonly configPath: string | undefined;
  readonly rulePaths: readonly string[];
}

export type FoundRule =
  | { readonly kind: "found"; readonly name: string }
  /** One line for the person who asked. */
  | { readonly kind: "none"; readonly text: string };

/** More names than this are told as a number. */
const MAX_NAMES = 5;

export function findRule(names: readonly string[], { asked, ...files }: RuleWish): FoundRule {
  if (names.includes(asked)) return { kind: "found", name: asked };
  const part = asked.toLowerCase();
  const near = [...new Set(names.filter((name) => name.toLowerCase().includes(part)))];
  const [only] = near;
  if (only !== undefined && near.length === 1) return { kind: "found", name: only };
  const help = only === undefined || part === ""
    ? didYouMean(asked, names) ?? `${listCommand(files)} shows all`
    : `${namesText(near)} have it in their names`;
  return { kind: "none", text: `${escapeUnprintable(`no rule "${asked}"; ${help}`)}\n` };
}

function namesText(names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMES).map((name) => `"${name}"`).join(", ");
  return names.length > MAX_NAMES ? `${shown} and ${names.length - MAX_NAMES} others` : shown;
}

/** The command that lists the rules of these files. */
export function listCommand({ configPath, rulePaths }: Omit<RuleWish, "asked">): string {
  const config = configPath === undefined ? [] : ["-c", configPath];
  const rules = rulePaths.flatMap((path) => ["-r", path]);
  return ["falcod list rules", ...config, ...rules].join(" ");
}
