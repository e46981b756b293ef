/** `falcod filter`: conditions by themselves, for people who write them and programs that help them. */
import { type Diagnostic, nearest } from "../../base/mod.ts";
import { escapeUnprintable } from "../../alert/mod.ts";
import type { FieldTable } from "../../field/mod.ts";
import type { Names } from "../../filter/mod.ts";
import { Registry } from "../../plugin/mod.ts";
import { namesOf } from "../../rule/mod.ts";
import {
  type Answer,
  answerJson,
  astJson,
  examine,
  type FilterTask,
  type Surroundings,
} from "../examine.ts";
import { EXIT_FAILURE, EXIT_OK } from "../exit.ts";
import { fieldTables } from "../fields.ts";
import type { Host } from "../host.ts";
import { type Line, readLines } from "../lines.ts";
import { printDiagnostics, tellErrors } from "../report.ts";
import { prepare } from "../start.ts";

export interface FilterRequest {
  readonly task: FilterTask;
  /** Joined by blanks; `-` alone: conditions come from standard input, as JSON. */
  readonly words: readonly string[];
  readonly json: boolean;
  /** Event source whose fields the condition may use. */
  readonly source: string;
  readonly configPath: string | undefined;
  readonly rulePaths: readonly string[];
}

/** Longest line of standard input. */
const MAX_LINE_BYTES = 1 << 20;

/**
 * Exit code 1 when the condition has errors. Conditions from standard input are all answered and
 * end with 0, whatever is in them.
 */
export async function filterCommand(request: FilterRequest, host: Host): Promise<number> {
  const { task, words, json } = request;
  const surroundings = await surroundingsOf(request, host);
  if (!surroundings) return EXIT_FAILURE;
  if (words.length === 1 && words[0] === "-") {
    await answerLines(task, surroundings, host);
    return EXIT_OK;
  }
  const answer = examine(words.join(" "), task, surroundings);
  if (json) host.out.write(`${answerJson(answer)}\n`);
  else printAnswer(answer, host);
  return answer.ok ? EXIT_OK : EXIT_FAILURE;
}

function printAnswer({ text, ast, events, diagnostics }: Answer, host: Host): void {
  if (text !== undefined) host.out.write(`${escapeUnprintable(text)}\n`);
  if (ast) host.out.write(`${astJson(ast)}\n`);
  if (events) host.out.write(events.map((name) => `${name}\n`).join(""));
  printDiagnostics(diagnostics, 0, { output: host.error, host });
}

/** One answer a line, each written before the next line is looked at. */
async function answerLines(task: FilterTask, surroundings: Surroundings, host: Host) {
  let number = 0;
  for await (const line of readLines(host.input, MAX_LINE_BYTES)) {
    number++;
    const condition = conditionIn(line, number);
    const answer = typeof condition === "string"
      ? examine(condition, task, surroundings)
      : { ok: false, diagnostics: [condition] };
    host.out.write(`${answerJson(answer)}\n`);
    if (host.out.isGone) return;
  }
}

function conditionIn(line: Line, number: number): string | Diagnostic {
  const problem = (what: string): Diagnostic => ({
    code: "C024",
    severity: "error",
    title: `line ${number} of standard input ${what}`,
    help: 'a condition is wanted as a JSON string: "proc.name = cat"',
  });
  if (line.kind === "unusable") {
    const what = line.reason === "too long"
      ? `has more than ${MAX_LINE_BYTES >> 20} MiB`
      : "is not valid UTF-8";
    return problem(what);
  }
  let value: unknown;
  try {
    value = JSON.parse(line.text);
  } catch {
    return problem("is no JSON");
  }
  return typeof value === "string" ? value : problem("is JSON, but no string");
}

/** Fields, macros and lists; `undefined` after telling why there are none. */
async function surroundingsOf(
  request: FilterRequest,
  host: Host,
): Promise<Surroundings | undefined> {
  const { configPath, rulePaths, source } = request;
  if (configPath === undefined && rulePaths.length === 0) {
    const tables = await fieldTables(new Registry(host.plugins));
    return surroundingsIn(tables, source, { names: NO_NAMES, host });
  }
  const { report, registry, loaded, ruleset } = await prepare(
    { configPath, rulePaths, options: [] },
    host,
  );
  if (!ruleset) {
    tellErrors(report, host);
    return undefined;
  }
  const tables = await fieldTables(registry, loaded.config.static_fields);
  return surroundingsIn(tables, source, {
    names: { ...namesOf(ruleset), expansions: new Map() },
    host,
  });
}

const NO_NAMES: Names = {
  macro: () => undefined,
  list: () => undefined,
  help: "name the rules file that defines it: -r rules.yaml",
};

function surroundingsIn(
  tables: ReadonlyMap<string, FieldTable>,
  source: string,
  { names, host }: { readonly names: Names; readonly host: Host },
): Surroundings | undefined {
  const fields = tables.get(source);
  if (fields) return { source, fields, names };
  const sources = [...tables.keys()];
  const near = nearest(source, sources);
  const help = near ? `did you mean "${near}"?` : `there are: ${sources.join(", ")}`;
  host.error.write(escapeUnprintable(`no event source "${source}"; ${help}`) + "\n");
  return undefined;
}
