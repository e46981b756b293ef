/**
 * Text from events made safe to print.
 *
 * Whoever names a file or a process chooses bytes that end up in alerts. Written raw, a line break
 * forges a second alert, an escape sequence rewrites the terminal, a bidirectional override turns a
 * path around. Messages therefore spell such characters as JSON does (`\n`, `\u001b`) and double the
 * backslash, so that nothing is lost and nothing is ambiguous. Quotes stay as they are: a message is
 * the inside of a JSON string but for its quotes, which is what lets the text formatter print Falco's
 * bytes and the JSON formatter restore the plain text.
 */

import { CodeUnits, replaceInvalid, whenNeeded } from "../base/mod.ts";
import type { OutputValue } from "./alert.ts";

/** Longest value printed inside a message, in UTF-16 units (8 Ki). */
export const MAX_VALUE_LENGTH = 8192;

/**
 * C0 and C1 controls, DEL, line and paragraph separator, and what steers bidirectional text
 * (Unicode 15 property Bidi_Control).
 */
// deno-lint-ignore no-control-regex -- control characters are the subject
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;
/** Printable ASCII without quote and backslash: most of what is printed, and its own JSON form. */
const PLAIN = /^[ !#-[\]-~]*$/;
/** By code unit, for what is `UNPRINTABLE`: the letter behind the backslash, as a code unit; 0 elsewhere. */
const letters = whenNeeded(() =>
  Uint8Array.from({ length: 0x2070 }, (_, unit) => {
    const character = String.fromCharCode(unit);
    return UNPRINTABLE.test(character) ? (SHORT[character]?.[1] ?? "u").charCodeAt(0) : 0;
  })
);
const BACKSLASH = 92, DIGIT_0 = 48, LETTER_A = 97, LETTER_U = 117;
const HEX_DIGITS = Uint8Array.from("0123456789abcdef", (digit) => digit.charCodeAt(0));

const SHORT: Readonly<Record<string, string>> = {
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};
/** What stands for a letter behind a backslash, both as code units. */
const SHORT_UNITS: ReadonlyMap<number, number> = new Map([
  [BACKSLASH, BACKSLASH],
  ...Object.entries(SHORT).map(([character, spelling]) =>
    [spelling.charCodeAt(1), character.charCodeAt(0)] as const
  ),
]);

/** A value from an event as it stands in a message: one line, bounded, reversible but for a cut. */
export function escapeValue(value: string): string {
  return escapeText(cutText(value, MAX_VALUE_LENGTH));
}

/** Any text as it stands in a message; unlike `escapeValue` of any length. */
export function escapeText(text: string): string {
  return escapeUnprintable(text.includes("\\") ? text.replaceAll("\\", "\\\\") : text);
}

/**
 * Spells out what could break or disguise a line and leaves the rest alone, backslashes too, so that
 * a message that is already escaped does not change. What is no valid UTF-8 becomes U+FFFD.
 */
export function escapeUnprintable(text: string): string {
  if (PLAIN.test(text)) return text;
  return spellOut(replaceInvalid(text));
}

/** The plain text of an escaped message. Backslashes that begin no escape of ours stay. */
export function unescapeText(message: string): string {
  const first = message.indexOf("\\");
  if (first < 0) return message;
  const plain = new CodeUnits(message.length);
  plain.append(message.slice(0, first));
  for (let at = first; at < message.length;) {
    const unit = message.charCodeAt(at++);
    if (unit !== BACKSLASH) {
      plain.push(unit);
      continue;
    }
    const letter = message.charCodeAt(at);
    const meant = letter === LETTER_U ? unitOfDigits(message, at + 1) : SHORT_UNITS.get(letter);
    plain.push(meant ?? BACKSLASH);
    if (meant !== undefined) at += letter === LETTER_U ? 5 : 1;
  }
  return plain.toString();
}

/** Of four lower-case hexadecimal digits. */
function unitOfDigits(text: string, at: number): number | undefined {
  let unit = 0;
  for (let i = at; i < at + 4; i++) {
    // Behind the end there is no digit.
    const digit = digitOf(text.charCodeAt(i));
    if (digit === undefined) return undefined;
    unit = unit << 4 | digit;
  }
  return unit;
}

/** Looking it up in `HEX_DIGITS` takes four times as long. */
function digitOf(unit: number): number | undefined {
  if (unit >= DIGIT_0 && unit < DIGIT_0 + 10) return unit - DIGIT_0;
  return unit >= LETTER_A && unit < LETTER_A + 6 ? unit - LETTER_A + 10 : undefined;
}

/**
 * A JSON string literal, quotes included. Decodes to the same text (U+FFFD for what is no valid UTF-8) and
 * holds no character that a terminal or an editor would act on.
 */
export function jsonString(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  return spellOut(JSON.stringify(replaceInvalid(text)));
}

/** At most `limit` UTF-16 units, never half a character, with a mark that says how much is missing. */
export function cutText(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const end = isHighSurrogate(text.charCodeAt(limit - 1)) ? limit - 1 : limit;
  return `${text.slice(0, end)}…[cut, ${text.length - end} more]`;
}

function spellOut(text: string): string {
  if (!UNPRINTABLE.test(text)) return text;
  const table = letters();
  const spelled = new CodeUnits(text.length * 2);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    const letter = unit < table.length ? table[unit]! : 0;
    if (letter === 0) {
      spelled.push(unit);
      continue;
    }
    spelled.push(BACKSLASH);
    spelled.push(letter);
    if (letter !== LETTER_U) continue;
    for (let shift = 12; shift >= 0; shift -= 4) spelled.push(HEX_DIGITS[unit >> shift & 0xf]!);
  }
  return spelled.toString();
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

/** What `JSON.stringify` cannot do: integers beyond 2^53 in full. Numbers without a JSON form are null. */
export function outputValueJson(value: OutputValue): string {
  if (value === null) return "null";
  switch (typeof value) {
    case "string":
      return jsonString(value);
    case "bigint":
    case "boolean":
      return String(value);
    case "number":
      return Number.isFinite(value) ? String(value) : "null";
    default:
      return `[${value.map(outputValueJson).join(",")}]`;
  }
}
