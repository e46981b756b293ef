/** What the YAML package found wrong, said in our words and pointed at the cause. */
import type { Document, YAMLError } from "yaml";
import type { Diagnostic } from "../diagnostic.ts";
import type { SourceText, Span } from "../text.ts";
import { misplacedLine } from "./indentation.ts";
import { quoteEndingAt } from "./quotes.ts";

export type Explained = Omit<Diagnostic, "severity"> & Partial<Pick<Diagnostic, "severity">>;

/** The package may point behind the end of a text that ends too early. */
function within(source: SourceText, diagnostic: Explained): Explained {
  const { length } = source.text;
  const { at } = diagnostic;
  if (!at || at.end <= length) return diagnostic;
  return { ...diagnostic, at: source.span(Math.min(at.start, length), length) };
}

/** In our words, and where the cause is. */
export function explain(source: SourceText, document: Document, error: YAMLError): Explained {
  return within(source, explained(source, document, error));
}

function explained(source: SourceText, document: Document, error: YAMLError): Explained {
  const [start, end] = error.pos;
  const at = source.span(start, Math.max(end, start));
  const tab = indentingTab(source, start);
  if (tab) return tabIndents(tab);
  const odd = oddBlank(source, error);
  if (odd) return noBlank(odd);
  const dash = isOfLines(error) || error.code === "UNEXPECTED_TOKEN"
    ? tightDash(source, start)
    : undefined;
  if (dash) {
    return {
      code: "Y027",
      title: 'an item begins with "- ": a blank is missing behind the dash',
      at: dash,
      help: "write a blank behind the dash",
    };
  }
  const misplaced = isOfLines(error) ? misplacedLine(source, start) : undefined;
  if (misplaced?.lacks === "colon") return keyWanted(misplaced.at);
  if (misplaced?.lacks === "dash") {
    return {
      code: "Y027",
      title: "an item of a list is wanted here",
      at: misplaced.at,
      help: `begin it with "- "${
        misplaced.indent === misplaced.wanted ? "" : `, indented by ${blanks(misplaced.wanted)}`
      }`,
    };
  }
  if (misplaced) {
    const { at, indent, wanted, beside } = misplaced;
    const tab = indentingTab(source, at.start);
    if (tab) return tabIndents(tab);
    return {
      code: "Y023",
      title: `this line is ${indentation(indent)}, those beside it ${
        wanted === 0 ? "are not" : `by ${blanks(wanted)}`
      }`,
      at,
      help: wanted === 0 ? "take the blanks away" : `indent it by ${blanks(wanted)}`,
      ...beside && { notes: [{ message: "as this one is", at: beside }] },
    };
  }
  switch (error.code) {
    case "MISSING_CHAR":
    case "BAD_INDENT":
      return missing(source, document, error, at);
    case "TAB_AS_INDENT":
      return tabIndents(source.span(start, start + 1), "what stands behind it");
    case "BAD_DQ_ESCAPE":
      return {
        code: "Y024",
        title: `"${source.text.slice(start, start + 2)}" is no escape in a double-quoted text`,
        at: source.span(start, start + 2),
        help: "write \\\\ for a backslash, or use single quotes, where nothing is escaped",
      };
    case "BLOCK_AS_IMPLICIT_KEY":
      return colonInValue(source, start) ?? noKey(source, start);
    case "MULTILINE_IMPLICIT_KEY":
    case "KEY_OVER_1024_CHARS":
      return noKey(source, start);
    case "BAD_SCALAR_START":
      return {
        code: "Y026",
        title: `a value cannot begin with ${JSON.stringify(source.text[start] ?? "")}`,
        at: source.span(start, start + 1),
        help: "put the value in quotes",
      };
    default:
      return unexpected(source, error, at);
  }
}

function tabIndents(at: Span, what = "this line"): Explained {
  return {
    code: "Y020",
    title: `a tab indents ${what}; YAML allows only blanks`,
    at,
    help: "replace the tab by blanks",
  };
}

/** It came with text from a page, and looks like a blank, or like nothing. */
export const ODD_BLANK = /[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000\ufeff]/;
/** Behind nothing but what may stand there: elsewhere it is text. */
const BEFORE_ODD_BLANK = new RegExp(
  `^ *(?:- +)*(?:-|(["']?)[\\w.-]{1,100}\\1:)?(?=${ODD_BLANK.source})`,
);

/** In the line of an error; or one that indents the next one or the one before. */
function oddBlank(source: SourceText, error: YAMLError): Span | undefined {
  if (!isOfLines(error) && error.code !== "UNEXPECTED_TOKEN") return undefined;
  const { line } = source.position(error.pos[0]);
  for (const number of [line, line + 1, line - 1]) {
    const [before] = BEFORE_ODD_BLANK.exec(source.line(number)) ?? [];
    if (before === undefined || number !== line && before.trim() !== "") continue;
    const start = source.offsetOf(number) + before.length;
    return source.span(start, start + 1);
  }
  return undefined;
}

