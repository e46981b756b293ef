/** Values that are nearly the name of a list, and so are compared as the text they are. */
import { type Effort, type Finding, nearest, type Note, type Span } from "../base/mod.ts";

/** Whoever names more values at once writes values, not lists. */
export const MAX_LISTS_NAMED = 20;
/** Two words or more, as names of lists are: `shell_binaries`. */
const LIKE_A_LIST = /^[a-z0-9]{2,}(_[a-z0-9]+)+$/i;
/** How lists of rules are called that stand in another file, as upstream's do. */
const SURELY_A_LIST =
  /^[a-z][a-z0-9]*(?:_[a-z0-9]+)*_(?:binaries|programs|procs|images|containers|namespaces|directories|dirs|files|paths|ports|users|lists?)$/;
/** Any word may be a value, and names of programs and lists are often alike. */
const WORD = /^[a-z][a-z0-9]{3,}$/i;

/**
 * `F036` for a value without quotes that names no list; absent when no name is near and it is not
 * called as lists are. A single word gets a hint only: it may well be meant.
 */
export function nearListFinding(
  text: string,
  listNames: Iterable<string>,
  { at, notes, asText = "put it in quotes", isAlone = false, effort }: {
    readonly at: Span;
    /** Asked for only where there is something to say: most values are what they look like. */
    readonly notes?: () => readonly Note[];
    /** How to say that the value is meant as it is. */
    readonly asText?: string;
    /** No bracket is around it, as is usual for a list. */
    readonly isAlone?: boolean;
    readonly effort?: Effort | undefined;
  },
): Finding | undefined {
  const severity = severityOf(text);
  if (!severity) return undefined;
  const near = nearest(text, listNames, effort);
  if (near === undefined && !isAlone && !SURELY_A_LIST.test(text)) return undefined;
  return {
    code: "F036",
    severity,
    title: `"${text}" is the name of no list and is compared as text`,
    at,
    help: near === undefined
      ? `define the list, "- list: ${text}", or name its file as well; for the text, ${asText}`
      : `did you mean "${near}"? If not, ${asText}`,
    notes: notes?.(),
  };
}

/** `F036` for the name of a list in quotes, which is a text like any other. */
export function quotedListFinding(
  text: string,
  { at, notes }: { readonly at: Span; readonly notes: readonly Note[] },
): Finding {
  return {
    code: "F036",
    severity: "info",
    title: `"${text}" is the name of a list, and in quotes it is compared as text`,
    at,
    help: `for the values of the list, write it without quotes: in (${text})`,
    notes,
  };
}

/** Whether a list may be called so, and hardly a value. */
export function isLikeAList(text: string): boolean {
  return LIKE_A_LIST.test(text);
}

function severityOf(text: string): Finding["severity"] {
  if (LIKE_A_LIST.test(text)) return "warning";
  return WORD.test(text) ? "info" : undefined;
}
