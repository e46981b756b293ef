/** `${NAME}` in the values of falco.yaml. */
import type { Report } from "../../base/mod.ts";
import { type ConfigNode, type ScalarNode, textOf } from "./tree.ts";

/** Looks up an environment variable. */
export type Environment = (name: string) => string | undefined;

/**
 * Replaces every `${NAME}` by the variable's value, by nothing when it is not set; `$${NAME}` stands
 * for the text `${NAME}` itself. What a variable brings in is looked through again, so a variable may
 * name another one.
 */
export function expandEnvironment(text: string, environment: Environment): string {
  let value = text;
  let at = value.indexOf("$");
  // Each turn either moves right or replaces; a variable that contains itself would never end.
  for (let turn = 0; at >= 0 && turn < MAX_REPLACEMENTS; turn++) {
    const escaped = value.startsWith("$${", at);
    if (!escaped && !value.startsWith("${", at)) break;
    const end = value.indexOf("}", at);
    if (end < 0) break;
    if (escaped) {
      value = value.slice(0, at) + value.slice(at + 1);
      at = value.indexOf("$", at + 1);
      continue;
    }
    const found = environment(value.slice(at + 2, end)) ?? "";
    value = value.slice(0, at) + found + value.slice(end + 1);
    if (value.length > MAX_LENGTH) return value.slice(0, MAX_LENGTH);
    at = value.indexOf("$", at);
  }
  return value;
}

/** Falcosidekick's spelling: the whole value is a name behind `%`. Absent: it is none. */
export function variableIn(value: string): string | undefined {
  return /^%([A-Za-z_]\w*)$/.exec(value)?.[1];
}

const MAX_REPLACEMENTS = 1000;
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

function telling({ environment, report }: Expansion, { text, at }: ScalarNode): Environment {
  return (name) => {
    const value = environment(name);
    if (value === undefined) {
      const said = text.includes(`\${${name}}`) ? saidOfUnset(name) : BROUGHT_IN;
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
