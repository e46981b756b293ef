/** Constants that are valid and probably not what was meant. */
import { type FieldTable, findField, TRANSFORMERS } from "../field/mod.ts";
import { type CheckedOperand, fieldText } from "./checked.ts";
import type { ComparisonName } from "./condition.ts";

export interface Suspicion {
  readonly code: string;
  readonly title: string;
  readonly help: string;
}

/** Where a constant stands: `left operator constant`. */
export interface ConstantUse {
  readonly operator: ComparisonName;
  readonly left: CheckedOperand;
  readonly fields: FieldTable;
}

/** What Falco, too, warns of, `F030` to `F032` and `F035`, and quotes that quote nothing (`F039`). */
export function lintConstant(
  text: string,
  { operator, left, fields }: ConstantUse,
): readonly Suspicion[] {
  // Most values are words, about which there is nothing to say.
  if (operator !== "regex" && !/[.(<\u2018-\u201f]/.test(text)) return NONE;
  const suspicions: Suspicion[] = [];
  if (TYPOGRAPHIC.test(text)) {
    suspicions.push({
      code: "F039",
      title: `the quotes of ${text} belong to the value: they are not " and '`,
      help: `write "${text.replace(/^[\u2018-\u201f]+|[\u2018-\u201f]+$/g, "")}"`,
    });
  }
  const absent = text === "<NA>" && EQUALITIES.has(operator) ? fieldOfJson(left) : undefined;
  if (absent !== undefined) {
    suspicions.push({
      code: "F035",
      title: `"${absent}" is never "<NA>": that is only how an absent value prints`,
      help: `to ask whether there is a value, write "${absent} exists"`,
    });
  }
  if (operator === "regex" && isPlain(text)) {
    suspicions.push({
      code: "F030",
      title: `the pattern '${text}' needs no regex`,
      help: '"=", "contains", "startswith" and "endswith" say the same and are faster',
    });
  }
  const dense = text.replace(/\s+/g, "");
  // With a percent sign before it in outputs; a text may well contain one.
  const name = EQUALITIES.has(operator) ? dense.replace(/^%/, "") : dense;
  if (/^[a-zA-Z]/.test(name) && name.includes(".") && isField(name, fields)) {
    suspicions.push({
      code: "F031",
      title: `"${text}" is the name of a field and compared as a string`,
      help: `to compare with the field's value, write val(${name})`,
    });
  }
  if (CALL.test(dense)) {
    suspicions.push({
      code: "F032",
      title: `"${text}" looks like a transformer and is compared as a string`,
      help: "transformers stand without quotes",
    });
  }
  return suspicions;
}

/** What word processors make of quotes, at the beginning or end of a value. */
const TYPOGRAPHIC = /^[\u2018-\u201f]|[\u2018-\u201f]$/;

const NONE: readonly Suspicion[] = [];

const EQUALITIES: ReadonlySet<ComparisonName> = new Set([
  "=",
  "==",
  "!=",
  "in",
  "intersects",
  "pmatch",
]);

/**
 * The field out of JSON that is compared, or transformed before that. Some fields that the
 * kernel's events have do print the text, and compare with it.
 */
function fieldOfJson(operand: CheckedOperand): string | undefined {
  switch (operand.kind) {
    case "field":
      return /^(?:ka|jevt)\./.test(operand.definition.name) ? fieldText(operand) : undefined;
    case "call":
      for (const inner of operand.operands) {
        const name = fieldOfJson(inner);
        if (name !== undefined) return name;
      }
      return undefined;
    case "constant":
      return undefined;
    default:
      return operand satisfies never;
  }
}

const CALL = new RegExp(`^(?:${Object.keys(TRANSFORMERS).join("|")})\\(.*\\)$`, "s");

function isField(text: string, fields: FieldTable): boolean {
  const parts = /^([^[\]]+)(?:\[([^[\]]*)\])?$/.exec(text);
  return parts !== null && findField(fields, parts[1]!, parts[2]) !== undefined;
}

/** Whether the special characters only say what contains, startswith or endswith would say. */
function isPlain(pattern: string): boolean {
  const last = pattern.length - 1;
  for (let i = 0; i <= last; i++) {
    const character = pattern[i]!;
    if ((i === 0 && character === "^") || (i === last && character === "$")) continue;
    const atEdge = (i === 0 && last > 0) || i === last - 1;
    if (atEdge && character === "." && "+*?".includes(pattern[i + 1]!)) i++;
    else if (".+*?^$()[]{}|\\".includes(character)) return false;
  }
  return true;
}
