/** From a file's bytes to a text that parsers can trust to be text. */
import type { Report } from "./diagnostic.ts";
import { SourceText } from "./text.ts";

/**
 * Decodes UTF-8, and UTF-16 with a byte order mark, which is dropped. Bytes that are no text are reported
 * with their place and nothing is returned: a binary file would only yield a hail of syntax errors. In
 * comments they do no harm.
 */
export function decodeText(
  name: string,
  bytes: Uint8Array,
  report: Report,
): SourceText | undefined {
  const text = withLineEnds(new TextDecoder(encodingOf(bytes)).decode(bytes));
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
  if (invalid < 0 || isDecodable(bytes)) return source;
  const said = invalidInText(text);
  report.add({
    code: "Y001",
    ...said === undefined && { severity: "warning" },
    title: said === undefined ? "a comment is not valid UTF-8" : "not valid UTF-8",
    at: source.span(said ?? invalid, (said ?? invalid) + 1),
    help: "save the file as UTF-8",
  });
  return said === undefined ? source : undefined;
}

/** Lines of some old files end in CR alone, which Falco's parser takes as well. Among others it is text. */
function withLineEnds(text: string): string {
  return text.includes("\r") && !text.includes("\n") ? text.replaceAll("\r", "\n") : text;
}

/** As Falco's parser tells it. */
function encodingOf([first, second]: Uint8Array): "utf-8" | "utf-16le" | "utf-16be" {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
}

/** The first place that is in no comment, or may be in none. */
function invalidInText(text: string): number | undefined {
  for (let at = text.indexOf("\ufffd"); at >= 0; at = text.indexOf("\ufffd", at)) {
    const line = text.slice(text.lastIndexOf("\n", at) + 1, at);
    if (!/^\s*#/.test(line)) return at;
    at = text.indexOf("\n", at);
    if (at < 0) break;
  }
  return undefined;
}

/** C0 controls but tab and line ends, delete, and the two non-characters. YAML 1.2.2, 5.1. */
// deno-lint-ignore no-control-regex
const NOT_TEXT = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]/;

function codePoint(text: string, offset: number): string {
  return `U+${text.charCodeAt(offset).toString(16).toUpperCase().padStart(4, "0")}`;
}

function isDecodable(bytes: Uint8Array): boolean {
  try {
    new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
