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
  /** The text of the file, as long as before, with nothing from the quote to the end of its item. */
  readonly repaired: string;
}

/**
 * A quote that nothing closes runs to the end of the file and hides every item behind it. Without
 * it, and what follows in its item, these can be read in the same run.
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
      // Its lines stay, and say nothing: what is in them may be text, or not.
      const rest = text.slice(quote.start + 1, next).replace(/[^\r\n]/g, " ");
      return { quote, repaired: `${text.slice(0, quote.start)}x${rest}${text.slice(next)}` };
    }
  }
  return undefined;
}