function noBlank(at: Span): Explained {
  const { source: { text }, start } = at;
  const code = text.charCodeAt(start).toString(16).toUpperCase().padStart(4, "0");
  return {
    code: "Y027",
    title: `the character U+${code} is no blank to YAML, though it may look like one`,
    at,
    help: "write a blank in its place: such characters come with text from pages",
  };
}

const indentation = (count: number) =>
  count === 0 ? "not indented" : `indented by ${blanks(count)}`;
const blanks = (count: number) => `${count} blank${count === 1 ? "" : "s"}`;

/** `-rule: x`, in the line of an error or the one before: a key that begins with a dash. */
function tightDash(source: SourceText, offset: number): Span | undefined {
  const { line } = source.position(offset);
  for (const number of [line - 1, line]) {
    const found = number < 1 ? undefined : /^ *-(?=[a-z_]+:(?: |$))/.exec(source.line(number));
    if (!found) continue;
    const end = source.offsetOf(number) + found[0].length;
    return source.span(end - 1, end);
  }
  return undefined;
}

/** Of those that a wrong indentation can bring. */
export function isOfLines({ code, message }: YAMLError): boolean {
  switch (code) {
    case "BAD_INDENT":
    case "BLOCK_AS_IMPLICIT_KEY":
    case "MULTILINE_IMPLICIT_KEY":
      return true;
    case "MISSING_CHAR":
      return /^Implicit map keys|^Sequence item without/.test(message);
    case "UNEXPECTED_TOKEN":
      return message.endsWith("at node end") || IN_STREAM.test(message);
    default:
      return false;
  }
}

/** The document had ended before. */
export const IN_STREAM = /token in YAML stream/;

function missing(
  source: SourceText,
  document: Document,
  error: YAMLError,
  at: Span,
): Explained {
  if (/closing ["']/.test(error.message)) {
    const start = quoteEndingAt(document, at.start)?.start ?? at.start;
    return unclosedQuote(source, start);
  }
  const bracket = /end with a ([\]}])/.exec(error.message)?.[1];
  if (bracket) {
    const open = bracket === "]" ? "[" : "{";
    return {
      code: "Y022",
      title: `"${open}" is never closed`,
      at: openingBracket(source, open, bracket, at.start) ?? at,
      help: `close it with "${bracket}"`,
    };
  }
  if (error.message.startsWith("Implicit map keys")) return noKey(source, at.start);
  const misplaced = error.code === "BAD_INDENT" ||
    error.message.startsWith("Sequence item without");
  return misplaced ? badIndent(source, at) : unexpected(source, error, at);
}

/** The quote at `start` opens a text that does not end. */
export function unclosedQuote(source: SourceText, start: number): Explained {
  const mark = source.text[start] ?? "";
  return {
    code: "Y021",
    title: `a text opens with ${mark} and is never closed`,
    at: source.span(start, start + 1),
    help: `close it with ${mark}; lines that go on with it are indented deeper than its key`,
  };
}

function badIndent(source: SourceText, at: Span): Explained {
  return {
    code: "Y023",
    title: "this line is indented like none of the lines it could belong to",
    at: lineOf(source, at.start),
    help: "align it with the lines it belongs to",
  };
}

/** `desc: a: b`: the second colon makes the value a mapping of its own. */
function colonInValue(source: SourceText, start: number): Explained | undefined {
  const line = lineOf(source, start);
  const colon = /:(?=\s|$)/.exec(source.text.slice(start, line.end));
  if (!colon) return undefined;
  const at = start + colon.index;
  return {
    code: "Y028",
    title: "a colon inside a value makes it a key",
    at: source.span(at, at + 1),
    help: "put the value in quotes, or write it below with > or |",
  };
}

function noKey(source: SourceText, start: number): Explained {
  let at = lineOf(source, start);
  if (source.text.startsWith("- ", at.start)) {
    const said = source.text.slice(at.start + 2, at.end);
    // An outer item stands where it should: it lacks the colon behind its key, or the next line is
    // deeper than that key, which makes it part of the value.
    const isOuter = source.position(at.start).column === 1;
    if (!isOuter) return badIndent(source, at);
    if (/:(\s|$)/.test(said)) return badIndent(source, nextLine(source, at) ?? at);
    at = source.span(at.end - said.trimStart().length, at.end);
  }
  return keyWanted(at);
}

const TIGHT_COLON = 'a key ends with ": ": a blank is missing behind the colon';

