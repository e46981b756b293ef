/** `falcod test`: rules held against described events. */
import { type Diagnostic, Report } from "../../base/mod.ts";
import { EXIT_FAILURE, EXIT_OK } from "../exit.ts";
import { placeOf, placeText } from "../explain/tree.ts";
import { filesIn, kindOf } from "../files.ts";
import type { Host } from "../host.ts";
import { printLines } from "../print_lines.ts";
import { plainDiagnostics, printDiagnostics } from "../report.ts";
import type { Failure } from "../rule_tests/failures.ts";
import { type FileOutcome, hasPassed, runTestFile, type TestOutcome } from "../rule_tests/run.ts";
import { nameFilter } from "../table.ts";

export interface TestRequest {
  /** Files, and directories whose `…_test.yaml` are meant. */
  readonly paths: readonly string[];
  /** Part of a test's name, or a pattern with `*`. */
  readonly filter: string | undefined;
  readonly json: boolean;
  readonly configPath: string | undefined;
  readonly rulePaths: readonly string[];
  /** `-o`, in order. */
  readonly options: readonly string[];
}

/** Exit code 1 when a test fails, a file is broken, or there is no test at all. */
export async function testCommand(request: TestRequest, host: Host): Promise<number> {
  const isWanted = nameFilter(request.filter);
  const outcomes: FileOutcome[] = [];
  for (const given of request.paths) {
    const report = new Report();
    const paths = kindOf(given) === "directory" ? testFilesIn(given, report) : [given];
    const runs = paths.map((path) => () => runTestFile(path, { ...request, isWanted }, host));
    for (const run of report.hasErrors ? [() => unreadable(given, report)] : runs) {
      const outcome = await run();
      outcomes.push(outcome);
      if (!request.json) tell(outcome, host);
    }
  }
  const tests = outcomes.flatMap(({ tests }) => tests);
  const failed = tests.filter((test) => !hasPassed(test)).length;
  const broken = outcomes.filter((outcome) => outcome.broken).length;
  const passed = tests.length - failed;
  const ok = failed === 0 && broken === 0 && passed > 0;
  if (request.json) {
    const files = outcomes.map(plainOutcome);
    host.out.write(`${JSON.stringify({ ok, passed, failed, broken, files })}\n`);
  } else {
    const files = broken > 0 ? `, ${broken} of ${outcomes.length} files cannot be run` : "";
    const none = tests.length === 0 && broken === 0
      ? request.filter === undefined ? ": there is no test" : ": no test has such a name"
      : "";
    host.out.write(`${passed} passed, ${failed} failed${files}${none}\n`);
  }
  return ok ? EXIT_OK : EXIT_FAILURE;
}

/** Those that are called as files of tests are; rules may stand beside them. */
function testFilesIn(folder: string, report: Report): readonly string[] {
  const paths = filesIn(folder, { use: "rules", report, at: undefined })
    .filter((path) => /_test\.ya?ml$/.test(path));
  if (paths.length === 0 && !report.hasErrors) {
    report.add({
      code: "C021",
      title: `directory "${folder}" holds no files of tests`,
      help: "in a directory only files that end in _test.yaml are run; others by their names",
    });
  }
  return paths;
}

function unreadable(path: string, { diagnostics, suppressed }: Report): FileOutcome {
  return { path, diagnostics, suppressed, broken: true, tests: [] };
}

function tell({ diagnostics, suppressed, tests }: FileOutcome, host: Host): void {
  printDiagnostics(diagnostics, suppressed, { output: host.error });
  for (const outcome of tests) {
    if (hasPassed(outcome)) continue;
    const { test, failures } = outcome;
    const lines = [`FAILED ${placeText(test.at)}: ${test.name}`, ...test.mistakes.map(lineOf)];
    for (const failure of failures) lines.push(...linesOf(failure, test.events.length));
    printLines(lines, host.out);
  }
}

/** What the mistake is stands on standard error, once. */
function lineOf({ code, at }: Diagnostic): string {
  return `    not run: mistake ${at ? `in line ${placeOf(at).line} ` : ""}(${code})`;
}

function linesOf({ message, event, expected, found }: Failure, events: number): string[] {
  const { at, recorded } = event;
  const where = recorded
    ? `event ${recorded.number} of ${recorded.path}: `
    : events > 1
    ? `the event at line ${placeOf(at).line}: `
    : "";
  const lines = [`    ${where}${message}`];
  if (expected !== undefined) lines.push(`      expected: ${expected}`, `      found:    ${found}`);
  return lines;
}

function plainOutcome({ path, diagnostics, broken, tests }: FileOutcome) {
  return { path, broken, diagnostics: plainDiagnostics(diagnostics), tests: tests.map(plainTest) };
}

function plainTest(outcome: TestOutcome) {
  const { test, failures } = outcome;
  return {
    name: test.name,
    at: placeOf(test.at),
    events: test.events.length,
    passed: hasPassed(outcome),
    ...test.mistakes.length > 0 && { mistakes: plainDiagnostics(test.mistakes) },
    failures: failures.map(({ event: { at, recorded }, ...failure }) => ({
      ...failure,
      at: placeOf(at),
      ...recorded && { event_file: recorded.path, event_number: recorded.number },
    })),
  };
}
