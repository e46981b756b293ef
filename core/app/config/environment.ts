/** `${NAME}` in the values of falco.yaml. */
import type { Report } from "../../base/mod.ts";
import { type ConfigNode, type ScalarNode, textOf } from "./tree.ts";

/** Looks up an environment variable. */
export type Environment = (name: string) => string | undefined;

/** As `Environment`; `isWritten`: the name stands in the text, and no variable has brought it in. */
type LookUp = (name: string, isWritten: boolean) => string | undefined;

/** Text that is not looked through yet. */
interface Rest {
  readonly text: string;
  /** What is before this is done. */
  at: number;
  /** Where a `}` is: the first from `at` on, or one before it; -1: there is none from `at` on. */
  close: number;
  readonly isWritten: boolean;
}

/**
 * Replaces every `${NAME}` by the variable's value, by nothing when it is not set; `$${NAME}` stands
 * for the text `${NAME}` itself. What a variable brings in is looked through again, so a variable may
 * name another one, also together with what stands behind it.
 */
export function expandEnvironment(text: string, environment: LookUp): string {
  let done = "";
  // What comes first is last.
  const rests = [restOf(text, true)];
  let replaced = 0, broughtIn = 0;
  for (let rest; (rest = rests.at(-1));) {
    const at = rest.text.indexOf("$", rest.at);
    done += rest.text.slice(rest.at, at < 0 ? undefined : at);
    if (at < 0) {
      rests.pop();
      continue;
    }
    rest.at = at;
    rest = closedIn(rests);
    const escaped = rest?.text.startsWith("$${", rest.at);
    // As in Falco, a $ that is none of both is the end of it.
    if (!rest || !escaped && !rest.text.startsWith("${", rest.at)) break;
    if (escaped) {
      done += "$";
      rest.at += 2;
      continue;
    }
    // A variable that contains itself would never end.
    if (!rest.isWritten && replaced++ >= MAX_REPLACEMENTS || broughtIn > MAX_LENGTH) break;
    const found = environment(rest.text.slice(rest.at + 2, rest.close), rest.isWritten) ?? "";
    broughtIn += found.length;
    rest.at = rest.close + 1;
    rests.push(restOf(found, false));
  }
  return done + restAsText(rests);
}

function restOf(text: string, isWritten: boolean): Rest {
  return { text, at: 0, close: text.indexOf("}"), isWritten };
}

/**
 * The first rest, with the next `}` in it; what stands up to there in others is moved into it. Absent: there
 * is no `}`.
 */
function closedIn(rests: Rest[]): Rest | undefined {
  const index = rests.findLastIndex((rest) => {
    if (rest.close >= 0 && rest.close < rest.at) rest.close = rest.text.indexOf("}", rest.at);
    return rest.close >= 0;
  });
  const closed = rests[index];
  if (!closed || index === rests.length - 1) return closed;
  const before = restAsText(rests.splice(index + 1));
  // The only one is its last.
  const moved = restOf(before + closed.text.slice(closed.at, closed.close + 1), false);
  closed.at = closed.close + 1;
  rests.push(moved);
  return moved;
}

function restAsText(rests: readonly Rest[]): string {
  return rests.map(({ text, at }) => text.slice(at)).reverse().join("");
}

/** Falcosidekick's spelling: the whole value is a name behind `%`. Absent: it is none. */
export function variableIn(value: string): string | undefined {
  return /^%([A-Za-z_]\w*)$/.exec(value)?.[1];
}

/** In what variables bring in. */
const MAX_REPLACEMENTS = 1000;
/** Of all that they bring in; what comes then is left as it is. */
const MAX_LENGTH = 1 << 20;

export interface Expansion {
  readonly environment: Environment;
  readonly report: Report;
}

/**
 * The same tree with every scalar expanded; keys are left alone. Variables that are not set are told,
 * and those that are not closed.
 */
export function expandTree(node: ConfigNode, expansion: Expansion): ConfigNode {
  switch (node.kind) {
    case "null":
      return node;
    case "scalar":
      if (!node.text.includes("$")) return node;
      tellUnclosed(node, expansion);
      return { ...node, text: expandEnvironment(node.text, telling(expansion, node)) };
    case "sequence":
      return { ...node, items: node.items.map((item) => expandTree(item, expansion)) };
    case "mapping": {
      const entries = new Map(node.entries);
      for (const [key, entry] of entries) {
        entries.set(key, { ...entry, value: expandTree(entry.value, expansion) });
      }
      return { ...node, entries };
    }
  }
}

function telling({ environment, report }: Expansion, { at }: ScalarNode): LookUp {
  return (name, isWritten) => {
    const value = environment(name);
    if (value === undefined) {
      const said = isWritten ? saidOfUnset(name) : BROUGHT_IN;
      report.add({ code: "C033", severity: "warning", at, ...said });
    }
    return value;
  };
}

function saidOfUnset(name: string): { readonly title: string; readonly help: string } {
  return {
    title: `the environment has no ${name}: nothing stands in place of \${${name}}`,
    help: helpForUnset(name),
  };
}

/** What a variable has may be a secret, and what looks like a name in it a part of that. */
const BROUGHT_IN = {
  title:
    "a variable here brings in ${…} that the environment does not have: nothing stands in its place",
  help: "what variables bring in is looked through again; in a password write $${ for ${",
};

function helpForUnset(name: string): string {
  // As shells have it: ${NAME:-text}.
  const plain = /^(\w+):?[-=?+]/.exec(name)?.[1];
  return plain === undefined
    ? `set ${name} where falcod is started; $\${${name}} is the text itself`
    : `variables have no defaults here: write \${${plain}}, and set ${plain} where falcod is started`;
}

/** What was written, not what variables bring in: that may be a secret, and a secret may have `${`. */
function tellUnclosed(node: ScalarNode, { environment, report }: Expansion): void {
  const { text } = node;
  const start = unclosedAt(text);
  if (start < 0) return;
  const name = /^[A-Za-z_]\w*/.exec(text.slice(start + 2))?.[0] ?? "";
  const isName = start + 2 + name.length === text.length || environment(name) !== undefined;
  // The rest of a text is not shown, it may be a password.
  const shown = isName ? name : "";
  report.add({
    code: "C034",
    severity: "warning",
    title: `"\${${shown}" has no "}": it is taken for the text that it is, not for a variable`,
    at: textOf(node).span(start, start + 2 + shown.length),
    help: `write \${${shown || "NAME"}} for what the environment has as ${shown || "NAME"}`,
  });
}

/** Where a `${` begins that nothing closes; -1: nowhere. */
function unclosedAt(text: string): number {
  const at = text.indexOf("${", text.lastIndexOf("}") + 1);
  return text[at - 1] === "$" ? -1 : at;
}
