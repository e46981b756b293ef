/**
 * Judges files of conformance cases. A suite is a test like others, which fails when a case that is
 * neither excepted nor a known gap is wrong; `deno task conformance` runs the same suites from
 * anywhere and prints every result.
 */
import { casesPath, isStandardCorpus, parseLines } from "../corpus.ts";
import { assertEquals } from "../assert.ts";

/** Cases that are not met, by what their names match, or parts of them. */
export interface Unmet {
  readonly matches: RegExp;
  /** Which lines of what is wrong are meant. Absent: all. */
  readonly lines?: RegExp;
  readonly reason: string;
}

export interface Suite<Case> {
  /** In the directory of cases. */
  readonly file: string;
  /** A sentence, the name of the test. */
  readonly behaviour: string;
  /** What the case is called where it fails; enough to tell it from the others. */
  name(item: Case): string;
  /** What is wrong, a line each, or nothing. */
  judge(item: Case): string | undefined | Promise<string | undefined>;
  /** Cases about other things are not counted. Absent: all are counted. */
  concerns?(item: Case): boolean;
  /** What there is to say beside the numbers of cases, once they have been judged. */
  note?(): string;
  /** Where falcod differs on purpose. */
  readonly exceptions?: readonly Unmet[];
  /** Where it should not differ and does. */
  readonly gaps?: readonly Unmet[];
}

export interface UnmetCase {
  readonly name: string;
  readonly problem: string;
  /** Absent: nobody knew. */
  readonly reason?: string;
}

export interface Outcome {
  readonly file: string;
  readonly total: number;
  readonly passed: number;
  readonly failures: readonly UnmetCase[];
  readonly gaps: readonly UnmetCase[];
  readonly exceptions: readonly UnmetCase[];
  readonly note?: string;
  /** Exceptions and gaps that no case needs. */
  readonly unused: readonly RegExp[];
}

interface Registered {
  /** `undefined` when the directory has no such file. */
  run(): Promise<Outcome | undefined>;
}

/** All suites of the modules that were imported. */
export const suites: Registered[] = [];

export function conformanceSuite<Case>(suite: Suite<Case>): void {
  const { file, behaviour } = suite;
  const run = async () => {
    const path = casesPath(file);
    return path === undefined
      ? undefined
      : await judgeAll(suite, parseLines<Case>(Deno.readTextFileSync(path)));
  };
  const isMissing = casesPath(file) === undefined;
  if (isMissing) console.log(`${file}: not there, passed over`);
  suites.push({ run });
  Deno.test({
    name: behaviour,
    ignore: isMissing,
    async fn() {
      const outcome = (await run())!;
      console.log(summary(outcome));
      assertEquals(
        outcome.failures.slice(0, 50).map(({ name, problem }) => `${name}: ${problem}`),
        [],
      );
      // Another directory need not hold the cases that are excepted here.
      if (isStandardCorpus) assertEquals(outcome.unused.map(String), []);
    },
  });
}

/** `file: passed/total`, and what the rest is. */
export function summary({ file, total, passed, exceptions, gaps, note }: Outcome): string {
  const rest = [
    ...(exceptions.length > 0 ? [`${exceptions.length} differ on purpose`] : []),
    ...(gaps.length > 0 ? [`${gaps.length} known gaps`] : []),
  ];
  const told = `${file}: ${passed}/${total}${rest.length > 0 ? ` (${rest.join(", ")})` : ""}`;
  return note === undefined ? told : `${told}; ${note}`;
}

/** A judge that stumbles over a case has not met it; the others are still judged. */
async function judgeOne<Case>(suite: Suite<Case>, item: Case): Promise<string | undefined> {
  try {
    return await suite.judge(item);
  } catch (error) {
    return `cannot be judged: ${error}`;
  }
}

async function judgeAll<Case>(suite: Suite<Case>, cases: readonly Case[]): Promise<Outcome> {
  const { file, name, exceptions = [], gaps = [] } = suite;
  const concerned = cases.filter((item) => suite.concerns?.(item) ?? true);
  const unused = new Set([...exceptions, ...gaps]);
  const unmet = {
    failures: [] as UnmetCase[],
    gaps: [] as UnmetCase[],
    exceptions: [] as UnmetCase[],
  };
  for (const item of concerned) {
    const problem = await judgeOne(suite, item);
    if (problem === undefined) continue;
    const found = name(item);
    const because = [...exceptions, ...gaps].filter(({ matches }) => matches.test(found));
    const left = problem.split("\n").filter((line) => {
      const meant = because.find(({ lines }) => lines?.test(line) ?? true);
      if (meant) unused.delete(meant);
      return meant === undefined;
    });
    if (left.length > 0) {
      unmet.failures.push({ name: found, problem: left.join("\n") });
      continue;
    }
    const list = because.some((meant) => gaps.includes(meant)) ? unmet.gaps : unmet.exceptions;
    list.push({ name: found, problem, reason: because.map(({ reason }) => reason).join("; ") });
  }
  const passed = concerned.length - unmet.failures.length - unmet.gaps.length -
    unmet.exceptions.length;
  const left = [...unused].map(({ matches }) => matches);
  const note = suite.note?.();
  const outcome = { file, total: concerned.length, passed, ...unmet, unused: left };
  return note === undefined ? outcome : { ...outcome, note };
}
