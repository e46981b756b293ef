/**
 * From the text of upstream's 93 rules to the verdict on the first events, once, in a process that has
 * done nothing else. `scripts/run_benchmarks.ts` starts it many times.
 *
 * The argument says which part is timed: `all` for the whole way, or a part by itself that is inside
 * one of its phases. Prints milliseconds by phase as JSON.
 */
import { Report, SourceText } from "../../core/base/mod.ts";
import { readYaml } from "../../core/base/yaml.ts";
import { Engine } from "../../core/engine/mod.ts";
import { syscallFields } from "../../core/field/mod.ts";
import { Deprecations } from "../../core/rule/deprecation.ts";
import { mergeFiles } from "../../core/rule/merge.ts";
import { loadRules, readRuleFile, type RuleFile, type Ruleset } from "../../core/rule/mod.ts";
import { State } from "../../core/state/mod.ts";
import { layout } from "../../ffi/mod.ts";
import { LiveEvent } from "../../plugins/sources/syscall/live_event.ts";
import { readCorpus } from "../corpus.ts";
import { RecordWriter } from "../records.ts";

const FILES = ["falco_rules", "falco-incubating_rules", "falco-sandbox_rules"]
  .map((name) => `rules/current/${name}.yaml`);
const SYS_CONNECT = 42;

const phases: Record<string, number> = {};

function timed<Result>(phase: string, work: () => Result): Result {
  const start = performance.now();
  const result = work();
  phases[phase] = performance.now() - start;
  return result;
}

function readTexts(): SourceText[] {
  return FILES.map((file) => new SourceText(file, readCorpus(file)));
}

function readFiles(report: Report): RuleFile[] {
  return readTexts().map((source) => readRuleFile(source, report));
}

function load(files: readonly RuleFile[], report: Report): Ruleset {
  const ruleset = loadRules(files, {
    fieldsOf: (source) => source === "syscall" ? syscallFields : undefined,
    engineVersion: "0.63.0",
    minimumPriority: "Debug",
  }, report);
  if (!ruleset) throw new Error("upstream's rules are refused");
  return ruleset;
}

/** A program starts, opens a file and connects. */
function firstEvents(): RecordWriter & { readonly offsets: readonly number[] } {
  const writer = new RecordWriter(1 << 16);
  const tgid = 1000;
  const exePath = "/usr/bin/worker";
  const given = "/etc/passwd";
  const local = [[10, 0, 0, 1], 40_000] as const;
  const remote = [[10, 0, 0, 2], 443] as const;
  const offsets = [
    writer.exec({ tgid, bootNs: 1e9, argv: ["worker"], exePath, comm: "worker", parentId: 1 }),
    writer.open({ tgid, bootNs: 2e9, given, resolved: given, openFlags: 0 }),
    writer.socket({ tgid, bootNs: 3e9, syscall: SYS_CONNECT, local, remote }),
  ];
  return Object.assign(writer, { offsets });
}

function judge(ruleset: Ruleset, { memory, offsets }: ReturnType<typeof firstEvents>): void {
  const engine = new Engine({ ruleset, state: new State(), hostname: "bench", deliver() {} });
  const event = new LiveEvent({ epochMinusBootNs: 1_700_000_000_000_000_000n });
  for (const offset of offsets) {
    event.load(memory, offset, memory.u16[(offset + layout.RECORD_HEADER.kind) >> 1]!);
    engine.process(event);
  }
  if (engine.counters().faults > 0) throw new Error("the engine failed on an event");
}

const [part] = Deno.args;
const report = new Report();
switch (part) {
  case "all": {
    const events = firstEvents();
    const files = timed("read", () => readFiles(report));
    const ruleset = timed("load", () => load(files, report));
    timed("first events", () => judge(ruleset, events));
    break;
  }
  case "yaml": {
    const sources = timed("text", readTexts);
    timed("yaml", () => sources.map((source) => readYaml(source, report)));
    break;
  }
  case "merge": {
    const files = readFiles(report);
    timed("merge", () => mergeFiles(files, report, new Deprecations()));
    break;
  }
  default:
    throw new Error("name a part: all, yaml or merge");
}
console.log(JSON.stringify(phases));
