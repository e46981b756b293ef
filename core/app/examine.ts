/** One condition looked at by itself: what `falcod filter` answers, as text and to programs. */
import { type Diagnostic, Report, SourceText } from "../base/mod.ts";
import { eventNamesOf } from "../event/mod.ts";
import type { BytesFormat, FieldTable } from "../field/mod.ts";
import {
  checkCondition,
  type Condition,
  eventTypesOf,
  expandCondition,
  type Names,
  parseCondition,
  printCondition,
  readableParts,
  tellsEventTypes,
} from "../filter/mod.ts";
import { lintCondition } from "../rule/mod.ts";
import type { ContainerSettings } from "./config/container_engines.ts";
import { jsonText } from "./json.ts";
import { plainDiagnostics } from "./report.ts";

/** `parse`: the syntax alone; `check`: names, types and values, too; `events`: what can match. */
export type FilterTask = "parse" | "check" | "events";

export interface Surroundings {
  /** Name of the event source. */
  readonly source: string;
  readonly fields: FieldTable;
  /** Macros and lists that conditions may use. */
  readonly names: Names;
  /** What the configuration says of containers, where there is one. */
  readonly containers?: ContainerSettings;
  /** How bytes print; dots where there is no configuration. */
  readonly bytes?: BytesFormat;
}

export interface Answer {
  readonly ok: boolean;
  /** The condition on one line, brackets wherever precedence could be doubted; not for `events`. */
  readonly text?: string;
  /** For `parse`: spans are offsets into the condition, in UTF-16 units. */
  readonly ast?: Condition;
  /** For `events`: names of event types, sorted. */
  readonly events?: readonly string[];
  /** With `ok` these are warnings. */
  readonly diagnostics: readonly Diagnostic[];
}

export function examine(text: string, task: FilterTask, surroundings: Surroundings): Answer {
  const report = new Report();
  const parsed = parseCondition(new SourceText("<condition>", text), report);
  const found = parsed && answerTo(task, parsed, { ...surroundings, report });
  const { diagnostics } = report;
  return found && !report.hasErrors
    ? { ok: true, ...found, diagnostics }
    : { ok: false, diagnostics };
}

/** Absent when there are errors. */
function answerTo(
  task: FilterTask,
  parsed: Condition,
  { source, fields, names, report }: Surroundings & { readonly report: Report },
): Omit<Answer, "ok" | "diagnostics"> | undefined {
  if (task === "parse") return { text: printCondition(parsed), ast: parsed };
  const written = expandCondition(parsed, names, report);
  const parts = written ?? readableParts(parsed, names);
  const found = parts && checkCondition(parts, fields, report);
  const checked = written && found;
  if (!checked || (source === "syscall" && !tellsEventTypes(checked, report))) return undefined;
  if (task === "check") {
    lintCondition({ parsed, written, checked }, source, report);
    return { text: printCondition(parsed) };
  }
  return { events: eventNamesOf(eventTypesOf(checked)) };
}

/** One line, without a line end. */
export function answerJson(answer: Answer): string {
  const diagnostics = plainDiagnostics(answer.diagnostics);
  return jsonText({ ...answer, diagnostics }, { replacer: withoutSources });
}

export function astJson(ast: Condition): string {
  return jsonText(ast, { replacer: withoutSources, indent: 2 });
}

/** A span carries the text it is of. */
function withoutSources(key: string, value: unknown): unknown {
  return key === "source" ? undefined : value;
}
