/** How the conformance cases of conditions are read and their results told. */
import process from "node:process";
import { assertEquals } from "../assert.ts";

const ROOT = new URL("../../", import.meta.url);

/** The cases of one file, in order; the directory is FALCOD_CONFORMANCE or ../shared/conformance. */
export function readCases<Case>(file: string): Case[] {
  const directory = process.env.FALCOD_CONFORMANCE ?? "../shared/conformance";
  const text = Deno.readTextFileSync(new URL(`${directory.replace(/\/*$/, "/")}${file}`, ROOT));
  return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line) as Case);
}

/** A case where falcod differs on purpose. */
export interface Exception {
  readonly matches: RegExp;
  readonly reason: string;
}

/**
 * Judges every case; `judge` says what is wrong, or nothing. Prints `file: passed/total` and fails
 * with the names of cases that are wrong and not excepted, and of exceptions nothing needs.
 */
export function judgeCases<Case>(
  file: string,
  cases: readonly Case[],
  options: {
    name(item: Case): string;
    judge(item: Case): string | undefined;
    exceptions?: readonly Exception[];
  },
): void {
  const { name, judge, exceptions = [] } = options;
  const unused = new Set(exceptions);
  const failures: string[] = [];
  let excepted = 0;
  for (const item of cases) {
    const problem = judge(item);
    if (problem === undefined) continue;
    const exception = exceptions.find(({ matches }) => matches.test(name(item)));
    if (exception) {
      unused.delete(exception);
      excepted++;
    } else failures.push(`${name(item)}: ${problem}`);
  }
  const passed = cases.length - failures.length - excepted;
  console.log(`${file}: ${passed}/${cases.length}`);
  for (const { matches, reason } of exceptions) console.log(`  except ${matches}: ${reason}`);
  assertEquals(failures.slice(0, 50), []);
  // A corpus of other cases need not hold those that are excepted here.
  if (process.env.FALCOD_CONFORMANCE === undefined) {
    assertEquals([...unused].map(({ matches }) => String(matches)), []);
  }
}
