/** String values of conditions: escapes resolved when read, put back when printed. */
import { decodeUtf8, encodeUtf8 } from "../base/mod.ts";

/** A quoted string that cannot be resolved; offsets count from the opening quote. */
export interface EscapeProblem {
  readonly start: number;
  readonly end: number;
  readonly message: string;
}

export interface Unescaped {
  /** Bytes that are not UTF-8 are kept as `decodeUtf8` keeps them. */
  readonly text: string;
}

const SIMPLE: Readonly<Record<string, string>> = {
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  // Wrongly escaped blanks in old rule files mean a backslash; Falco keeps reading them so.
  " ": "\\",
  "\\": "\\",
  "/": "/",
};

/** Resolves what stands between the quotes, which `quoted` includes. */
export function unescape(quoted: string): Unescaped | EscapeProblem {
  const inner = quoted.slice(1, -1);
  if (!inner.includes("\\")) return { text: inner };
  const quote = quoted[0]!;
  const end = quoted.length - 1;
  let text = "";
  let bytewise = false;
  for (let i = 1; i < end; i++) {
    if (quoted[i] !== "\\") {
      text += quoted[i];
      continue;
    }
    const start = i++;
    const escaped = quoted[i]!;
    const problem = (length: number, message: string) => ({
      start,
      end: Math.min(start + length, end),
      message,
    });
    if (i >= end) return problem(1, "the string ends inside an escape");
    if (escaped === "x") {
      const digits = quoted.slice(i + 1, Math.min(i + 3, end));
      if (!/^[0-9a-f]{2}$/i.test(digits)) {
        return problem(4, `"\\x${digits}" is no byte: two hexadecimal digits must follow "\\x"`);
      }
      const byte = parseInt(digits, 16);
      if (byte < 0x80) text += String.fromCharCode(byte);
      else {
        bytewise = true;
        text += decodeUtf8(Uint8Array.of(byte));
      }
      i += 2;
    } else if (escaped === '"' || escaped === "'") {
      if (escaped !== quote) {
        return problem(2, `\\${escaped} needs no backslash inside ${quote} quotes`);
      }
      text += escaped;
    } else {
      const simple = Object.hasOwn(SIMPLE, escaped) ? SIMPLE[escaped] : undefined;
      if (simple === undefined) return problem(2, `"\\${escaped}" is not a known escape`);
      text += simple;
    }
  }
  // Bytes that follow each other may be a character together.
  return { text: bytewise ? decodeUtf8(encodeUtf8(text)) : text };
}

const ESCAPES: Readonly<Record<string, string>> = {
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\\": "\\\\",
  '"': '\\"',
};

/** The text as conditions are printed: bare where that reads the same, else in double quotes. */
export function escape(text: string): string {
  if (!/[\b\f\n\r\t \0="'\\]/.test(text)) return text;
  return `"${text.replace(/[\b\f\n\r\t\\"]/g, (character) => ESCAPES[character]!)}"`;
}

/** How a text is written in a rule file so that a condition takes all of it as one value: `'"…"'`. */
export function asQuotedYaml(text: string): string {
  return `'"${text.replaceAll(/[\\"]/g, "\\$&").replaceAll("'", "''")}"'`;
}
