/**
 * What an event costs from the record to the verdict, with upstream's stable rules: state, index by
 * type, every condition. The same stream through the generated functions and through the interpreter.
 */
import { Engine, type Evaluator } from "../../core/engine/mod.ts";
import type { Ruleset } from "../../core/rule/mod.ts";
import { State } from "../../core/state/mod.ts";
import { layout } from "../../ffi/mod.ts";
import { LiveEvent } from "../../plugins/sources/syscall/live_event.ts";
import { readCorpus } from "../corpus.ts";
import { RecordWriter } from "../records.ts";
import { rulesetOf } from "../ruleset.ts";

const RULES = "rules/current/falco_rules.yaml";
const { RECORD_KIND, RECORD_HEADER } = layout;
const SYS_CONNECT = 42, SYS_UNLINKAT = 263, SYS_DUP2 = 33;
const EVENTS = 20_000;
const PROCESSES = 64;
const PATHS = [
  "/etc/ld.so.cache",
  "/lib/x86_64-linux-gnu/libc.so.6",
  "/usr/lib/locale/locale-archive",
  "/proc/self/status",
  "/etc/passwd",
  "/usr/share/zoneinfo/UTC",
  "/var/lib/app/data.db",
  "/home/user/project/src/main.c",
  "/tmp/build/cache/00aa11bb",
  "/etc/nsswitch.conf",
];

/** A busy host: mostly opens, some of them through a symbolic link, and now and then a new program. */
function busyHost(writer: RecordWriter): number[] {
  const offsets: number[] = [];
  for (let i = 0; i < EVENTS; i++) {
    const tgid = 1000 + i % PROCESSES;
    const bootNs = 1_000_000_000 + i * 1000;
    if (i < PROCESSES || i % 50 === 0) {
      offsets.push(writer.exec({
        tgid,
        bootNs,
        argv: ["worker", `--id=${i % PROCESSES}`, "--config", "/etc/worker.conf"],
        exePath: "/usr/local/bin/worker",
        comm: "worker",
        parentId: i % PROCESSES === 0 ? 1 : 1000,
      }));
    } else if (i % 20 === 0) {
      const local = [[10, 0, 0, 1], 40_000 + i % 1000] as const;
      const remote = [[10, 0, 0, 2], 443] as const;
      offsets.push(writer.socket({ tgid, bootNs, syscall: SYS_CONNECT, local, remote }));
    } else if (i % 33 === 0) {
      offsets.push(writer.path({ tgid, bootNs, syscall: SYS_UNLINKAT, first: "/tmp/x" }));
    } else if (i % 37 === 0) {
      offsets.push(writer.call({ tgid, bootNs, syscall: SYS_DUP2, result: 7 }));
    } else {
      const given = PATHS[i % PATHS.length]!;
      const resolved = given.replace(/^\/lib\//, "/usr/lib/");
      const openFlags = i % 7 === 0 ? 0o1101 : 0;
      offsets.push(writer.open({ tgid, bootNs, given, resolved, openFlags }));
    }
  }
  return offsets;
}

const ruleset = rulesetOf(readCorpus(RULES), RULES);
const writer = new RecordWriter(8 << 20);
const offsets = busyHost(writer);
const kinds = offsets.map((at) => writer.memory.u16[(at + RECORD_HEADER.kind) >> 1]!);

function engineWith(evaluator: Evaluator, rules: Ruleset): () => number {
  let alerts = 0;
  const engine = new Engine({
    ruleset: rules,
    state: new State(),
    hostname: "bench",
    evaluator,
    deliver: () => alerts++,
  });
  const event = new LiveEvent({ epochMinusBootNs: 1_700_000_000_000_000_000n });
  return () => {
    for (let i = 0; i < offsets.length; i++) {
      event.load(writer.memory, offsets[i]!, kinds[i]!);
      engine.process(event);
    }
    if (engine.counters().faults > 0) throw new Error("the engine failed on an event");
    return alerts;
  };
}

const noRules: Ruleset = { ...ruleset, rules: [] };
for (
  const [name, run] of [
    ["no rules (decode, state)", engineWith("emit", noRules)],
    ["25 stable rules, generated", engineWith("emit", ruleset)],
    ["25 stable rules, interpreted", engineWith("interpret", ruleset)],
  ] as const
) {
  Deno.bench(`Engine: ${EVENTS} events, ${name}`, () => void run());
}

if (kinds.some((kind) => kind === RECORD_KIND.fork)) throw new Error("forks are no events");
