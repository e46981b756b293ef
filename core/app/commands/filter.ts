/** `falcod filter`: conditions by themselves, for people who write them and programs that help them. */
import type { Diagnostic } from "../../base/mod.ts";
import { escapeUnprintable } from "../../alert/mod.ts";
import {
  type Answer,
  answerJson,
  astJson,
  examine,
  type FilterTask,
  type Surroundings,
} from "../examine.ts";
import { counted } from "../count.ts";
import { EXIT_FAILURE, EXIT_OK } from "../exit.ts";
import type { Host } from "../host.ts";
import { type Line, readLines } from "../lines.ts";
import { printDiagnostics } from "../report.ts";
import { surroundingsOf } from "../surroundings.ts";

export interface FilterRequest {
  readonly task: FilterTask;
  /** Joined by blanks; `-` alone: conditions come from standard input, as JSON. */
  readonly words: readonly string[];
  readonly json: boolean;
  /** Event source whose fields the condition may use. */
  readonly source: string;
  readonly configPath: string | undefined;
  readonly rulePaths: readonly string[];
  /** `-o`, in order. */
  readonly options: readonly string[];
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
  // Beside the condition as it was understood, which alone says nothing of whether it is right.
  if (answer.ok && task === "check" && !json) host.error.write(`${okText(answer)}\n`);
  return answer.ok ? EXIT_OK : EXIT_FAILURE;
}

function printAnswer({ text, ast, events, diagnostics }: Answer, host: Host): void {
  if (text !== undefined) host.out.write(`${escapeUnprintable(text)}\n`);
  if (ast) host.out.write(`${astJson(ast)}\n`);
  if (events) host.out.write(events.map((name) => `${name}\n`).join(""));
  printDiagnostics(diagnostics, 0, { output: host.error });
}

function okText({ diagnostics }: Answer): string {
  const warnings = diagnostics.filter(({ severity }) => severity === "warning").length;
  return warnings > 0 ? `ok, with ${counted(warnings, "warning")}` : "ok";
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
