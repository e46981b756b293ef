/** Why conditions cannot hold, in words. */
import { inQuotes, type Span } from "../base/mod.ts";
import { eventNamesOf, eventType } from "../event/mod.ts";
import { pathRoleOf } from "../field/mod.ts";
import type { CheckedCondition } from "./checked.ts";
import { type Fact, isSingle, operandText } from "./implication.ts";
import type { Conflict } from "./reason.ts";

export interface Explanation {
  readonly code: string;
  readonly reason: string;
  readonly help: string;
  /** What cannot hold. */
  readonly about: CheckedCondition;
  /** What is in its way; the first few. */
  readonly against: readonly CheckedCondition[];
}

/** Checks named in one message. */
const MAX_NAMED = 3;
/** Longest piece of a condition that is quoted, in UTF-16 units. */
const MAX_QUOTED = 60;

export function explainConflict(conflict: Conflict): Explanation {
  switch (conflict.kind) {
    case "values":
      return explainValues(conflict.fact, conflict.against);
    case "types":
      return explainTypes(conflict);
    case "choice": {
      const { condition, holds } = conflict.claim;
      const word = (condition.kind === "or") === holds ? "alternatives" : "excluded parts";
      return {
        code: "F040",
        reason: `none of its ${word} fits the rest`,
        help: "remove what cannot hold, or correct the rest",
        about: condition,
        against: [],
      };
    }
    default:
      return conflict satisfies never;
  }
}

function explainValues(fact: Fact, against: readonly Fact[]): Explanation {
  const text = quoteFact(fact);
  if (against.length === 0) {
    return {
      code: "F040",
      reason: `nothing satisfies ${text}`,
      help: "remove it, or name the values it should look for",
      about: fact.leaf,
      against: [],
    };
  }
  const named = against.slice(0, MAX_NAMED);
  const others = against.length > named.length ? " and others" : "";
  return {
    code: "F040",
    reason: `${text} contradicts ${named.map(quoteFact).join(" with ")}${others}`,
    help: helpWithValues(fact, against),
    about: fact.leaf,
    against: named.map(({ leaf }) => leaf),
  };
}

function helpWithValues(fact: Fact, against: readonly Fact[]): string {
  const { leaf: { left } } = fact;
  return isSingle(left) && [fact, ...against].every(asksForValues)
    ? `to accept any of several values, write ${operandText(left)} in (…), or join them with "or"`
    : 'remove one of them, or join them with "or"';
}

function asksForValues({ leaf, holds }: Fact): boolean {
  return holds && leaf.kind === "comparison" && /^(?:=|==|in)$/.test(leaf.operator.name);
}

function explainTypes(conflict: Conflict & { readonly kind: "types" }): Explanation {
  const { fact, against, types, absent } = conflict;
  const field = operandText(fact.leaf.left);
  const names = eventNamesOf(types);
  const more = names.length > MAX_NAMED ? ", …" : "";
  const events = `events of type ${names.slice(0, MAX_NAMED).join(", ")}${more}`;
  return {
    code: "F042",
    reason: absent
      ? `${field} has no value in ${events}`
      : `${quoteFact(fact)} does not hold for ${events}`,
    help: helpWithTypes(field, names, types),
    about: fact.leaf,
    against: against.slice(0, MAX_NAMED).map(({ leaf }) => leaf),
  };
}

function helpWithTypes(
  field: string,
  names: readonly string[],
  types: readonly number[],
): string {
  if (field === "evt.dir") return 'remove it: events are the exits of system calls, "<"';
  const paths = /^fd\.(?:name|nameraw|directory|filename)$/.test(field) ? pathFields(types) : [];
  if (paths.length > 0) {
    return `fd fields are about open files; the paths of ${names[0]} are in ${paths.join(" and ")}`;
  }
  if (field.startsWith("fd.")) {
    return "fd fields are about calls that open or use a descriptor: openat, read, connect …";
  }
  return `falcod list events ${names[0]} shows what such an event has`;
}

/** Those that have the paths of all of these types. */
function pathFields(types: readonly number[]): readonly string[] {
  return (["name", "source", "target"] as const).filter((role) =>
    types.every((code) =>
      eventType(code)?.params.some(({ name }) => pathRoleOf(code, name) === role)
    )
  ).map((role) => `fs.path.${role}`);
}

/** A check as it is written, in quotes. */
function quoteFact({ leaf: { span }, holds }: Fact): string {
  let { start, end } = span;
  const { source } = span;
  while (source.text[start] === "(" && source.text[end - 1] === ")") {
    start++;
    end--;
  }
  const text = quote({ source, start, end });
  return holds ? text : `not ${text}`;
}

/** A piece of a condition on one line, in quotes. */
export function quote({ source, start, end }: Span): string {
  const text = source.text.slice(start, end).replace(/\s+/g, " ").trim();
  return inQuotes(text.length <= MAX_QUOTED ? text : `${text.slice(0, MAX_QUOTED)}…`);
}
