/**
 * What being watched costs a program that opens, reads and closes files as fast as it can, and what
 * watching costs falcod. With a folder for PATH the program makes, closes and removes files there, each with
 * a name of its own. Measured are: unobserved, with upstream's rules, and with those but without the filter in the
 * kernel. Needs root, and upstream's rules where the conformance cases are.
 *
 *     deno run -A scripts/bench/live_opens.ts [PATH] [ROUNDS]
 *
 * The machine's other work disturbs: the ways take turns, and of each the median slice counts. Falcod
 * watches only the program, which costs each call that is not left out a look-up more than watching
 * everything does.
 */
import { corpusPath } from "../../tests/corpus.ts";
import { buildProgram } from "../../tests/kernel/build_program.ts";
import { Stage, withFalcod } from "../../tests/kernel/harness.ts";
import { cpuSeconds } from "./process_usage.ts";

const STABLE = ["falco_rules"];
const ALL = [...STABLE, "falco-incubating_rules", "falco-sandbox_rules"];
const UNFILTERED = ["-o", "engine.falcod.kernel_filter=false"];
const SLICES = 100;
const WARM_UP = 20;
/** A start goes on for a while after falcod watches: memory is given back. */
const SETTLE_MS = 3000;

interface Way {
  readonly name: string;
  /** Absent: nobody watches. */
  readonly rules?: readonly string[];
  readonly args?: readonly string[];
  readonly nsOfSlices: number[];
  falcodSeconds: number;
  seconds: number;
}

function way(name: string, options: Pick<Way, "rules" | "args"> = {}): Way {
  return { name, ...options, nsOfSlices: [], falcodSeconds: 0, seconds: 0 };
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? NaN;
}

async function measure(way: Way, load: string, path: string): Promise<void> {
  const deed = Deno.statSync(path).isDirectory ? "fresh" : "read";
  const run = async (stage: Stage, slices: number): Promise<number[]> =>
    (JSON.parse(await stage.run(`${load} ${deed} ${slices} 0 ${path}`)) as number[]).slice(1);
  if (way.rules === undefined) {
    await using stage = new Stage();
    await run(stage, WARM_UP);
    way.nsOfSlices.push(...await run(stage, SLICES));
    return;
  }
  const rules = way.rules.map((name) => {
    const found = corpusPath(`rules/current/${name}.yaml`);
    if (found === undefined) throw new Error(`upstream's ${name}.yaml is not there`);
    return found;
  });
  await withFalcod({ rules, args: way.args ?? [] }, async (falcod, stage) => {
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    await run(stage, WARM_UP);
    await falcod.settle();
    const cpu = cpuSeconds(falcod.processId), startMs = performance.now();
    way.nsOfSlices.push(...await run(stage, SLICES));
    way.seconds += (performance.now() - startMs) / 1000;
    way.falcodSeconds += cpuSeconds(falcod.processId) - cpu;
  });
}

if (import.meta.main) {
  const [path = "/etc/hostname", rounds = "3"] = Deno.args;
  const unobserved = way("unobserved");
  const ways = [
    unobserved,
    way("stable rules", { rules: STABLE }),
    way("stable rules, no kernel filter", { rules: STABLE, args: UNFILTERED }),
    way("93 rules", { rules: ALL }),
    way("93 rules, no kernel filter", { rules: ALL, args: UNFILTERED }),
  ];
  const load = await buildProgram("load");
  for (let round = 0; round < Number(rounds); round++) {
    for (const each of ways) await measure(each, load, path);
  }
  console.log(path);
  for (const { name, nsOfSlices, falcodSeconds, seconds } of ways) {
    const ns = median(nsOfSlices);
    const rate = `${(median(unobserved.nsOfSlices) / ns * 100).toFixed(1)} %`;
    const cpu = seconds > 0
      ? `falcod ${(falcodSeconds / seconds * 100).toFixed(1)} % of a core`
      : "";
    console.log(`${name.padEnd(32)} ${String(ns).padStart(6)} ns ${rate.padStart(8)}  ${cpu}`);
  }
}
