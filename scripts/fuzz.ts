/**
 * Random conditions, changed rule files and changed audit bodies at full size, in chunks that can be repeated by their seed.
 *
 *     deno task fuzz [--conditions=1000000] [--rule-files=100000] [--audit-bodies=100000] [--seed=20260701]
 *
 * Every condition is judged by the interpreter and by generated code, printed and read again, and folded
 * for the type of its event. Rule files are pieces of upstream's, current and historic, changed; audit
 * bodies are our own and, where the conformance cases are there, those of a real API server. Exits 1
 * after a difference or an exception; other chunks are run all the same.
 */
import { corpusFiles, readCorpus } from "../tests/corpus.ts";
import { type ConditionTally, judgeConditions } from "../tests/property/condition_judge.ts";
import {
  type AuditBodyTally,
  judgeAuditBodies,
  plainBodies,
} from "../tests/property/audit_body_judge.ts";
import {
  judgeRuleFiles,
  type Pieces,
  piecesOf,
  type RuleFileTally,
} from "../tests/property/rule_file_judge.ts";

const CHUNK = 10_000;
const failures: string[] = [];

/** The value of `--name=…`. */
function option(name: string, standard: number): number {
  const given = Deno.args.find((arg) => arg.startsWith(`--${name}=`));
  const value = given === undefined ? standard : Number(given.slice(name.length + 3));
  if (Number.isSafeInteger(value) && value >= 0) return value;
  console.error(`fuzz: --${name} takes a whole number`);
  Deno.exit(2);
}

/** Runs `count` cases in chunks, each with its own seed; what the chunks found, in order. */
function inChunks<Tally>(
  what: string,
  { count, seed }: { readonly count: number; readonly seed: number },
  run: (seed: number, count: number) => Tally,
): Tally[] {
  const tallies: Tally[] = [];
  for (let done = 0; done < count; done += CHUNK) {
    const chunkSeed = seed + done / CHUNK;
    const start = performance.now();
    try {
      tallies.push(run(chunkSeed, Math.min(CHUNK, count - done)));
      const seconds = ((performance.now() - start) / 1000).toFixed(1);
      console.log(`${what} ${done + CHUNK}/${count}, seed ${chunkSeed}: ${seconds} s`);
    } catch (error) {
      const { message, cause } = error as Error;
      failures.push(`${what}, ${message.slice(0, 4000)} ${cause ?? ""}`);
      console.log(`${what}, seed ${chunkSeed}: FAILED`);
    }
  }
  return tallies;
}

function percent(part: number, whole: number): string {
  return `${(100 * part / Math.max(1, whole)).toFixed(1)} %`;
}

function printConditions(tallies: readonly ConditionTally[]): void {
  let judged = 0, truths = 0;
  const byOperator = new Map<string, { judged: number; true: number }>();
  for (const tally of tallies) {
    judged += tally.all.judged;
    truths += tally.all.true;
    for (const [name, share] of tally.byOperator) {
      const sum = byOperator.get(name) ?? { judged: 0, true: 0 };
      byOperator.set(name, { judged: sum.judged + share.judged, true: sum.true + share.true });
    }
  }
  console.log(`\nconditions judged: ${judged}, true: ${percent(truths, judged)}`);
  for (const [name, share] of [...byOperator].sort()) {
    console.log(`  ${name.padEnd(12)} ${percent(share.true, share.judged)} of ${share.judged}`);
  }
  const slowest = tallies.map((tally) => tally.slowest).sort((a, b) => b.ms - a.ms)[0];
  if (slowest) console.log(`slowest: ${slowest.ms.toFixed(1)} ms: ${slowest.text}`);
}

function printRuleFiles(tallies: readonly RuleFileTally[]): void {
  const sum = (of: (tally: RuleFileTally) => number) =>
    tallies.reduce((all, tally) => all + of(tally), 0);
  const loaded = sum((tally) => tally.loaded), diagnosed = sum((tally) => tally.diagnosed);
  const size = (sum((tally) => tally.bytes) / (loaded + diagnosed) / 1024).toFixed(1);
  console.log(`\nrule files loaded: ${loaded}, diagnosed: ${diagnosed}, ${size} KiB each`);
  const slowest = tallies.map((tally) => tally.slowest).sort((a, b) => b.msPerKiB - a.msPerKiB)[0];
  if (!slowest) return;
  const { ms, msPerKiB, where } = slowest;
  console.log(`slowest: ${ms.toFixed(1)} ms, ${msPerKiB.toFixed(1)} ms a KiB: ${where}`);
}

function printAuditBodies(tallies: readonly AuditBodyTally[]): void {
  let bodies = 0, events = 0, bytes = 0;
  const problems = new Map<string, number>();
  for (const tally of tallies) {
    bodies += tally.bodies;
    events += tally.events;
    bytes += tally.bytes;
    for (const [kind, count] of tally.problems) {
      problems.set(kind, (problems.get(kind) ?? 0) + count);
    }
  }
  const size = (bytes / Math.max(1, bodies) / 1024).toFixed(1);
  console.log(`\naudit bodies: ${bodies}, ${size} KiB each, events: ${events}`);
  for (const [kind, count] of [...problems].sort()) console.log(`  ${kind.padEnd(12)} ${count}`);
  const slowest = tallies.map((tally) => tally.slowest).sort((a, b) => b.ms - a.ms)[0];
  if (slowest) console.log(`slowest: ${slowest.ms.toFixed(1)} ms: ${slowest.where}`);
}

/** The events of each file as one body, up to 16 KiB. */
function auditBodies(): readonly Uint8Array[] {
  const files = corpusFiles("k8s_audit/real").filter((path) => /\.jsonl$/.test(path));
  const real = files.filter((path) => !path.includes("expected")).map((path) => {
    const items = readCorpus(path).split("\n").filter((line) => line !== "");
    return `{"kind":"EventList","items":[${items.slice(0, 3).join()}]}`;
  });
  const small = real.filter((body) => body.length < 16 << 10);
  return [...plainBodies(), ...small.map((body) => new TextEncoder().encode(body))];
}

function upstreamFiles(): readonly Pieces[] {
  const directories = ["rules/current", "rules/plugins"];
  for (const path of corpusFiles("rules/historic")) directories.push(path);
  const files = directories.flatMap(corpusFiles).filter((path) => /\.ya?ml$/.test(path));
  return files.map((path) => piecesOf(readCorpus(path)));
}

const seed = option("seed", 20260701);
const conditions = { count: option("conditions", 1_000_000), seed };
printConditions(inChunks("conditions", conditions, judgeConditions));

const files = upstreamFiles();
const ruleFiles = { count: option("rule-files", 100_000), seed };
printRuleFiles(
  inChunks("rule files", ruleFiles, (seed, count) => judgeRuleFiles(seed, count, files)),
);

const bodies = auditBodies();
const audit = { count: option("audit-bodies", 100_000), seed };
printAuditBodies(
  inChunks("audit bodies", audit, (seed, count) => judgeAuditBodies(seed, count, bodies)),
);

for (const failure of failures) console.log(`\nFAILED: ${failure}`);
console.log(`\n${failures.length} chunks failed`);
Deno.exit(failures.length > 0 ? 1 : 0);
