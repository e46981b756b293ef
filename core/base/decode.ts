/** From a file's bytes to a text that parsers can trust to be text. */
import type { Report } from "./diagnostic.ts";
import { SourceText } from "./text.ts";

/**
 * Decodes UTF-8 (a byte order mark is dropped). Bytes that are no text are reported with their place
 * and nothing is returned: a binary file would only yield a hail of syntax errors.
 */
export function decodeText(
  name: string,
  bytes: Uint8Array,
  report: Report,
): SourceText | undefined {
  const text = new TextDecoder("utf-8").decode(bytes);
  const source = new SourceText(name, text);
  const control = text.search(NOT_TEXT);
  const invalid = text.indexOf("\ufffd");
  if (control >= 0 && (invalid < 0 || control < invalid)) {
    report.add({
      code: "Y002",
      title: `not a text file: it holds the control character ${codePoint(text, control)}`,
      at: source.span(control, control + 1),
      help: "is this the right file?",
    });
    return undefined;
  }
  // A file may hold U+FFFD itself; only then are the bytes looked at again.
  if (invalid >= 0 && !isUtf8(bytes)) {
    report.add({
      code: "Y001",
      title: "not valid UTF-8",
      at: source.span(invalid, invalid + 1),
      help: "save the file as UTF-8",
    });
    return undefined;
  }
  return source;
}

/** C0 controls but tab and line ends, delete, and the two non-characters. YAML 1.2.2, 5.1. */
// deno-lint-ignore no-control-regex
const NOT_TEXT = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]/;

function codePoint(text: string, offset: number): string {
  return `U+${text.charCodeAt(offset).toString(16).toUpperCase().padStart(4, "0")}`;
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
