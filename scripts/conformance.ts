/**
 * Runs every conformance suite on the cases in FALCOD_CONFORMANCE (default `../shared/conformance`)
 * and prints `file: passed/total` for each file with the cases that are not met. Exits 1 when one of
 * them is neither excepted nor a known gap, and when there are no cases at all.
 */
import { type Outcome, suites, summary, type UnmetCase } from "../tests/conformance/corpus.ts";

const FOLDER = new URL("../tests/conformance/", import.meta.url);
const names = [...Deno.readDirSync(FOLDER)].map(({ name }) => name).sort();
for (const name of names) if (name.endsWith("_test.ts")) await import(new URL(name, FOLDER).href);

let ran = 0, failures = 0;
for (const { run } of suites) {
  const outcome = await run();
  if (!outcome) continue;
  print(outcome);
  ran++;
  failures += outcome.failures.length;
}
Deno.exit(ran === 0 || failures > 0 ? 1 : 0);

function print(outcome: Outcome): void {
  console.log(summary(outcome));
  for (const { name, problem } of outcome.failures) {
    console.log(`  failed: ${oneLine(name)}: ${problem}`);
  }
  printByReason("known gap", outcome.gaps);
  printByReason("on purpose", outcome.exceptions);
}

function printByReason(label: string, cases: readonly UnmetCase[]): void {
  for (const [reason, group] of Map.groupBy(cases, (item) => item.reason)) {
    console.log(`  ${label}: ${reason}`);
    for (const { name } of group) console.log(`    ${oneLine(name)}`);
  }
}

function oneLine(text: string): string {
  const line = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"');
  return line.length > 160 ? `${line.slice(0, 160)}…` : line;
}
