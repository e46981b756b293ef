/** The event that a person names on the command line. */
import { type Report, SourceText } from "../../base/mod.ts";
import { readYaml } from "../../base/yaml.ts";
import type { FieldTable } from "../../field/mod.ts";
import { eventOf, readGiven } from "../../given/mod.ts";
import { readText, STANDARD_INPUT } from "../files.ts";
import type { Situation } from "../../replay/mod.ts";
import type { Stage } from "./judge.ts";

export interface EventContext {
  /** Event source of the rule that is to judge it. */
  readonly source: string;
  /** Fields of that source. */
  readonly fields: FieldTable;
}

/** `capture.scap#12` */
const CAPTURED = /^(.+\.scap(?:\.gz)?)#(\d+)$/;

/**
 * The event of `--event`: fields as JSON or YAML, `@file` with such a text, `-` for standard input, a
 * capture and the number of the event in it. `undefined` after reporting what is wrong.
 */
export async function readEventArgument(
  text: string,
  context: EventContext,
  report: Report,
): Promise<Stage | undefined> {
  const [, path, number] = CAPTURED.exec(text) ?? [];
  return path === undefined
    ? readDescribed(text, context, report)
    : await readCaptured(path, Number(number), report);
}

/** How often explaining sets the stage. */
const SETTINGS = 3;

/** The stage is set as often as it is wanted, beforehand: reading takes its time. */
async function readCaptured(
  path: string,
  number: number,
  report: Report,
): Promise<Stage | undefined> {
  const { situationAt } = await import("../../replay/mod.ts");
  const situations: Situation[] = [];
  for (let time = 0; time < SETTINGS; time++) {
    const situation = await situationAt(path, number);
    if (situation) situations.push(situation);
  }
  if (situations.length > 0) {
    return () => situations.length > 1 ? situations.pop()! : situations[0]!;
  }
  report.add({
    code: "G010",
    title: `capture "${path}" has no event ${number} that rules see`,
    help: `falcod replay ${path} --fields evt.num,evt.type shows all`,
  });
  return undefined;
}

/** As `readEventArgument`, but for captures. */
export function readDescribed(
  text: string,
  context: EventContext,
  report: Report,
): Stage | undefined {
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
