/** What need not be told of a configuration, since its cause has been. */
import { type Diagnostic, type Report, type Span, toFile } from "../../base/mod.ts";

/** Asked once of everything that is found. */
export type IsConsequence = (found: Diagnostic) => boolean;

export function anyOf(
  conditions: readonly (IsConsequence | undefined)[],
): IsConsequence | undefined {
  const given = conditions.filter((condition) => condition !== undefined);
  if (given.length === 0) return undefined;
  return (found) => given.some((condition) => condition(found));
}

/** That keys are missing in what nobody could read, and what its broken lines seem to say. */
export function consequencesOf(told: readonly Diagnostic[]): IsConsequence | undefined {
  const errors = told.filter(({ severity }) => severity === "error");
  if (errors.length === 0) return undefined;
  const lines = new Set(errors.flatMap(({ code, at, notes = [] }) => {
    if (!at) return [];
    if (code !== "Y023") return [lineOf(at)];
    // A line in a wrong column may become part of the value before it, and those beside it look odd.
    return [lineOf(at), lineOf(at, -1), ...notes.map((note) => note.at && lineOf(note.at))];
  }));
  return ({ code, at }) =>
    code === "C013" || code === "C017" ||
    at !== undefined && (lines.has(lineOf(at)) || errors.some((error) => isIn(at, error.at)));
}

/** What a mapping lacks may be what stands in its broken line. */
function isIn(whole: Span, part: Span | undefined): boolean {
  return part !== undefined && part.source.name === whole.source.name &&
    whole.start <= part.start && part.end <= whole.end;
}

/**
 * What is told beside a variable that is not set. Where it is an error, falcod does not run without
 * the variable: then that is the error, and what comes of it a note.
 */
export function consequencesOfUnset(report: Report): IsConsequence | undefined {
  const unset = new Map<string, Diagnostic>();
  for (const told of report.diagnostics) {
    const start = told.code === "C033" && startOf(told.at);
    if (start && !unset.has(start)) unset.set(start, told);
  }
  if (unset.size === 0) return undefined;
  return ({ severity, at, title }) => {
    const start = startOf(at);
    const cause = start && unset.get(start);
    if (!start || !cause) return false;
    if (severity === "error") {
      const notes = [...cause.notes ?? [], { message: title }];
      unset.set(start, report.makeError(cause, notes));
    }
    return true;
  };
}

/** In the file, also of what is wrong within a text of it. */
function startOf(at: Span | undefined): string | undefined {
  if (!at) return undefined;
  const { source, start } = toFile(at);
  return `${source.name}:${start}`;
}

function lineOf({ source, start }: Span, away = 0): string {
  return `${source.name}:${source.position(start).line + away}`;
}
