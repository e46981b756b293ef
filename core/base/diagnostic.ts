/** What falcod tells a person about their input: collected as values, rendered once at the end. */
import { hideQuotes, hideSecretsOfLine } from "./hide_secrets.ts";
import { type SourceText, type Span, toFile } from "./text.ts";

export type Severity = "error" | "warning" | "info";

/** A secondary place: where a macro was used, where the first definition stands. */
export interface Note {
  readonly message: string;
  readonly at?: Span | undefined;
}

/** What is said of many things in the same words. */
export interface DiagnosticGroup {
  /** The same for all of the group. */
  readonly key: string;
  /** Stands for the titles of so many. */
  readonly title: (count: number) => string;
}

export interface Diagnostic {
  /** Stable code; its meaning never changes. `Y` YAML, `F` conditions, `R` rule files, `C` falco.yaml. */
  readonly code: string;
  readonly severity: Severity;
  /** One line: what was found and what was wanted; quotes the user's text. */
  readonly title: string;
  readonly at?: Span | undefined;
  /** What to do about it. */
  readonly help?: string | undefined;
  /** Text for people shows those of one group as one. */
  readonly group?: DiagnosticGroup | undefined;
  /** Outermost first: the chain through macros and lists, or the other place of a conflict. */
  readonly notes?: readonly Note[] | undefined;
}

/** Longest title, and longest help or note, in UTF-16 units: they quote what may be megabytes. */
const MAX_TITLE = 500, MAX_TEXT = 1000;

/** A diagnostic to be; what takes time to find out is asked for only where it is kept. */
export type Finding = Omit<Diagnostic, "severity" | "help"> & {
  /** `error` unless given. */
  readonly severity?: Severity;
  readonly help?: string | undefined | (() => string | undefined);
};

/**
 * Collects diagnostics so that one run shows all. Bounded: further ones are only counted, and long
 * texts are cut. Warnings, however many, leave room for as many errors.
 */
export class Report {
  readonly #diagnostics: Diagnostic[] = [];
  #errors = 0;
  #others = 0;
  #suppressed = 0;

  /** Keeps so many errors, and so many others. */
  constructor(readonly limit = 1000, readonly otherLimit = limit) {}

  add(finding: Finding): void {
    const { severity = "error" } = finding;
    const isFull = severity === "error"
      ? ++this.#errors > this.limit
      : ++this.#others > this.otherLimit;
    if (isFull) {
      this.#suppressed++;
      return;
    }
    this.#diagnostics.push(diagnosticOf(finding));
  }

  /** Has an error stand where a warning was told, of which has turned out what comes of it. */
  makeError(warning: Diagnostic, notes: readonly Note[]): Diagnostic {
    const index = this.#diagnostics.indexOf(warning);
    const error = diagnosticOf({ ...warning, severity: "error", notes });
    this.#diagnostics[index] = error;
    if (warning.severity !== "error") {
      this.#others--;
      this.#errors++;
    }
    return error;
  }

  /** For a part of the input: keeps no more than there is still room for here. */
  part(): Report {
    const left = Math.max(0, this.limit - this.#errors);
    return new Report(left, Math.max(0, this.otherLimit - this.#others));
  }

  /** Adds what a part has reported; `choose` may change a diagnostic or leave it out. */
  absorb(part: Report, choose = (found: Diagnostic): Diagnostic | undefined => found): void {
    for (const found of part.diagnostics) {
      const chosen = choose(found);
      if (chosen) this.add(chosen);
    }
    this.#suppressed += part.suppressed;
  }

  get diagnostics(): readonly Diagnostic[] {
    return this.#diagnostics;
  }

  /** How many were not kept because `limit` was reached. */
  get suppressed(): number {
    return this.#suppressed;
  }

  /** All that were added, also those that were not kept. */
  get count(): number {
    return this.#errors + this.#others;
  }

  /** Whether warnings are only counted from now on. */
  get isFullOfWarnings(): boolean {
    return this.#others >= this.otherLimit;
  }

  /** Also when none of them was kept. */
  get hasErrors(): boolean {
    return this.#errors > 0;
  }
}

function diagnosticOf(finding: Finding): Diagnostic {
  const { severity = "error", title, at, help, notes } = finding;
  const helpText = typeof help === "function" ? help() : help;
  const quoting = quotingOf(at);
  return {
    ...finding,
    severity,
    title: quoting(cut(title, MAX_TITLE)),
    help: helpText && quoting(cut(helpText, MAX_TEXT)),
    notes: notes?.map((note) => ({ ...note, message: cut(note.message, MAX_TEXT) })),
  };
}

/** Of a line, which may be megabytes, so much to both sides of what is meant. */
const MAX_BESIDE = 2048;

/** Takes out of what is said of a place what nobody is to see of its line: logs and alerts have it, too. */
function quotingOf(at: Span | undefined): (said: string) => string {
  const place = at && toFile(at);
  if (!place) return (said) => said;
  const { line: number, column } = place.source.position(place.start);
  const from = Math.max(0, column - 1 - MAX_BESIDE);
  const line = place.source.line(number).slice(from, column + MAX_BESIDE);
  const shown = hideSecretsOfLine(
    place.source.quotableLine(number).slice(from, column + MAX_BESIDE),
  );
  return (said) => hideQuotes(said, line, shown);
}

/**
 * As they are shown to people: of a group of several only the first is there, with the title of the
 * group.
 */
export function grouped(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const counts = new Map<string, number>();
  for (const { group } of diagnostics) {
    if (group) counts.set(group.key, (counts.get(group.key) ?? 0) + 1);
  }
  if (counts.size === 0) return diagnostics;
  return diagnostics.flatMap((found) => {
    const { group } = found;
    if (!group) return [found];
    const count = counts.get(group.key);
    counts.delete(group.key);
    if (count === undefined) return [];
    return [count === 1 ? found : { ...found, title: group.title(count) }];
  });
}

/** The beginning and the end: a title says what it means behind what it quotes. */
function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const half = limit >> 1;
  return `${text.slice(0, half)}…${text.slice(-half)}`.toWellFormed();
}

/**
 * What has no place first, then file by file in the order they were met, each from its beginning: a
 * condition is a text of its own, and yet a part of its file.
 */
export function inFileOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const placed = diagnostics.map((found) => ({ found, at: found.at && toFile(found.at) }));
  const sources = new Map<SourceText, number>();
  for (const { at } of placed) {
    if (at && !sources.has(at.source)) sources.set(at.source, sources.size);
  }
  const rank = (at: Span | undefined) => at ? sources.get(at.source)! : -1;
  return placed
    .toSorted(({ at: a }, { at: b }) => rank(a) - rank(b) || (a?.start ?? 0) - (b?.start ?? 0))
    .map(({ found }) => found);
}
