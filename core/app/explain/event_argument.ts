/** The event that a person names on the command line. */
import { type Report, SourceText, type Span } from "../../base/mod.ts";
import { readStrictYaml } from "../../base/yaml.ts";
import type { FieldTable } from "../../field/mod.ts";
import { eventAlone } from "../../given/mod.ts";
import type { EventDocument, EventDocuments } from "../../plugin/mod.ts";
import type { Situation } from "../../replay/mod.ts";
import type { State } from "../../state/mod.ts";
import { kindOf, readText, STANDARD_INPUT } from "../files.ts";
import { type DocumentFile, readDocumentFile } from "./document_file.ts";
import { fileForEvent, tooManyEvents } from "./file_for_event.ts";
import type { Stage } from "./judge.ts";
import { readWrittenEvent } from "./written_event.ts";

export interface EventContext {
  /** Event source of the rule that is to judge it. */
  readonly source: string;
  /** Fields of that source. */
  readonly fields: FieldTable;
  /** Where the events of the source are documents. */
  readonly documents?: EventDocuments | undefined;
  /** A state for an event of a capture; absent: nothing is known but what the capture says. */
  readonly recordedState?: () => Promise<State>;
}

/** `capture.scap#12` */
const CAPTURED = /^(.+\.scap(?:\.gz)?)#(\d+)$/;
/** `audit.log#12` */
const NUMBERED = /^([^{[].*)#(\d+)$/s;
/** `capture.scap`, `capture.scap#last`: no text of an event looks so. */
const CAPTURE_ONLY = /^([^{[\s:@][^\s:]*\.scap(?:\.gz)?)(?:#.*)?$/;

/**
 * The event of `--event`: fields or a document as JSON or YAML, `@file` with such a text, `-` for
 * standard input, a capture or a file of documents and the number of the event in it. `undefined` after
 * reporting what is wrong.
 */
export async function readEventArgument(
  text: string,
  context: EventContext,
  report: Report,
): Promise<Stage | undefined> {
  const { documents } = context;
  // One who reads a file by @ writes it before the number, too.
  const [, path, number] = (documents ? NUMBERED : CAPTURED).exec(text.replace(/^@/, "")) ?? [];
  if (path === undefined) {
    const [, capture] = CAPTURE_ONLY.exec(text) ?? [];
    if (capture !== undefined) return refuseWithoutNumber(text, capture, report);
    const file = fileForEvent(text, documents);
    if (file) return void report.add(file);
    return readDescribed(text, context, report);
  }
  if (!documents) return await readCaptured(path, Number(number), context, report);
  const source = readText(path, report);
  if (!source) return undefined;
  const { events, problem } = readDocumentFile(source.text, documents);
  const found = chosenOf(source, { events, problem, number: Number(number) }, report)?.[0];
  // Who counts lines would take the event for another one.
  if (found && problem !== undefined) {
    report.add({
      code: "G011",
      severity: "warning",
      title: `"${source.name}": ${problem}`,
      help: "events are counted without what is none, as falcod replay does",
    });
  }
  return found && (() => eventAlone(found.event));
}

function refuseWithoutNumber(text: string, capture: string, report: Report): undefined {
  if (kindOf(capture) === "missing") {
    report.add({
      code: "C001",
      title: `cannot read "${capture}": there is no such file`,
      help: "is the name right?",
    });
    return;
  }
  report.add({
    code: "G010",
    title: `"${text}" names no event: the number of one is wanted behind a capture`,
    help: `write ${capture}#12; falcod replay ${capture} --fields evt.num,evt.type shows all`,
  });
}

/**
 * Events of a file of documents: all of them, or one by its number, from 1. `undefined` after reporting
 * what is wrong.
 */
export function eventsIn(
  source: SourceText,
  { documents, number, at }: {
    readonly documents: EventDocuments;
    readonly number: number | undefined;
    /** Where the file is named. */
    readonly at?: Span | undefined;
  },
  report: Report,
): readonly EventDocument[] | undefined {
  const found = readDocumentFile(source.text, documents);
  return chosenOf(source, { ...found, number, at }, report);
}

function chosenOf(
  source: SourceText,
  { events, problem, number, at }: DocumentFile & {
    readonly number: number | undefined;
    readonly at?: Span | undefined;
  },
  report: Report,
): readonly EventDocument[] | undefined {
  const wanted = number === undefined ? undefined : events[number - 1];
  if (wanted) return [wanted];
  const count = `it has ${events.length} ${events.length === 1 ? "event" : "events"}`;
  if (number !== undefined && events.length > 0) {
    const help = problem === undefined ? count : `${count} that can be read; ${problem}`;
    report.add({ code: "G010", title: `"${source.name}" has no event ${number}`, at, help });
    return undefined;
  }
  if (problem !== undefined || events.length === 0) {
    report.add({
      code: "G011",
      title: `"${source.name}": ${problem ?? "there is no event in it"}`,
      at,
      help: `events are JSON objects, one after the other or in lists; ${count} that can be read`,
    });
    return undefined;
  }
  return events;
}

/** How often explaining sets the stage. */
const SETTINGS = 3;

/** The stage is set as often as it is wanted, beforehand: reading takes its time. */
async function readCaptured(
  path: string,
  number: number,
  { recordedState }: EventContext,
  report: Report,
): Promise<Stage | undefined> {
  const { situationAt } = await import("../../replay/mod.ts");
  const situations: Situation[] = [];
  for (let time = 0; time < SETTINGS; time++) {
    const situation = await situationAt(path, number, await recordedState?.());
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
  const several = text.startsWith("@") && tooManyEvents(source, context.documents);
  if (several) return void report.add(several);
  const [document, second] = readStrictYaml(source, report);
  if (second) {
    report.add({
      code: "G001",
      title: "an event is one mapping of fields to values, and here begins a second",
      at: second.root.span,
      help: "give one event",
    });
  }
  const nodes = document ? [document.root] : [];
  const stage = readWrittenEvent(nodes, { ...context, at: source.all }, report);
  return report.hasErrors ? undefined : stage;
}
