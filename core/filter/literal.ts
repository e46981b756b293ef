/** String values of conditions: escapes resolved when read, put back when printed. */

/** A quoted string that cannot be resolved; offsets count from the opening quote. */
export interface EscapeProblem {
  readonly start: number;
  readonly end: number;
  readonly message: string;
}

export interface Unescaped {
  readonly text: string;
  /** Present where the bytes are not valid UTF-8 and `text` shows U+FFFD for some. */
  readonly bytes?: Uint8Array;
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
        // Held apart from the text as a lone surrogate, which no decoded text contains.
        bytewise = true;
        text += String.fromCharCode(ESCAPED_BYTE + byte);
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
  return bytewise ? decoded(bytesOf(text)) : { text };
}

const ESCAPED_BYTE = 0xdc00;

function bytesOf(text: string): Uint8Array {
  const encoder = new TextEncoder();
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.charCodeAt(0);
    if (character.length === 1 && code >= ESCAPED_BYTE && code <= ESCAPED_BYTE + 0xff) {
      bytes.push(code - ESCAPED_BYTE);
    } else bytes.push(...encoder.encode(character));
  }
  return Uint8Array.from(bytes);
}

function decoded(bytes: Uint8Array): Unescaped {
  try {
    return { text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { text: new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes), bytes };
  }
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
