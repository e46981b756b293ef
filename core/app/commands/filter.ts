/** `falcod filter`: one condition by itself, for people who write one and programs that help them. */
import { type Diagnostic, renderJson, Report, SourceText } from "../../base/mod.ts";
import { eventType } from "../../event/mod.ts";
import type { FieldTable } from "../../field/mod.ts";
import {
  checkCondition,
  type Condition,
  eventTypesOf,
  expandCondition,
  parseCondition,
  printCondition,
} from "../../filter/mod.ts";
import { Registry } from "../../plugin/mod.ts";
import { EXIT_FAILURE, EXIT_OK } from "../exit.ts";
import { fieldTables } from "../fields.ts";
import type { Host } from "../host.ts";
import { printDiagnostics } from "../report.ts";

export type FilterTask = "parse" | "check" | "events";

export interface FilterRequest {
  readonly task: FilterTask;
  /** Joined by blanks. */
  readonly words: readonly string[];
  readonly json: boolean;
}

interface Answer {
  readonly ok: boolean;
  /** What `parse` found: spans are offsets into the condition. */
  readonly ast?: unknown;
  /** One line, brackets wherever precedence could be doubted. */
  readonly normalized?: string;
  /** Names of event types, sorted. */
  readonly events?: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Exit code 1 when the condition has errors. Macros and lists are unknown to `check` and `events`. */
export async function filterCommand(request: FilterRequest, host: Host): Promise<number> {
  const { task, words, json } = request;
  const fields = (await fieldTables(new Registry(host.plugins))).get("syscall") ?? new Map();
  const answer = examine(words.join(" "), task, fields);
  if (json) {
    const diagnostics = renderJson(answer.diagnostics);
    host.out.write(`${JSON.stringify({ ...answer, diagnostics })}\n`);
  } else {
    if (answer.normalized !== undefined) host.out.write(`${answer.normalized}\n`);
    if (answer.ast !== undefined) host.out.write(`${JSON.stringify(answer.ast, null, 2)}\n`);
    if (answer.events) host.out.write(answer.events.map((name) => `${name}\n`).join(""));
    printDiagnostics(answer.diagnostics, 0, { output: host.error, host });
  }
  return answer.ok ? EXIT_OK : EXIT_FAILURE;
}

function examine(text: string, task: FilterTask, fields: FieldTable): Answer {
  const report = new Report();
  const parsed = parseCondition(new SourceText("<condition>", text), report);
  const found = parsed &&
    (task === "parse" ? { ast: plain(parsed) } : check(parsed, fields, report));
  const { diagnostics, hasErrors } = report;
  if (!parsed || !found || hasErrors) return { ok: false, diagnostics };
  const events = "types" in found && task === "events" ? { events: found.types } : {};
  const ast = "ast" in found ? { ast: found.ast } : {};
  const normalized = task === "events" ? {} : { normalized: printCondition(parsed) };
  return { ok: true, ...normalized, ...ast, ...events, diagnostics };
}

function check(parsed: Condition, fields: FieldTable, report: Report) {
  const names = { macro: () => undefined, list: () => undefined };
  const expanded = expandCondition(parsed, names, report);
  const checked = expanded && checkCondition(expanded, fields, report);
  if (!checked) return undefined;
  const types = [...eventTypesOf(checked)].flatMap((code) => eventType(code)?.name ?? []);
  return { types: [...new Set(types)].sort() };
}

/** The tree without the text its spans refer to. */
function plain(condition: Condition): unknown {
  return JSON.parse(JSON.stringify(condition, (key, value) => {
    if (key === "bytes") return undefined;
    return value && typeof value === "object" && value.source instanceof SourceText
      ? { start: value.start, end: value.end }
      : value;
  }));
}
