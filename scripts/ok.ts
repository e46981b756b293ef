/**
 * Everything CI checks, one step after the other, all of them even when one fails.
 * The last line is plain: `N passed, N failed`; a step that is not a test suite counts as one test.
 */

interface Step {
  readonly name: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

const NOTHING = new Uint8Array();
const BINARY = `${Deno.cwd()}/dist/falcod`;

const STEPS: readonly Step[] = [
  { name: "format", args: ["fmt", "--check", "--quiet"] },
  { name: "lint", args: ["lint", "--quiet"] },
  { name: "types", args: ["check", "--quiet", "."] },
  { name: "imports", args: ["run", "--allow-read", "scripts/check_imports.ts"] },
  { name: "documents", args: ["run", "--allow-read", "scripts/check_docs.ts"] },
  {
    name: "tests",
    args: [
      "test",
      "--allow-all",
      "--frozen",
      "--no-check",
      "--parallel",
      // those of the binary and of the kernel have steps of their own below
      "--ignore=tests/kernel,tests/binary,tests/cli,tests/isolation,build,dist",
    ],
    environment: { DENO_JOBS: "2" },
  },
  { name: "binary", args: ["task", "--quiet", "build", "--output", BINARY] },
  {
    name: "tests of the binary",
    args: [
      ...["test", "--allow-all", "--frozen", "--no-check", "--parallel"],
      ...["tests/binary", "tests/cli", "tests/isolation"],
    ],
    environment: { FALCOD_BINARY: BINARY, DENO_JOBS: "2" },
  },
  // one after the other: each loads the probe and measures its own process tree
  { name: "kernel tests", args: ["test", "--allow-all", "--frozen", "--no-check", "tests/kernel"] },
];

interface Outcome {
  readonly passed: number;
  readonly failed: number;
  /** What a reader needs who only sees the end of the output; "" for a step that passed. */
  readonly account: string;
}

/**
 * What the property tests draw their cases from: of each commit its own, so that what one run of a
 * commit says, the next one says too.
 */
const SEED = Deno.env.get("FALCOD_SEED") ?? String(await seedOfCommit());

async function seedOfCommit(): Promise<number> {
  const git = new Deno.Command("git", { args: ["rev-parse", "HEAD"], stderr: "null" });
  const { success, stdout } = await git.output().catch(() => ({ success: false, stdout: NOTHING }));
  const commit = new TextDecoder().decode(stdout);
  return success ? Number.parseInt(commit.slice(0, 8), 16) : Date.now() % 2 ** 32;
}

/** None takes half of it; one that hangs is to fail, and not to keep those after it from running. */
const STEP_MS = 25 * 60_000;
/** What a step has started may outlive it, and hold its output open. */
const REST_MS = 5000;

async function runStep({ name, args, environment }: Step): Promise<Outcome> {
  console.log(`\n== ${name}: deno ${args.join(" ")}`);
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    env: { NO_COLOR: "1", FALCOD_SEED: SEED, ...environment },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const limit = setTimeout(() => child.kill("SIGKILL"), STEP_MS);
  const output = new Tee(child.stdout, Deno.stdout), errors = new Tee(child.stderr, Deno.stderr);
  const all = Promise.all([output.ended, errors.ended]);
  const { success, code, signal } = await child.status;
  clearTimeout(limit);
  await Promise.race([all, new Promise((resolve) => setTimeout(resolve, REST_MS))]);
  const how = signal ? `killed by ${signal}` : `exit code ${code}`;
  const account = success ? "" : accountOf(name, how, output.kept, errors.kept);
  const summary = [...output.kept.matchAll(SUMMARY)].at(-1);
  if (!summary) return { passed: success ? 1 : 0, failed: success ? 0 : 1, account };
  const failed = Number(summary[2]);
  // a suite that fails without a failing test (a leak, a crash) must not look green
  return { passed: Number(summary[1]), failed: success ? failed : Math.max(1, failed), account };
}

/** The last one is the step's own: tests may print what other tests said. */
const SUMMARY = /^(?:ok|FAILED) \| (\d+) passed(?: \([^)]*\))? \| (\d+) failed/gm;
const KEPT_CHARACTERS = 1 << 20;
const ACCOUNT_CHARACTERS = 4000;

/** Writes what comes to another stream as it comes, and keeps the end of it. */
class Tee {
  kept = "";
  readonly ended: Promise<void>;

  constructor(from: ReadableStream<Uint8Array>, to: typeof Deno.stdout) {
    this.ended = this.#passOn(from, to);
  }

  async #passOn(from: ReadableStream<Uint8Array>, to: typeof Deno.stdout): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of from) {
      for (let at = 0; at < chunk.length;) at += await to.write(chunk.subarray(at));
      this.kept = (this.kept + decoder.decode(chunk, { stream: true })).slice(-KEPT_CHARACTERS);
    }
  }
}

/** How the step ended, what deno says of its failures, and where it was when it says nothing. */
function accountOf(name: string, how: string, output: string, errors: string): string {
  const failures = output.lastIndexOf("\n ERRORS ");
  const told = failures < 0
    ? output.slice(-ACCOUNT_CHARACTERS)
    : output.slice(failures).slice(0, ACCOUNT_CHARACTERS);
  return `\n-- ${name}: ${how}\n${told.trim()}\n${errors.slice(-ACCOUNT_CHARACTERS / 2).trim()}`;
}

console.log(`FALCOD_SEED=${SEED}`);
const began = performance.now();
const outcomes: (Outcome & { readonly name: string })[] = [];
for (const step of STEPS) {
  const from = performance.now();
  outcomes.push({ name: step.name, ...await runStep(step) });
  console.log(`-- ${step.name}: ${seconds(from)} s, ${seconds(began)} s since the beginning`);
}
const failures = outcomes.filter(({ failed }) => failed > 0);
for (const { account } of failures) console.log(account);
if (failures.length > 0) console.log(`\nfailed: ${failures.map(({ name }) => name).join(", ")}`);
const passed = sum(({ passed }) => passed), failed = sum(({ failed }) => failed);
console.log(`\n${passed} passed, ${failed} failed`);
Deno.exit(failed > 0 ? 1 : 0);

function seconds(since: number): number {
  return Math.round((performance.now() - since) / 1000);
}

function sum(count: (outcome: Outcome) => number): number {
  return outcomes.reduce((total, outcome) => total + count(outcome), 0);
}