function keyWanted(at: Span): Explained {
  const [key] = /^(["']?)\w+\1:(?=\S)(?!\/\/)/.exec(at.source.text.slice(at.start, at.end)) ?? [];
  return key === undefined
    ? {
      code: "Y025",
      title: "a key with a colon is wanted here",
      at,
      help: "is the colon missing, or is a line indented too far?",
    }
    : {
      code: "Y025",
      title: TIGHT_COLON,
      at,
      help: `write a blank behind the colon: ${key} …`,
    };
}

function unexpected(source: SourceText, error: YAMLError, at: Span): Explained {
  if (error.message.endsWith("at node end")) {
    return {
      code: "Y027",
      title: "text follows a value that has ended",
      at: visible(source, at),
      help: "quotes have to enclose the whole value",
    };
  }
  return argumentOfField(source, at.start) ?? nothingToClose(source, error, at) ??
    tightColon(source, at) ?? {
    code: "Y027",
    title: `not valid YAML: ${firstLine(error.message)}`,
    at: visible(source, at),
  };
}

/** `{proc.aname[2]: x}`: within `{}` and `[]` a bracket opens a list, also behind a name. */
function argumentOfField(source: SourceText, start: number): Explained | undefined {
  const before = source.text.slice(Math.max(0, start - MAX_NAME), start);
  const [name] = /[\w.]+$/.exec(before) ?? [];
  const [bracket] = /^\[[^\]"\n]*\]/.exec(source.text.slice(start, start + MAX_NAME)) ?? [];
  if (name === undefined || bracket === undefined) return undefined;
  return {
    code: "Y027",
    title: "a text without quotes cannot have brackets inside {} or []",
    at: source.span(start - name.length, start + bracket.length),
    help: `put it in quotes: "${name}${bracket}"`,
  };
}

/** `[a]]`: one bracket too many. */
function nothingToClose(source: SourceText, error: YAMLError, at: Span): Explained | undefined {
  if (!/unexpected flow-(?:seq|map)-end token/i.test(error.message)) return undefined;
  const bracket = source.text[at.start] ?? "";
  return {
    code: "Y027",
    title: `this ${bracket} closes nothing`,
    at: source.span(at.start, at.start + 1),
    help: "take it away, or put the text that it belongs to in quotes",
  };
}

/** `"key":value`: behind the quote, where a colon alone may stand, it begins a text. */
function tightColon(source: SourceText, { start }: Span): Explained | undefined {
  if (!/^["']:[^\s]/.test(source.text.slice(Math.max(0, start - 1), start + 2))) return undefined;
  return {
    code: "Y025",
    title: TIGHT_COLON,
    at: source.span(start, start + 1),
    help: "write a blank behind the colon",
  };
}

const MAX_NAME = 100;

function firstLine(message: string): string {
  const line = message.split("\n", 1)[0] ?? "";
  return (line.length > 160 ? `${line.slice(0, 160)}…` : line).replace(
    /^[A-Z](?=[a-z ])/,
    (first) => first.toLowerCase(),
  );
}

/** What is there, shortened. */
export function quote(source: SourceText, error: YAMLError): string {
  return JSON.stringify(source.text.slice(error.pos[0], Math.min(error.pos[1], error.pos[0] + 40)));
}

/** Start of the outermost list item that holds `offset`: the last line at or before it that begins with "- ". */
export function itemStart(text: string, offset: number): number {
  const before = offset > 0 ? text.lastIndexOf("\n- ", offset - 1) : -1;
  return before < 0 ? 0 : before + 1;
}

/** The line of an offset, without its indentation. */
function lineOf(source: SourceText, offset: number): Span {
  const start = source.text.lastIndexOf("\n", offset - 1) + 1;
  const content = source.line(source.position(start).line);
  const indent = content.length - content.trimStart().length;
  return source.span(start + indent, start + Math.max(indent, content.trimEnd().length));
}

/** The next line that says something, if it is deeper than the key of the item at `item`. */
function nextLine(source: SourceText, item: Span): Span | undefined {
  const [passed, indent] = /^\r?\n(?:[ ]*\r?\n)*([ ]*)/.exec(source.text.slice(item.end)) ?? [];
  if (passed === undefined || indent === undefined || indent.length < 3) return undefined;
  return lineOf(source, item.end + passed.length);
}

function indentingTab(source: SourceText, offset: number): Span | undefined {
  const start = source.text.lastIndexOf("\n", offset - 1) + 1;
  const blanks = /^ *(?=\t)/.exec(source.text.slice(start, start + MAX_INDENT))?.[0];
  return blanks === undefined
    ? undefined
    : source.span(start + blanks.length, start + blanks.length + 1);
}

/** Farther in, nobody looks for a tab that indents. */
const MAX_INDENT = 200;

/** A place at the end of a line is moved onto its last character, where a caret can be seen. */
function visible(source: SourceText, at: Span): Span {
  let { start, end } = at;
  while (start > 0 && (start >= source.text.length || /\s/.test(source.text[start] ?? ""))) start--;
  if (end <= start) end = start + 1;
  return start === at.start ? at : source.span(start, Math.min(end, start + 1));
}

/** Walks back over closed pairs to the bracket that stayed open; quotes and comments are not looked into. */
function openingBracket(
  source: SourceText,
  open: string,
  close: string,
  end: number,
): Span | undefined {
  const from = itemStart(source.text, Math.max(0, end - 1));
  let closed = 0;
  for (let at = Math.min(end, source.text.length) - 1; at >= from; at--) {
    const character = source.text[at];
    if (character === close) closed++;
    else if (character === open && closed-- === 0) return source.span(at, at + 1);
  }
  return undefined;
}
