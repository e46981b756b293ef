/**
 * What falcod takes on a machine that it watches, with upstream's stable rules: from its start until it
 * captures, idle, and while /etc/shadow is read again and again. Needs root, and upstream's rules where the
 * conformance cases are.
 *
 *     deno run -A scripts/bench/live_figures.ts [READS_PER_SECOND] [SECONDS]
 *
 * Falcod watches only what this starts. Of starts the quickest and the median are told.
 */
import { buildProgram } from "../../tests/kernel/build_program.ts";
import { corpusPath } from "../../tests/corpus.ts";
import { type Falcod, type Stage, withFalcod } from "../../tests/kernel/harness.ts";
import { cpuSeconds, residentMib } from "./process_usage.ts";

const STARTS = 7;
const SETTLE_MS = 5000;
const IDLE_MS = 20_000;

const rules = [upstreamRules()];

function upstreamRules(): string {
  const found = corpusPath("rules/current/falco_rules.yaml");
  if (found === undefined) throw new Error("upstream's falco_rules.yaml is not there");
  return found;
}

interface Made {
  readonly made: number;
  readonly failed: number;
  readonly milliseconds: number;
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Share of a core while something is going on, and how long it took. */
async function usage(falcod: Falcod, during: () => Promise<unknown>): Promise<number> {
  const cpu = cpuSeconds(falcod.processId), startMs = performance.now();
  await during();
  return (cpuSeconds(falcod.processId) - cpu) / (performance.now() - startMs) * 1000;
}

const percent = (share: number) => `${(share * 100).toFixed(2)} % of a core`;

async function starts(): Promise<void> {
  const times: number[] = [];
  for (let i = 0; i < STARTS; i++) {
    const startMs = performance.now();
    // Started and thrown away: the time until it watches is all that counts.
    await withFalcod({ rules }, () => {
      times.push(performance.now() - startMs);
      return Promise.resolve();
    });
  }
  times.sort((a, b) => a - b);
  const [quickest = NaN] = times, median = times[times.length >> 1] ?? NaN;
  console.log(`start to capturing   ${quickest.toFixed(0)} ms, median ${median.toFixed(0)} ms`);
}

async function idle(falcod: Falcod): Promise<void> {
  await sleep(SETTLE_MS);
  const share = await usage(falcod, () => sleep(IDLE_MS));
  console.log(`idle                 ${percent(share)}, ${residentMib(falcod.processId)} MiB`);
}

async function reads(falcod: Falcod, stage: Stage, rate: number, seconds: number): Promise<void> {
  const load = await buildProgram("load");
  const result = `/tmp/falcod-bench-${Deno.pid}.json`;
  // What cat prints goes nowhere; what the load made is its last line.
  const script = `${load} run ${rate} ${seconds} /bin/cat /etc/shadow | tail -n 1 >${result}`;
  try {
    const before = falcod.alerts.length;
    const share = await usage(falcod, () => stage.run(script, (seconds + 60) * 1000));
    await falcod.settle();
    const { made, failed, milliseconds } = JSON.parse(Deno.readTextFileSync(result)) as Made;
    const seen = falcod.alerts.slice(before).filter(({ output_fields }) =>
      output_fields["fd.name"] === "/etc/shadow"
    ).length;
    console.log(
      `reads of /etc/shadow ${(made / milliseconds * 1000).toFixed(0)} a second, ${
        made - failed
      } ` +
        `read, ${seen} alerts; ${percent(share)}`,
    );
  } finally {
    await Deno.remove(result).catch(() => {});
  }
}

if (import.meta.main) {
  const [rate = "900", seconds = "20"] = Deno.args;
  await starts();
  await withFalcod({ rules }, async (falcod, stage) => {
    await idle(falcod);
    await reads(falcod, stage, Number(rate), Number(seconds));
  });
}
