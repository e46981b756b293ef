/** Of what a reload finds that which is new: what stands since before would bury it. */
import { type Diagnostic, type Report, toFile } from "../base/mod.ts";
import type { Logger } from "../plugin/mod.ts";
import { counted } from "./count.ts";
import { countWarnings } from "./report.ts";

/** What is to be shown of a report. */
export type Findings = Pick<Report, "diagnostics" | "suppressed">;

export interface Retold extends Findings {
  /** Warnings that were told before, as people see them. */
  readonly standing: number;
}

export class FreshFindings {
  /** How often each was found; places are not in it, they move. */
  #known: ReadonlyMap<string, number>;

  /** `told`: what the start had to say. */
  constructor(told: Findings) {
    this.#known = occurrences(told.diagnostics);
  }

  /**
   * Errors count as new each time: they are why a reload is refused. One that was refused may not have
   * come to all warnings, so those from before it are not forgotten; `isTaken` says that it was not.
   */
  of({ diagnostics, suppressed }: Findings, { isTaken }: { readonly isTaken: boolean }): Retold {
    const left = new Map(this.#known);
    const standing: Diagnostic[] = [];
    const fresh = diagnostics.filter((found) => {
      if (found.severity === "error") return true;
      const key = keyOf(found);
      const times = left.get(key) ?? 0;
      if (times === 0) return true;
      left.set(key, times - 1);
      standing.push(found);
      return false;
    });
    const found = occurrences(diagnostics);
    this.#known = isTaken ? found : most(this.#known, found);
    return { diagnostics: fresh, suppressed, standing: countWarnings(standing) };
  }
}

/** In place of what is not shown again. */
export function tellStanding({ standing }: Retold, log: Logger): void {
  if (standing === 0) return;
  log.info(
    `${counted(standing, "warning")} told before still ${standing === 1 ? "holds" : "hold"}`,
  );
}

function occurrences(diagnostics: readonly Diagnostic[]): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  for (const found of diagnostics) {
    if (found.severity === "error") continue;
    const key = keyOf(found);
    times.set(key, (times.get(key) ?? 0) + 1);
  }
  return times;
}

/** Of each as often as in the one where there are more. */
function most(one: ReadonlyMap<string, number>, other: ReadonlyMap<string, number>) {
  const times = new Map(one);
  for (const [key, count] of other) times.set(key, Math.max(count, times.get(key) ?? 0));
  return times;
}

/** Of a line, which may be megabytes. */
const MAX_LINE = 200;

/** What was found, and in which line of which file, whatever the number of that is by now. */
function keyOf({ code, severity, title, help, notes = [], at }: Diagnostic): string {
  const place = at && toFile(at);
  const { line } = place?.source.position(place.start) ?? {};
  const text = line === undefined ? "" : place!.source.shownLine(line).trim().slice(0, MAX_LINE);
  // Notes may name lines by number.
  const more = notes.map(({ message }) => message.replace(/:\d+(?=\W|$)/g, ""));
  return JSON.stringify([code, severity, title, help, more, place?.source.name, text]);
}
