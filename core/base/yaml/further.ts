/**
 * What else is wrong with an item of which one mistake was told.
 *
 * Behind a mistake the package may take anything for another one. So the item is repaired as the message
 * says, and read again by itself; then the next mistake is one, or the repair was not what was meant. Only
 * an item that is right in the end has had those mistakes and no others. Of any other nothing is said.
 */
import { type Document, isMap, isSeq, type Node, type YAMLError } from "yaml";
import { Report } from "../diagnostic.ts";
import { runSteps } from "../steps.ts";
import { SourceText, type Span } from "../text.ts";
import { YamlBuilder } from "./builder.ts";
import { compose } from "./compose.ts";
import { explain, type Explained } from "./errors.ts";
import { YAML_LIMITS } from "./limits.ts";
import { partAround } from "./part.ts";
import { type Edit, repairsOf } from "./repair.ts";

/** Items are short, and those with mistakes few; garbage is neither. */
const MAX_SIZE = 8192, MAX_ITEMS = 20, MAX_MISTAKES = 8;
/** Characters that are read again for a file, in all. */
const MAX_READ = 400_000;

/** Of one file: is given what was told, and finds what else is to be. */
export class FurtherMistakes {
  #items = 0;
  #read = 0;

  constructor(readonly source: SourceText) {}

  of(first: Explained, { contents }: Document): readonly Explained[] {
    const { source } = this;
    if (!first.at || !isSeq(contents) && !isMap(contents)) return [];
    if (++this.#items > MAX_ITEMS) return [];
    const { start, end } = partAround(source.text, first.at.start, {
      isList: isSeq(contents),
      mostSize: MAX_SIZE,
    });
    if (end - start > MAX_SIZE) return [];
    const told: Explained[] = [];
    let guesses = 0;
    const lines = new Set<number>();
    let attempt = this.#attempt(Piece.of(source, start, end));
    for (let round = 0; attempt?.error; round++) {
      if (round === MAX_MISTAKES) return [];
      const { piece, error, document } = attempt;
      const found = piece.inFile(explain(piece.source, document, error));
      if (!found.at || round === 0 && !isSame(found, first)) return [];
      // Of a line one mistake is told; the others show when that is repaired.
      const { line } = source.position(found.at.start);
      if (!lines.has(line)) told.push(found);
      lines.add(line);
      if (!isOfOneWord(found) || line === source.position(start).line) guesses++;
      attempt = this.#repaired(attempt);
    }
    if (!attempt) return [];
    const isTold = (at: Span) => {
      const { line } = source.position(at.start);
      return lines.has(line) || /^ *\t/.test(source.line(line));
    };
    // Of two items, the one that was told may be the one that stands in a wrong column.
    const others = dashesIn(attempt).filter(({ at, notes = [] }) =>
      ![at, ...notes.map((note) => note.at)].some((place) => place && isTold(place))
    );
    // Where another line was moved, or a bracket put, one may look wrong that is not.
    const sure = told.slice(1).filter(({ code }) => code !== "Y023" || guesses === 1);
    return [...sure, ...others].sort((a, b) => a.at!.start - b.at!.start);
  }

  /** By the repair after which most can be read. */
  #repaired({ piece, error, document }: Attempt): Attempt | undefined {
    if (!error) return undefined;
    const found = explain(piece.source, document, error);
    let best: Attempt | undefined;
    for (const edits of repairsOf(piece.source, found, error)) {
      const attempt = this.#attempt(piece.edited(edits));
      if (!attempt) continue;
      if (!best || reach(attempt) > reach(best)) best = attempt;
      if (!best.error) break;
    }
    return best;
  }

  #attempt(piece: Piece): Attempt | undefined {
    this.#read += piece.source.text.length;
    if (this.#read > MAX_READ) return undefined;
    const report = new Report();
    const { source } = piece;
    const documents = runSteps(compose(source, source.text, report, YAML_LIMITS));
    const [document] = documents;
    if (!document || documents.length > 1 || report.hasErrors) return undefined;
    const [error] = [...document.errors].sort((a, b) => a.pos[0] - b.pos[0]);
    return { piece, document, error };
  }
}

interface Attempt {
  readonly piece: Piece;
  readonly document: Document;
  readonly error: YAMLError | undefined;
}

function isSame(found: Explained, first: Explained): boolean {
  return found.code === first.code && found.at?.start === first.at?.start;
}

/** Whatever was meant there, it is no matter of columns and of what belongs to what. */
function isOfOneWord({ code }: Explained): boolean {
  return code === "Y024" || code === "Y025" || code === "Y026" || code === "Y028";
}

function reach({ piece, error }: Attempt): number {
  return error ? piece.originOf(error.pos[0]) : Infinity;
}

/** Right YAML, told where all is right only: what is broken may have moved a line. */
function dashesIn({ piece, document }: Attempt): Explained[] {
  const report = new Report();
  const { contents } = document;
  new YamlBuilder(piece.source, report, YAML_LIMITS, []).document(contents as Node | null, 0);
  return report.diagnostics.filter(({ code }) => code === "Y030").map((one) => piece.inFile(one));
}

/** A part of the file as a text of its own, repaired here and there. */
class Piece {
  private constructor(
    readonly file: SourceText,
    readonly source: SourceText,
    /** Of each character, and the end. */
    readonly origins: readonly number[],
  ) {}

  static of(file: SourceText, start: number, end: number): Piece {
    const source = new SourceText(file.name, file.text.slice(start, end));
    return new Piece(file, source, Array.from({ length: end - start + 1 }, (_, at) => start + at));
  }

  /** The edits in the order of their places. */
  edited(edits: readonly Edit[]): Piece {
    const { text } = this.source;
    const origins: number[] = [];
    let out = "", done = 0;
    for (const { start, end, text: put } of edits) {
      out += text.slice(done, start) + put;
      origins.push(...this.origins.slice(done, start));
      for (let at = 0; at < put.length; at++) origins.push(this.originOf(start));
      done = end;
    }
    origins.push(...this.origins.slice(done));
    return new Piece(this.file, new SourceText(this.file.name, out + text.slice(done)), origins);
  }

  originOf(offset: number): number {
    return this.origins[Math.min(offset, this.origins.length - 1)] ?? 0;
  }

  inFile(found: Explained): Explained {
    const span = ({ start, end }: Span) => this.file.span(this.originOf(start), this.originOf(end));
    return {
      ...found,
      ...found.at && { at: span(found.at) },
      ...found.notes && {
        notes: found.notes.map((note) => ({ ...note, ...note.at && { at: span(note.at) } })),
      },
    };
  }
}
