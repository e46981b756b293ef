/** What can be said of comparisons with a path of which only the directory is known. */
import { asciiLower, encodeUtf8 } from "../base/mod.ts";
import type { CheckedCondition, CheckedLeaf } from "./checked.ts";

/**
 * All texts that begin with `head` and go on with `names` names that nobody knows, slashes between them.
 * A name is neither empty nor `.`, does not end with `..`, and has no slash. `head` ends with a slash, or is
 * empty.
 */
export interface NamesBelow {
  readonly head: string;
  /** At least 1. */
  readonly names: number;
  /** None of them ends as one of `pathEndsIn` the conditions does. */
  readonly endOtherwise?: boolean;
}

/** So many bytes of a text are its end. */
export const END_BYTES = 3;

/** Operators whose constants are texts that the left side has to end with. */
const ABOUT_ENDS: ReadonlySet<string> = new Set(
  ["=", "==", "!=", "in", "intersects", "endswith", "glob"],
);

/** The last bytes of all texts that a leaf of the condition holds against the end of a path. */
export function pathEndsIn(condition: CheckedCondition): readonly Uint8Array[] {
  switch (condition.kind) {
    case "and":
    case "or":
      return condition.children.flatMap(pathEndsIn);
    case "not":
      return pathEndsIn(condition.child);
    case "exists":
      return [];
    case "comparison": {
      const { left, operator, right } = condition;
      if (left.kind !== "field" || left.definition.basis !== "path") return [];
      if (!ABOUT_ENDS.has(operator.name) || right.kind !== "constants") return [];
      return right.constants.flatMap((text) => {
        if (typeof text !== "string") return [];
        const end = endOf(operator.name === "glob" ? literalEnd(text) : text);
        return end ? [end] : [];
      });
    }
    default:
      return condition satisfies never;
  }
}

/** Absent: the text is shorter than that. */
function endOf(text: string): Uint8Array | undefined {
  const bytes = encodeUtf8(text);
  return bytes.length < END_BYTES ? undefined : bytes.subarray(-END_BYTES);
}

/** Takes the last names off a path; absent when they are not such names, or too few. */
export function namesBelow(path: string, names: number): NamesBelow | undefined {
  let end = path.length;
  for (let left = names; left > 0; left--) {
    if (end < 0) return undefined;
    const slash = path.lastIndexOf("/", end - 1);
    const name = path.slice(slash + 1, end);
    if (end === 0 || name === "" || name === "." || name.endsWith("..")) return undefined;
    if (left === 1) return { head: path.slice(0, slash + 1), names };
    end = slash;
  }
  return undefined;
}

/** The truth of a leaf whose left side is one of the texts; absent when it may be either. */
export function truthBelow(leaf: CheckedLeaf, below: NamesBelow): boolean | undefined {
  if (leaf.kind === "exists") return true;
  if (leaf.right.kind !== "constants") return undefined;
  const texts = leaf.right.constants;
  if (!texts.every((text) => typeof text === "string")) return undefined;
  const text = texts[0] ?? "";
  switch (leaf.operator.name) {
    case "=":
    case "==":
      return isOneOf(text, below) ? undefined : false;
    case "!=":
      return isOneOf(text, below) ? undefined : true;
    case "in":
    case "intersects":
      return texts.some((one) => isOneOf(one, below)) ? undefined : false;
    case "startswith":
      return beginsWith(text, below);
    case "endswith":
      return mayEndWith(text, below) ? undefined : false;
    case "contains":
      return contains(text, below);
    case "icontains":
      return contains(asciiLower(text), { ...below, head: asciiLower(below.head) });
    case "glob":
      if (below.endOtherwise && endOf(literalEnd(text))) return false;
      return maybeBegins(literalStart(text), below) ? undefined : false;
    case "pmatch":
      return isBelowAny(texts, below);
    default:
      return undefined;
  }
}

function isOneOf(text: string, { head, names, endOtherwise }: NamesBelow): boolean {
  if (endOtherwise && endOf(text)) return false;
  return namesBelow(text, names)?.head === head;
}

function beginsWith(text: string, below: NamesBelow): boolean | undefined {
  if (below.head.startsWith(text)) return true;
  return maybeBegins(text, below) ? undefined : false;
}

function maybeBegins(text: string, { head, names }: NamesBelow): boolean {
  return head.startsWith(text) ||
    text.startsWith(head) && slashesIn(text.slice(head.length)) < names;
}

function mayEndWith(text: string, { head, names, endOtherwise }: NamesBelow): boolean {
  if (endOtherwise && endOf(text)) return false;
  let slash = text.length;
  for (let left = names; left > 0; left--) {
    slash = text.lastIndexOf("/", slash - 1);
    if (slash < 0) return true;
    if (slash === 0 && left > 1) return true;
  }
  return head.endsWith(text.slice(0, slash + 1));
}

function contains(text: string, { head, names }: NamesBelow): boolean | undefined {
  if (head.includes(text)) return true;
  if (isInNames(text, names)) return undefined;
  // A part of it ends where the directory does, and the rest is in the names.
  for (let slash = text.indexOf("/"); slash >= 0; slash = text.indexOf("/", slash + 1)) {
    if (isInNames(text.slice(slash + 1), names) && head.endsWith(text.slice(0, slash + 1))) {
      return undefined;
    }
  }
  return false;
}

/** Whether the names can have the text in them. */
function isInNames(text: string, names: number): boolean {
  return slashesIn(text) < names && !text.includes("../");
}

/** As `PathTrie` compares: component by component, empty ones left out. */
function isBelowAny(paths: readonly string[], { head }: NamesBelow): boolean | undefined {
  const known = componentsOf(head);
  let truth: boolean | undefined = false;
  for (const path of paths) {
    const components = componentsOf(path);
    const isPlain = components.every((component) => literalStart(component) === component);
    const shared = Math.min(known.length, components.length);
    const differs = known.slice(0, shared).some((component, i) =>
      literalStart(components[i]!) === components[i] && component !== components[i]
    );
    if (differs) continue;
    if (isPlain && components.length <= known.length) return true;
    truth = undefined;
  }
  return truth;
}

function componentsOf(path: string): readonly string[] {
  return path.split("/").filter((component) => component !== "");
}

/** What a pattern begins with before anything in it stands for something else. */
function literalStart(pattern: string): string {
  const special = pattern.search(/[*?[\\]/);
  return special < 0 ? pattern : pattern.slice(0, special);
}

/** What follows the last character of a pattern that may stand for something else, or belong to that. */
function literalEnd(pattern: string): string {
  return /[^*?[\]\\]*$/.exec(pattern)![0];
}

function slashesIn(text: string): number {
  let count = 0;
  for (let at = text.indexOf("/"); at >= 0; at = text.indexOf("/", at + 1)) count++;
  return count;
}
