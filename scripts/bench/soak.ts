/**
 * Falcod under a mixed load for a long time: programs that live for less than a millisecond, files
 * opened, containers that come and go. Prints what memory falcod holds as it goes on, and at the end
 * whether its process table is /proc's. Needs root, podman, and upstream's rules where the conformance
 * cases are.
 *
 *     deno run -A scripts/bench/soak.ts [MINUTES] [SAMPLES]
 */
import { corpusPath } from "../../tests/corpus.ts";
import { buildProgram } from "../../tests/kernel/build_program.ts";
import { type Falcod, type Stage, withFalcod } from "../../tests/kernel/harness.ts";
import { Podman } from "../../tests/kernel/podman.ts";
import { ancestorsOf } from "../../tests/kernel/process_tree.ts";
import { summaryOf } from "../../tests/kernel/summary.ts";

const RULES = ["falco_rules", "falco-incubating_rules", "falco-sandbox_rules"];
const IMAGE = "docker.io/library/soak:1.0";
/** 10 000 a minute. */
const EXECS_PER_SECOND = 167;
const OPENS_PER_SECOND = 2000;
const CONTAINERS_PAUSE_S = 10;
const PATHS = "/etc/passwd /etc/hostname /usr/bin/env /etc/ssl/openssl.cnf /etc/hosts /bin/sh";
const SECOND_MS = 1000;
/** USER_HZ, which is 100 on every Linux. */
const TICKS_PER_SECOND = 100;

/** In MB; the second is what no file and no other process shares. */
function memoryOf(processId: number): { readonly resident: number; readonly own: number } {
  const status = Deno.readTextFileSync(`/proc/${processId}/status`);
  const megabytes = (key: string) =>
    Math.round(Number(new RegExp(`^${key}:\\s*(\\d+)`, "m").exec(status)?.[1]) / 1024);
  return { resident: megabytes("VmRSS"), own: megabytes("RssAnon") };
}

function cpuSeconds(processId: number): number {
  const stat = Deno.readTextFileSync(`/proc/${processId}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function row(...cells: readonly (string | number)[]): void {
  console.log(cells.map((cell) => String(cell).padStart(12)).join(""));
}

async function sample(falcod: Falcod, seconds: number, samples: number): Promise<void> {
  row("minute", "resident MB", "own MB", "CPU %");
  let before = cpuSeconds(falcod.processId), at = performance.now();
  const begun = at;
  for (let n = 1; n <= samples; n++) {
    await new Promise((resolve) => setTimeout(resolve, seconds / samples * SECOND_MS));
    const cpu = cpuSeconds(falcod.processId), now = performance.now();
    const { resident, own } = memoryOf(falcod.processId);
    const used = (cpu - before) / ((now - at) / SECOND_MS) * 100;
    row(((now - begun) / SECOND_MS / 60).toFixed(1), resident, own, used.toFixed(1));
    before = cpu;
    at = now;
  }
}

/** Runs until it is over, and gives how many containers there were. */
async function load(stage: Stage, podman: Podman, seconds: number): Promise<string> {
  const program = await buildProgram("load");
  return await stage.run(
    `${program} open ${OPENS_PER_SECOND} ${seconds} ${PATHS} &
     ${program} exec ${EXECS_PER_SECOND} ${seconds} soak &
     end=$(($(date +%s) + ${seconds})); n=0
     while [ $(date +%s) -lt $end ]; do
       ${podman.command} run --rm --network none ${IMAGE} /bin/sh -c 'cat /etc/passwd >/dev/null; true'
       n=$((n + 1)); sleep ${CONTAINERS_PAUSE_S}
     done; wait; echo "$n containers"`,
    (seconds + 120) * SECOND_MS,
  );
}

if (import.meta.main) {
  const [minutes = "30", samples = "30"] = Deno.args;
  const seconds = Math.round(Number(minutes) * 60);
  const rules = RULES.map((name) => {
    const found = corpusPath(`rules/current/${name}.yaml`);
    if (found === undefined) throw new Error(`upstream's ${name}.yaml is not there`);
    return found;
  });
  await using podman = await Podman.create([IMAGE]);
  await podman.startService();
  await withFalcod({ rules, args: podman.falcodArguments() }, async (falcod, stage) => {
    const [made] = await Promise.all([
      load(stage, podman, seconds),
      sample(falcod, seconds, Number(samples)),
    ]);
    console.log(made);
    await falcod.settle();
    const { log } = await falcod.stop();
    const summary = summaryOf(log);
    for (const [what, count] of summary) console.log(`${what}: ${count}`);
    const there = ancestorsOf(stage.processId) + 1;
    console.log(`processes that are there: ${there}; known: ${summary.get("processes known")}`);
  });
}
