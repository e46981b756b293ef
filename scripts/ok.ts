/**
 * Everything CI checks, one step after the other, all of them even when one fails.
 * The last line is plain: `N passed, N failed`; a step that is not a test suite counts as one test.
 */

interface Step {
  readonly name: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

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
      "--ignore=tests/kernel,build,dist",
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
}

async function runStep({ name, args, environment }: Step): Promise<Outcome> {
  console.log(`\n== ${name}: deno ${args.join(" ")}`);
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    env: { NO_COLOR: "1", ...environment },
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let tail = "";
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    await Deno.stdout.write(new TextEncoder().encode(chunk));
    tail = (tail + chunk).slice(-4096);
  }
  const { success } = await child.status;
  const summary = /^(?:ok|FAILED) \| (\d+) passed(?: \([^)]*\))? \| (\d+) failed/m.exec(tail);
  if (!summary) return success ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  const failed = Number(summary[2]);
  // a suite that fails without a failing test (a leak, a crash) must not look green
  return { passed: Number(summary[1]), failed: success ? failed : Math.max(1, failed) };
}

let passed = 0, failed = 0;
const failures: string[] = [];
for (const step of STEPS) {
  const outcome = await runStep(step);
  passed += outcome.passed;
  failed += outcome.failed;
  if (outcome.failed > 0) failures.push(step.name);
}
if (failures.length > 0) console.log(`\nfailed: ${failures.join(", ")}`);
console.log(`\n${passed} passed, ${failed} failed`);
Deno.exit(failed > 0 ? 1 : 0);
