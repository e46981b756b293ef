/** What falcod tells a person about their input: collected as values, rendered once at the end. */
import type { Span } from "./text.ts";

export type Severity = "error" | "warning" | "info";

/** A secondary place: where a macro was used, where the first definition stands. */
export interface Note {
  readonly message: string;
  readonly at?: Span | undefined;
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
  /** Outermost first: the chain through macros and lists, or the other place of a conflict. */
  readonly notes?: readonly Note[] | undefined;
}

/** Longest title, and longest help or note, in UTF-16 units: they quote what may be megabytes. */
const MAX_TITLE = 500, MAX_TEXT = 1000;

/**
 * Collects diagnostics so that one run shows all. Bounded: further ones are only counted, and long
 * texts are cut.
 */
export class Report {
  readonly #diagnostics: Diagnostic[] = [];
  #suppressed = 0;

  constructor(readonly limit = 1000) {}

  add(diagnostic: Omit<Diagnostic, "severity"> & { readonly severity?: Severity }): void {
    if (this.#diagnostics.length >= this.limit) {
      this.#suppressed++;
      return;
    }
    const { title, help, notes } = diagnostic;
    this.#diagnostics.push({
      severity: "error",
      ...diagnostic,
      title: cut(title, MAX_TITLE),
      help: help && cut(help, MAX_TEXT),
      notes: notes?.map((note) => ({ ...note, message: cut(note.message, MAX_TEXT) })),
    });
  }

  get diagnostics(): readonly Diagnostic[] {
    return this.#diagnostics;
  }

  /** How many were not kept because `limit` was reached. */
  get suppressed(): number {
    return this.#suppressed;
  }

  /** How many were added in all: unchanged, nothing was found in between. */
  get count(): number {
    return this.#diagnostics.length + this.#suppressed;
  }

  get hasErrors(): boolean {
    return this.#diagnostics.some((diagnostic) => diagnostic.severity === "error");
  }
}

/** The beginning and the end: a title says what it means behind what it quotes. */
function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const half = limit >> 1;
  return `${text.slice(0, half)}…${text.slice(-half)}`.toWellFormed();
}
