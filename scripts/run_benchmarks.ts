/**
 * Runs every `*_bench.ts` and prints what one event or record costs: the time of an iteration divided
 * by the number in the benchmark's name. Then loads upstream's rules in fresh processes and prints what
 * that takes, and replays the capture of a busy host. Compare figures of one run only; machines are
 * noisy.
 */
import { corpusPath } from "../tests/corpus.ts";
import { measureReplay, REPLAYING } from "./bench/replay_processes.ts";

interface Measured {
  readonly name: string;
  readonly results: readonly {
    readonly ok?: { readonly min: number; readonly avg: number; readonly p75: number };
  }[];
}

/** What Deno prints when it ran with these arguments. */
async function deno(...args: readonly string[]): Promise<{ text: string; code: number }> {
  const { stdout, code } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    stdout: "piped",
    stderr: "inherit",
  }).output();
  return { text: new TextDecoder().decode(stdout), code };
}

async function runBenchmarks(): Promise<number> {
  const args = ["bench", "--allow-all", "--no-check", "--json", ...Deno.args];
  const { text, code } = await deno(...args);
  const { benches } = JSON.parse(text) as { benches: Measured[] };
  console.log(
    `${"benchmark".padEnd(66)} ${"min".padStart(9)} ${"average".padStart(9)} ${"p75".padStart(9)}`,
  );
  for (const { name, results } of benches) {
    const count = Number(
      /(\d[\d  ]*) (?:records|events|conditions)/.exec(name)?.[1]?.replace(/\D/g, "") ?? 1,
    );
    const unit = count === 1 ? "ns" : "ns each";
    for (const { ok } of results) {
      const cells = ok
        ? [ok.min, ok.avg, ok.p75].map((ns) => (ns / count).toFixed(1).padStart(9))
        : ["failed"];
      console.log(`${name.padEnd(66)} ${cells.join(" ")} ${unit}`);
    }
  }
  return code;
}

const LOADING = "tests/bench/load_rules.ts";
const FRESH_PROCESSES = 9;

/** Milliseconds of every phase, of each process. */
async function timesOf(part: string): Promise<Map<string, number[]>> {
  const times = new Map<string, number[]>();
  for (let i = 0; i < FRESH_PROCESSES; i++) {
    const args = ["run", "--allow-all", "--no-check", "--frozen", LOADING, part];
    const { text, code } = await deno(...args);
    if (code !== 0) throw new Error(`${LOADING} ${part} failed`);
    for (const [phase, ms] of Object.entries(JSON.parse(text) as Record<string, number>)) {
      times.set(phase, [...times.get(phase) ?? [], ms]);
    }
  }
  return times;
}

async function measureLoading(): Promise<void> {
  const [whole, yaml, merge] = [
    await timesOf("all"),
    await timesOf("yaml"),
    await timesOf("merge"),
  ];
  const totals = Array.from(
    { length: FRESH_PROCESSES },
    (_, i) => [...whole.values()].reduce((sum, times) => sum + times[i]!, 0),
  );
  const rows: readonly (readonly [string, readonly number[]])[] = [
    ["93 rules, from YAML to the first events judged", totals],
    ["  reading the files", whole.get("read")!],
    ["    YAML alone", yaml.get("yaml")!],
    ["  merging, expanding, checking", whole.get("load")!],
    ["    merging alone", merge.get("merge")!],
    ["  emitting, first execve, openat, connect", whole.get("first events")!],
  ];
  console.log(
    `\n${"in a fresh process, ms".padEnd(66)} ${"min".padStart(9)} ${"median".padStart(9)}`,
  );
  for (const [name, times] of rows) {
    const sorted = times.toSorted((a, b) => a - b);
    const cells = [sorted[0]!, sorted[sorted.length >> 1]!].map((ms) => ms.toFixed(1).padStart(9));
    console.log(`${name.padEnd(66)} ${cells.join(" ")}`);
  }
}

const [only, ...others] = Deno.args;
const onlyOne = others.length === 0 && (only === LOADING || only === REPLAYING);
const code = onlyOne ? 0 : await runBenchmarks();
const wanted = (part: string) => only === undefined || onlyOne && only === part;
if (wanted(LOADING) && corpusPath("rules/current/falco_rules.yaml")) await measureLoading();
if (wanted(REPLAYING)) await measureReplay();
Deno.exit(code);
