/** Signs of patterns where they stand for themselves (`F038`): in names and paths they are rare. */
import type { ComparisonName } from "./condition.ts";
import { asValue, GLOBS, MAX_NAME_BYTES, PART, PATTERNS, WHOLE } from "./shape.ts";

export interface OddSigns {
  readonly title: string;
  readonly help: string;
}

/** Fields whose values are names and paths; command lines have such signs. */
const NAMES =
  /^(?:fd\.(?:name|nameraw|realpath|filename|directory|[a-z]*ip\.name)$|fs\.path\.|proc\.(?:[ap]?name|p?exe|p?exepath|cwd)$|container\.|k8s\.)/;

/** What in `text` means nothing behind `operator`, though somebody meant something by it. */
export function oddSigns(
  field: string,
  text: string,
  operator: ComparisonName,
): OddSigns | undefined {
  // Lists have thousands of values, nearly none with such a sign in it.
  if (!/[*|^${(]/.test(text) || !NAMES.test(field)) return undefined;
  if (GLOBS.has(operator)) return oddAlternatives(field, text, operator);
  if (PATTERNS.has(operator)) return undefined;
  const star = operator === "pmatch" ? oddBeginning(field, text) : oddStar(field, text, operator);
  return star ?? oddExpression(field, text, operator);
}

/** Every part of a path is a pattern behind `pmatch`, and none stands for several or for nothing. */
function oddBeginning(field: string, text: string): OddSigns | undefined {
  const path = /^\*+(\/.+)$/.exec(text)?.[1];
  if (path === undefined) return undefined;
  const isPattern = /[*?[]/.test(path);
  return {
    title: `"*" stands for one directory behind "pmatch": "${text}" is not "${path}"`,
    help: `wherever it is, write ${field} ${
      isPattern ? `glob ${asValue(text)}` : `endswith ${asValue(path)}`
    }`,
  };
}

function oddStar(field: string, text: string, operator: ComparisonName): OddSigns | undefined {
  if (!text.includes("*") || isCutByRuby(field, text)) return undefined;
  const stem = text.replace(/^\*+|\*+$/g, "");
  const isPart =
    (operator === "startswith" || operator === "endswith" || operator === "contains") &&
    !stem.includes("*");
  return {
    title: titleOf("*", text, operator),
    help: isPart && stem !== ""
      ? `write ${field} ${operator} ${stem}`
      : `for a pattern, write ${field} glob ${text.includes(" ") ? `"${text}"` : text}`,
  };
}

/** Ruby ends names of threads that it had to cut with a star. thread_pthread.c, native_set_thread_name */
function isCutByRuby(field: string, text: string): boolean {
  return field.startsWith("proc.") && text.length === MAX_NAME_BYTES &&
    text.indexOf("*") === MAX_NAME_BYTES - 1;
}

/** What only `regex` understands: `bash|sh`, `^/etc`, `sh$`. */
function oddExpression(
  field: string,
  text: string,
  operator: ComparisonName,
): OddSigns | undefined {
  const pattern = `write ${field} regex "${text.replace(/["\\]/g, "\\$&")}"`;
  if (/^[\w./-]+(?:\|[\w./-]+)+$/.test(text)) {
    const names = text.split("|").map(asValue).join(", ");
    const help = WHOLE.has(operator)
      ? `for any of several values, write ${field} in (${names})`
      : `for any of several values, write ${field} ${operator} anyof (${names})`;
    return { title: titleOf("|", text, operator), help };
  }
  const isBeginning = WHOLE.has(operator) || operator === "startswith" || PART.has(operator);
  if (isBeginning && /^\^[\w/]/.test(text)) {
    return { title: titleOf("^", text, operator), help: pattern };
  }
  const isEnd = WHOLE.has(operator) || operator === "endswith" || PART.has(operator);
  if (isEnd && /[a-z]\$$/i.test(text) && !text.includes("/")) {
    return { title: titleOf("$", text, operator), help: pattern };
  }
  return undefined;
}

/** `{a,b}` and `(a|b)`: patterns of shells, not of `glob`. */
function oddAlternatives(
  field: string,
  text: string,
  operator: ComparisonName,
): OddSigns | undefined {
  const found =
    /^([^{}()]*)(?:\{([^{}(),]*(?:,[^{}(),]*)+)\}|[@?*+!]?\(([^{}()|]*(?:\|[^{}()|]*)+)\))([^{}()]*)$/s
      .exec(text);
  if (!found) return undefined;
  const [, before = "", commas, bars, behind = ""] = found;
  const ways = commas?.split(",") ?? bars?.split("|") ?? [];
  const start = commas === undefined ? before.replace(/[@?*+!]$/, "") : before;
  const patterns = ways.map((way) => asValue(`${start}${way}${behind}`)).join(", ");
  return {
    title: titleOf(commas === undefined ? "(" : "{", text, operator),
    help: `for any of several patterns, write ${field} ${operator} anyof (${patterns})`,
  };
}

function titleOf(sign: string, text: string, operator: ComparisonName): string {
  return `"${sign}" stands for itself behind "${operator}": "${text}" is looked for letter by letter`;
}
