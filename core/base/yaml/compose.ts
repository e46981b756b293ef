/** Text to the package's documents, within limits. */
import { Composer, type CST, type Document, Lexer, Parser } from "yaml";
import type { Report } from "../diagnostic.ts";
import type { Steps } from "../steps.ts";
import type { SourceText } from "../text.ts";
import type { YamlLimits } from "./limits.ts";
import { RareTokens } from "./rare.ts";

/** Lexemes, some µs each, between two steps. */
const LEXEMES_IN_A_ROW = 1024;

/** Each takes the package as long as a hundred characters; nobody is told of so many. */
const MAX_ERRORS = 10_000;

/** `text` is that of the source, or as long and repaired. A document is composed in one step. */
export function* compose(
  source: SourceText,
  text: string,
  report: Report,
  limits: YamlLimits,
): Steps<Document[]> {
  if (text.length > limits.sizeBytes) {
    const size = (text.length / (1 << 20)).toFixed(1);
    report.add({
      code: "Y003",
      title: `file has ${size} MiB; at most ${limits.sizeBytes / (1 << 20)} MiB are read`,
      at: source.span(0, 0),
      help: "split it into several files",
    });
    return [];
  }
  const tokens = yield* tokenize(source, text, report, limits);
  if (!tokens) return [];
  const composer = new Composer({
    schema: "failsafe",
    // `!!binary` and the like mean nothing here.
    resolveKnownTags: false,
    keepSourceTokens: true,
    prettyErrors: false,
    strict: true,
    stringKeys: false,
    // Found while building, where both places are at hand.
    uniqueKeys: false,
    logLevel: "silent",
  });
  const keepError: (...error: unknown[]) => void = composer["onError"];
  let errors = 0;
  composer["onError"] = (...error: unknown[]) => {
    if (++errors <= MAX_ERRORS) keepError(...error);
  };
  const documents: Document[] = [];
  let strays = 0;
  for (const token of tokens) {
    const isStray = !OF_STREAM.has(token.type);
    if (isStray && ++strays > MAX_ERRORS) continue;
    documents.push(...composer.next(token) as Iterable<Document>);
    if (token.type === "document" || isStray && strays % LEXEMES_IN_A_ROW === 0) yield;
  }
  documents.push(...composer.end() as Iterable<Document>);
  return documents;
}

/** What may stand in a stream; anything else is an error each. */
const OF_STREAM: ReadonlySet<CST.Token["type"]> = new Set(
  [
    "byte-order-mark",
    "comment",
    "directive",
    "doc-end",
    "document",
    "newline",
    "space",
  ] as const,
);

/** Syntax tokens, or nothing when a limit was passed: composing recurses as deep as the file nests. */
function* tokenize(
  source: SourceText,
  text: string,
  report: Report,
  limits: YamlLimits,
): Steps<CST.Token[] | undefined> {
  const lexemes = yield* lexemesOf(source, text, report, limits);
  if (!lexemes) return undefined;
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  for (const [index, lexeme] of lexemes.entries()) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (index % LEXEMES_IN_A_ROW === 0) yield;
  }
  tokens.push(...parser.end());
  const deep = deepToken(tokens, limits.depth);
  if (deep === undefined) return tokens;
  reportDepth(source, deep, report, limits);
  return undefined;
}

/** Nothing when a limit was passed. The parser takes ten times as long, so all are looked at first. */
function* lexemesOf(
  source: SourceText,
  text: string,
  report: Report,
  limits: YamlLimits,
): Steps<readonly string[] | undefined> {
  const lexemes: string[] = [];
  const rare = new RareTokens();
  let offset = 0, flowDepth = 0, compactDepth = 0;
  for (const lexeme of new Lexer().lex(text)) {
    const first = lexeme.charCodeAt(0);
    if (lexeme.length === 1) {
      if (first === 0x5b || first === 0x7b) flowDepth++; // [ {
      else if (first === 0x5d || first === 0x7d) flowDepth--; // ] }
      else if (first === 0x2d || first === 0x3f) compactDepth++; // - ?
      else if (first === 0x3a && flowDepth <= 0) compactDepth++; // :
    }
    if (first === 0x0a || first === 0x0d) compactDepth = 0;
    // Compact nesting (`- - - x`) and flow nesting show here, before the parser stacks them up.
    if (flowDepth > limits.depth || compactDepth > limits.depth) {
      reportDepth(source, offset, report, limits);
      return undefined;
    }
    rare.add(lexeme);
    const problem = lexemes.push(lexeme) > limits.tokens
      ? `more than ${limits.tokens} YAML tokens`
      : rare.count > limits.rareTokens
      ? `more than ${limits.rareTokens} documents, anchors, tags, wrong brackets and escapes`
      : undefined;
    if (problem !== undefined) {
      report.add({
        code: "Y004",
        title: `file has ${problem}`,
        at: source.span(offset, offset),
        help: "split it into several files",
      });
      return undefined;
    }
    if (lexemes.length % LEXEMES_IN_A_ROW === 0) yield;
    // Document, mode and error marks of the lexer are no characters of the file.
    if (first !== 0x02 && first !== 0x18 && first !== 0x1f) offset += lexeme.length;
  }
  return lexemes;
}

function reportDepth(source: SourceText, offset: number, report: Report, limits: YamlLimits): void {
  report.add({
    code: "Y005",
    title: `nested more than ${limits.depth} levels deep`,
    at: source.span(offset, offset),
    help: "rule files need about seven levels; is a bracket or a dash repeated by mistake?",
  });
}

/** Offset of a token nested deeper than `limit`. Uses no recursion: that is what it guards. */
function deepToken(tokens: readonly CST.Token[], limit: number): number | undefined {
  const open: [CST.Token, number][] = tokens.map((token) => [token, 0]);
  for (let next = open.pop(); next; next = open.pop()) {
    const [token, depth] = next;
    if (depth > limit) return token.offset;
    if (token.type === "document") {
      if (token.value) open.push([token.value, depth]);
    } else if ("items" in token) {
      for (const item of token.items) {
        if (item.key) open.push([item.key, depth + 1]);
        if (item.value) open.push([item.value, depth + 1]);
      }
    }
  }
  return undefined;
}
