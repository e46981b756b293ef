/** What it takes to replay the capture of a busy host, from the start of the process to its end. */
import { createCapture } from "../../core/scap/mod.ts";
import { corpusPath } from "../../tests/corpus.ts";
import { writeBusyHost } from "./busy_host.ts";

const EVENTS = 1_500_000;
const SEED = 42;
const RUNS = 5;
export const REPLAYING = "tests/bench/replay_process.ts";

const NEVER = `- rule: Never
  desc: nobody opens it
  condition: evt.type = openat and fd.name = /nonexistent/never
  output: never
  priority: INFO
`;
const STABLE = ["falco_rules"];
const ALL = [...STABLE, "falco-incubating_rules", "falco-sandbox_rules"];

interface Took {
  readonly cpuMs: number;
  readonly peakMb: number;
}

/** Prints CPU time, events per second of it, and peak memory. */
export async function measureReplay(): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const capture = `${folder}/busy.scap`;
    await writeBusyHost(await createCapture(capture), { events: EVENTS, seed: SEED });
    await Deno.writeTextFile(`${folder}/never.yaml`, NEVER);
    const rules = new Map([["one rule that never matches", [`${folder}/never.yaml`]]]);
    for (const [name, names] of [["upstream's stable rules", STABLE], ["93 rules", ALL]] as const) {
      const files = names.flatMap((file) => corpusPath(`rules/current/${file}.yaml`) ?? []);
      if (files.length === names.length) rules.set(name, files);
    }
    await print(capture, rules);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function print(capture: string, rules: ReadonlyMap<string, readonly string[]>) {
  const head = ["CPU ms, min", "median", "M events/s", "peak MB"];
  console.log(`\n${`${EVENTS} events replayed, whole process`.padEnd(50)} ${cells(head)}`);
  for (const [name, files] of rules) {
    const args = ["replay", capture, ...files.flatMap((file) => ["-r", file])];
    // The first one compiles what the others find compiled.
    await took(args);
    const runs: Took[] = [];
    for (let i = 0; i < RUNS; i++) runs.push(await took(args));
    const times = runs.map(({ cpuMs }) => cpuMs).sort((a, b) => a - b);
    const least = times[0]!;
    const figures = [
      least.toFixed(0),
      times[RUNS >> 1]!.toFixed(0),
      (EVENTS / least / 1000).toFixed(2),
      Math.max(...runs.map(({ peakMb }) => peakMb)).toFixed(0),
    ];
    console.log(`${name.padEnd(50)} ${cells(figures)}`);
  }
}

function cells(texts: readonly string[]): string {
  return texts.map((text) => text.padStart(12)).join(" ");
}

/** Those of `deno task start`. */
function engineFlags(): readonly string[] {
  const text = Deno.readTextFileSync(new URL("../../deno.json", import.meta.url));
  const { tasks } = JSON.parse(text) as { readonly tasks: { readonly start: string } };
  return /--v8-flags=\S+/.exec(tasks.start) ?? [];
}

async function took(args: readonly string[]): Promise<Took> {
  const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--no-check", "--frozen", ...engineFlags(), REPLAYING, ...args],
    stdout: "piped",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(`${REPLAYING} failed: ${new TextDecoder().decode(stderr)}`);
  return JSON.parse(new TextDecoder().decode(stdout).trimEnd().split("\n").at(-1)!) as Took;
}
