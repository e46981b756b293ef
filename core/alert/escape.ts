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

import { replaceInvalid } from "../base/mod.ts";
import type { OutputValue } from "./alert.ts";

/** Longest value printed inside a message, in UTF-16 units (8 Ki). */
export const MAX_VALUE_LENGTH = 8192;

/**
 * C0 and C1 controls, DEL, line and paragraph separator, and what steers bidirectional text
 * (Unicode 15 property Bidi_Control).
 */
// deno-lint-ignore no-control-regex -- control characters are the subject
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
/** Printable ASCII without quote and backslash: most of what is printed, and its own JSON form. */
const PLAIN = /^[ !#-[\]-~]*$/;
const ESCAPE_SEQUENCE = /\\(?:([\\bfnrt])|u([0-9a-f]{4}))/g;

const SHORT: Readonly<Record<string, string>> = {
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};
const LONG: Readonly<Record<string, string>> = {
  "\\": "\\",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

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
  return replaceInvalid(text).replace(UNPRINTABLE, spellOut);
}

/** The plain text of an escaped message. Backslashes that begin no escape of ours stay. */
export function unescapeText(message: string): string {
  if (!message.includes("\\")) return message;
  return message.replace(
    ESCAPE_SEQUENCE,
    (_, short: string | undefined, code: string | undefined) =>
      short ? LONG[short]! : String.fromCharCode(parseInt(code!, 16)),
  );
}

/**
 * A JSON string literal, quotes included. Decodes to the same text (U+FFFD for what is no valid UTF-8) and
 * holds no character that a terminal or an editor would act on.
 */
export function jsonString(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  return JSON.stringify(replaceInvalid(text)).replace(UNPRINTABLE, spellOut);
}

/** At most `limit` UTF-16 units, never half a character, with a mark that says how much is missing. */
export function cutText(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const end = isHighSurrogate(text.charCodeAt(limit - 1)) ? limit - 1 : limit;
  return `${text.slice(0, end)}…[cut, ${text.length - end} more]`;
}

function spellOut(character: string): string {
  return SHORT[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
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
