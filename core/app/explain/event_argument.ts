/** The event that a person names on the command line. */
import { type Report, SourceText } from "../../base/mod.ts";
import { readYaml } from "../../base/yaml.ts";
import type { FieldTable } from "../../field/mod.ts";
import { eventOf, readGiven } from "../../given/mod.ts";
import { readText } from "../files.ts";
import type { Stage } from "./judge.ts";

export interface EventContext {
  /** Event source of the rule that is to judge it. */
  readonly source: string;
  /** Fields of that source. */
  readonly fields: FieldTable;
}

/** `capture.scap#12` */
const CAPTURED = /\.scap(?:\.gz)?#\d+$/;
const STANDARD_INPUT = "/dev/stdin";

/**
 * The event of `--event`: fields as JSON or YAML, `@file` with such a text, `-` for standard input.
 * `undefined` after reporting what is wrong.
 */
export function readEventArgument(
  text: string,
  context: EventContext,
  report: Report,
): Stage | undefined {
  if (CAPTURED.test(text)) {
    report.add({
      code: "G010",
      title: `events of capture files cannot be explained yet: "${text}"`,
      help: "give the event's fields as JSON, or in a file as @event.json",
    });
    return undefined;
  }
  const source = text === "-"
    ? readText(STANDARD_INPUT, report)
    : text.startsWith("@")
    ? readText(text.slice(1), report)
    : new SourceText("<event>", text);
  if (!source) return undefined;
  const [document, second] = readYaml(source, report);
  if (second) {
    report.add({
      code: "G001",
      title: "an event is one mapping of fields to values, and here begins a second",
      at: second.root.span,
      help: "give one event",
    });
  }
  const nodes = document ? [document.root] : [];
  const given = readGiven(nodes, { ...context, at: source.all }, report);
  return given && !report.hasErrors ? () => eventOf(given) : undefined;
}
