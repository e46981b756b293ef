/** Texts whose closing quote is missing: where they open, and how to read on behind them. */
import { type Document, isScalar, visit } from "yaml";

export interface OpenQuote {
  /** Offset of the opening quote. */
  readonly start: number;
  /** Behind the last character that the package took as part of the text. */
  readonly end: number;
}

/** The quoted text that ends at `end`, where the package found its closing quote missing. */
export function quoteEndingAt(document: Document, end: number): OpenQuote | undefined {
  let quotes = quotesByEnd.get(document);
  if (!quotes) quotesByEnd.set(document, quotes = findQuotes(document));
  return quotes.get(end);
}

/** One walk over a document serves all its errors: a hostile file has one at every quote. */
const quotesByEnd = new WeakMap<Document, ReadonlyMap<number, OpenQuote>>();

function findQuotes(document: Document): ReadonlyMap<number, OpenQuote> {
  const quotes = new Map<number, OpenQuote>();
  visit(document, {
    Scalar(_key, node) {
      if (!isScalar(node) || !node.range || !node.type?.startsWith("QUOTE")) return;
      const [start, end] = node.range;
      if (!quotes.has(end)) quotes.set(end, { start, end });
    },
  });
  return quotes;
}

export interface Runaway {
  readonly quote: OpenQuote;
  /** The text of the file, as long as before, with the quote closed at the end of its item. */
  readonly repaired: string;
}

/**
 * A quote that nothing closes runs to the end of the file and hides every item behind it. Closing it
 * where the next outer item begins lets these be read in the same run.
 */
export function runawayQuote(documents: readonly Document[], text: string): Runaway | undefined {
  for (const document of documents) {
    for (const error of document.errors) {
      if (error.code !== "MISSING_CHAR" || !error.message.includes("quote")) continue;
      const quote = quoteEndingAt(document, error.pos[0]);
      if (!quote) continue;
      // Not in the rest of the file: a hostile one has a quote in every line.
      const found = text.slice(quote.start, quote.end + 2).indexOf("\n- ");
      if (found < 0) continue;
      const next = quote.start + found;
      // The last character before the next item becomes the quote; if it is the quote, a blank.
      const last = text[next - 1] === "\r" ? next - 2 : next - 1;
      const mark = last > quote.start ? text[quote.start] : " ";
      const at = Math.max(last, quote.start);
      return { quote, repaired: text.slice(0, at) + mark + text.slice(at + 1) };
    }
  }
  return undefined;
}
