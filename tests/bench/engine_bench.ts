/**
 * What an event costs from the record to the verdict: state, tables, every condition that is left. The
 * same stream through the tables and generated functions, and through the interpreter.
 *
 * What rules cost is the difference to "no rules". 64 processes take turns; nine of ten events are
 * opens, the dearest of the frequent events: those that no rule asks for cost nothing here.
 */
import { Engine, type Evaluator } from "../../core/engine/mod.ts";
import type { Ruleset } from "../../core/rule/mod.ts";
import { State } from "../../core/state/mod.ts";
import { LiveEvent } from "../../plugins/sources/syscall/live_event.ts";
import { busyHost, type Records } from "../busy_host.ts";
import { readCorpus } from "../corpus.ts";
import { generateRules } from "../generate_rules.ts";
import { rulesetOf } from "../ruleset.ts";

const EVENTS = 20_000;
const ALL = ["falco_rules", "falco-incubating_rules", "falco-sandbox_rules"];

const upstream = (names: readonly string[]) =>
  rulesetOf(names.map((name) => readCorpus(`rules/current/${name}.yaml`)).join("\n"));
const stable = upstream(["falco_rules"]);
const all = upstream(ALL);
const generated = rulesetOf(generateRules(1000, 42));
const none: Ruleset = { ...stable, rules: [] };

const familiar = busyHost(EVENTS);
let fresh = 0;
const strange = () => busyHost(EVENTS, () => `/srv/cache/${(fresh++).toString(36)}/objects.o`);

function engineWith(evaluator: Evaluator, ruleset: Ruleset): (records: Records) => void {
  const engine = new Engine({
    ruleset,
    state: new State(),
    hostname: "bench",
    evaluator,
    deliver: () => {},
  });
  const event = new LiveEvent({ epochMinusBootNs: 1_700_000_000_000_000_000n });
  return ({ writer, offsets, kinds }) => {
    for (let i = 0; i < offsets.length; i++) {
      event.load(writer.memory, offsets[i]!, kinds[i]!);
      engine.process(event);
    }
    const { faults, alerts, events } = engine.counters();
    if (faults > 0) throw new Error("the engine failed on an event");
    if (alerts > events / 100) throw new Error(`${alerts} alerts: that is not what is measured`);
  };
}

for (
  const [name, evaluator, ruleset] of [
    ["no rules (decode, state)", "emit", none],
    ["25 stable rules", "emit", stable],
    ["25 stable rules, interpreted", "interpret", stable],
    ["93 rules", "emit", all],
    ["93 rules, interpreted", "interpret", all],
    ["1000 made-up rules", "emit", generated],
    ["1000 made-up rules, interpreted", "interpret", generated],
  ] as const
) {
  const run = engineWith(evaluator, ruleset);
  Deno.bench(`Engine: ${EVENTS} events, ${name}`, () => run(familiar));
}

for (
  const [name, ruleset] of [
    ["no rules", none],
    ["25 stable rules", stable],
    ["93 rules", all],
  ] as const
) {
  const run = engineWith("emit", ruleset);
  Deno.bench(`Engine: ${EVENTS} events, paths never repeat, ${name}`, (bench) => {
    const records = strange();
    bench.start();
    run(records);
    bench.end();
  });
}
