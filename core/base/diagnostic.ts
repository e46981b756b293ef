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

/** Collects diagnostics so that one run shows all. Bounded: further ones are only counted. */
export class Report {
  readonly #diagnostics: Diagnostic[] = [];
  #suppressed = 0;

  constructor(readonly limit = 1000) {}

  add(diagnostic: Omit<Diagnostic, "severity"> & { readonly severity?: Severity }): void {
    if (this.#diagnostics.length >= this.limit) {
      this.#suppressed++;
      return;
    }
    this.#diagnostics.push({ severity: "error", ...diagnostic });
  }

  get diagnostics(): readonly Diagnostic[] {
    return this.#diagnostics;
  }

  /** How many were not kept because `limit` was reached. */
  get suppressed(): number {
    return this.#suppressed;
  }

  get hasErrors(): boolean {
    return this.#diagnostics.some((diagnostic) => diagnostic.severity === "error");
  }
}
