/** Files of events that are documents, as a replay takes them: a line that is none does not end the file. */
import type { EventDocument, EventDocuments } from "../../plugin/mod.ts";

export interface DocumentFile {
  /** In order; they are numbered as in a replay. */
  readonly events: readonly EventDocument[];
  /** What is wrong with the file, with the line where lines are events: a sentence without a full stop. */
  readonly problem: string | undefined;
}

export function readDocumentFile(text: string, documents: EventDocuments): DocumentFile {
  const whole = documents.read(text);
  if (whole.problems.length === 0) return { events: whole.events, problem: undefined };
  const lines = text.split("\n");
  const unusable = new Map<number, string>();
  for (const [index, line] of lines.entries()) {
    if (line.trim() === "") continue;
    const { events, problems } = documents.read(line);
    if (events.length === 0 && problems.length > 0) unusable.set(index, problems[0]!);
  }
  const rest = documents.read(
    lines.map((line, index) => unusable.has(index) ? "" : line).join("\n"),
  );
  const [first] = unusable;
  // Events over several lines are lost when each line is looked at by itself.
  if (!first || rest.events.length === 0 || rest.events.length < whole.events.length) {
    return { events: whole.events, problem: whole.problems[0] };
  }
  const [index, problem] = first;
  const more = unusable.size > 1 ? ` (and ${unusable.size - 1} more)` : "";
  return { events: rest.events, problem: `line ${index + 1} cannot be used: ${problem}${more}` };
}
