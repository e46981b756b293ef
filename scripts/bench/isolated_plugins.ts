/**
 * What plugins in processes of their own get through: alerts to a sink, and events from a source that are
 * judged by one rule on a field of theirs. Both in batches, over pipes, as in a run.
 *
 *     deno run -A --unstable-worker-options scripts/bench/isolated_plugins.ts [SECONDS]
 *
 * Wanted: 50,000 alerts and 200,000 events a second, on a machine that does nothing else; the time of
 * falcod's own CPU is told as well, which others take nothing from.
 */
import process from "node:process";
import { runtimeNeeds } from "../../core/app/guests.ts";
import type { Alert } from "../../core/alert/mod.ts";
import { ownProgram, Report, SourceText } from "../../core/base/mod.ts";
import { Engine } from "../../core/engine/mod.ts";
import type { Source, SourcePlugin } from "../../core/plugin/mod.ts";
import { NO_PERMISSIONS } from "../../core/plugin/permissions.ts";
import { entryOf } from "../../core/plugin/third_party/plugin_of.ts";
import { Guests, type ThirdPartyPlugin } from "../../core/plugin/third_party/guests.ts";
import { readManifest } from "../../core/plugin/manifest.ts";
import { loadRules, readRuleFile } from "../../core/rule/mod.ts";
import { State } from "../../core/state/mod.ts";

const seconds = Number(Deno.args[0] ?? 5);

const SINK = `let alerts = 0;
export default { kind: "sink", definition: { open: () => ({
  write(batch) { for (const { rule } of batch) if (rule !== "") alerts++; },
}) } };`;

const SOURCE =
  `export default { kind: "source", definition: { run: async ({ signal, ready, emit }) => {
  ready();
  for (let n = 0; !signal.aborted;) {
    const batch = [];
    for (let i = 0; i < 1000; i++, n++) {
      batch.push({ time: 1.7e12 + n, value: {
        action: n % 1000 === 0 ? "delete" : "read", user: { name: "user" + n % 50 },
        repository: "owner/name" + n % 10, address: "10.0.0." + n % 250, number: n } });
    }
    await emit(batch);
  }
} } };`;

const RULES = `
- rule: Deleted
  desc: Something was deleted
  condition: bench.action = delete
  output: "%bench.user deleted"
  priority: NOTICE
  source: bench
`;

const guests = new Guests({
  program: ownProgram(),
  environment: () => undefined,
  ...runtimeNeeds((name) => Deno.env.get(name)),
  starting: (start) => start(),
});
const say = (line: string) => console.error(line);
guests.log = { debug: say, info: say, warning: say, error: say };

function plugin(module: string, more: object): ThirdPartyPlugin {
  const text = JSON.stringify({
    name: "bench",
    version: "1.0.0",
    description: "Measures",
    api: "^1.0.0",
    entry: "mod.js",
    sha256: "0".repeat(64),
    ...more,
  });
  const manifest = readManifest(new SourceText("falcod-plugin.json", text), new Report())!;
  return {
    manifest,
    entry: new TextEncoder().encode(module),
    permissions: NO_PERMISSIONS,
    isTrusted: false,
    memoryBytes: 256 << 20,
    cpuShare: 1,
  };
}

interface Rate {
  readonly perSecond: number;
  /** Of falcod; the plugin's process has as much to do. */
  readonly cpuNs: number;
}

/** Of so many, since a time and a use of the CPU. */
function rateOf(count: number, startMs: number, before: NodeJS.CpuUsage): Rate {
  const { user, system } = process.cpuUsage(before);
  const perSecond = count / (performance.now() - startMs) * 1000;
  return { perSecond, cpuNs: (user + system) * 1000 / count };
}

async function sinkRate(): Promise<Rate> {
  const { default: made } = await entryOf(plugin(SINK, { kind: "sink" }), guests)!.load();
  if (made.kind !== "sink") throw new Error("no sink");
  const sink = made.create({});
  const alert: Alert = {
    rule: "Sensitive file opened for reading",
    priority: "Warning",
    source: "syscall",
    tags: ["filesystem", "host"],
    timeNs: 1_700_000_000_123_456_789n,
    hostname: "node-1",
    message: "Sensitive file opened for reading | file=/etc/shadow user=root process=cat",
    fields: new Map<string, string | number | bigint>([
      ["fd.name", "/etc/shadow"],
      ["user.name", "root"],
      ["proc.name", "cat"],
      ["proc.cmdline", "cat /etc/shadow"],
      ["proc.pid", 12345],
      ["container.id", "host"],
    ]),
  };
  const line = `12:00:00.123456789: Warning ${alert.message}`;
  const batch = Array.from({ length: made.batchSize! }, () => ({ alert, line }));
  await sink.write(batch);
  const before = process.cpuUsage();
  const start = performance.now();
  let count = 0;
  for (; performance.now() - start < seconds * 1000; count += batch.length) await sink.write(batch);
  const rate = rateOf(count, start, before);
  await sink.close();
  return rate;
}

async function sourceRate(): Promise<Rate> {
  const field = (name: string, from: string) => ({
    name: `bench.${name}`,
    type: "text",
    description: "A part",
    from,
  });
  const fields = [field("action", "/action"), field("user", "/user/name")];
  const described = { kind: "source", source: { name: "bench", fields } };
  const { default: made } = await entryOf(plugin(SOURCE, described), guests)!.load();
  const { fields: table, create } = made as SourcePlugin;
  const report = new Report();
  const ruleset = loadRules([readRuleFile(new SourceText("rules.yaml", RULES), report)], {
    fieldsOf: (source) => source === "bench" ? table : undefined,
    engineVersion: "0.63.0",
    minimumPriority: "Debug",
  }, report)!;
  let alerts = 0;
  const engine = new Engine({
    ruleset,
    state: new State({}),
    hostname: "node-1",
    deliver: () => void alerts++,
    ruleMatching: "first",
    onFault: (error) => console.error(error.message),
  });
  const stop = new AbortController();
  const source: Source = create({});
  let count = 0, start = 0;
  let before = process.cpuUsage();
  const run = source.run({ eventTypes: new Set(), fields: new Set() }, {
    signal: stop.signal,
    log: guests.log!,
    deliver: (event) => {
      if (count++ === 0) {
        start = performance.now();
        before = process.cpuUsage();
        setTimeout(() => stop.abort(), seconds * 1000);
      }
      engine.process(event);
    },
    change: () => {},
    seed: () => {},
    account: () => {},
    container: () => {},
    ready: () => {},
    settle: () => undefined,
  });
  await run;
  const rate = rateOf(count, start, before);
  if (alerts < count / 1000 - 1) throw new Error(`${alerts} alerts of ${count} events`);
  return rate;
}

const sink = await sinkRate(), source = await sourceRate();
for (
  const [what, { perSecond, cpuNs }] of [["sink: alerts", sink], [
    "source: events",
    source,
  ]] as const
) {
  console.log(`isolated ${what}: ${Math.round(perSecond)}/s, ${Math.round(cpuNs)} ns of CPU each`);
}
Deno.exit(sink.perSecond >= 50_000 && source.perSecond >= 200_000 ? 0 : 1);
