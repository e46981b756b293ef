/**
 * Random histories of a small machine, seeded: an engine with tables and generated code and one that
 * interprets every condition raise the same alerts, event for event.
 */
import { Engine, type Evaluator } from "../../core/engine/mod.ts";
import type { Ruleset } from "../../core/rule/mod.ts";
import { State, unknownContainer } from "../../core/state/mod.ts";
import { layout } from "../../ffi/mod.ts";
import { LiveEvent } from "../../plugins/sources/syscall/live_event.ts";
import { assert, assertEquals } from "../assert.ts";
import { RecordWriter } from "../records.ts";
import { rulesetOf } from "../ruleset.ts";
import { FactFinder, RuleAuthor } from "./capture_rules.ts";
import { Random } from "./random.ts";
import { CONTAINER, randomChange, randomRecord, rulesText, upstream } from "./small_machine.ts";

const SEED = Number(Deno.env.get("FALCOD_SEED") ?? Date.now() % 1_000_000);
const HISTORIES = Number(Deno.env.get("FALCOD_HISTORIES") ?? 12);
const STEPS = 1500;
const RULES = 12;
const { RECORD_HEADER } = layout;

/** One engine with a state of its own. */
class Side {
  readonly state = new State();
  readonly event = new LiveEvent({ epochMinusBootNs: 0n });
  readonly #alerts: string[] = [];
  readonly #engine: Engine;

  constructor(
    ruleset: Ruleset,
    evaluator: Evaluator,
    ruleMatching: "first" | "all",
    finder?: FactFinder,
  ) {
    const { state } = this;
    this.#engine = new Engine({
      ...{ ruleset, state, hostname: "h", evaluator, ruleMatching },
      deliver: ({ rule }) => void this.#alerts.push(rule),
      ...finder && { follow: (event) => finder.look(event, state) },
    });
  }

  judge({ memory }: RecordWriter, at: number): readonly string[] {
    this.#alerts.length = 0;
    this.event.load(memory, at, memory.u16[(at + RECORD_HEADER.kind) >> 1]!);
    this.#engine.process(this.event);
    assertEquals(this.#engine.counters().faults, 0);
    return [...this.#alerts];
  }
}

function compare(ruleset: Ruleset, random: Random, finder?: FactFinder): number {
  const matching = random.pick(["first", "all"] as const);
  const tables = new Side(ruleset, "emit", matching, finder);
  const judge = new Side(ruleset, "interpret", matching);
  const both = [tables, judge];
  let alerts = 0;
  for (let step = 0; step < STEPS; step++) {
    const bootNs = 1e9 + step * 1e6;
    if (random.below(12) === 0) {
      const change = randomChange(random);
      for (const { state } of both) state.apply(change, bootNs);
    }
    if (random.below(60) === 0) {
      const reference = {
        id: CONTAINER.slice(0, 12),
        fullId: CONTAINER,
        engine: "docker" as const,
      };
      const container = {
        ...unknownContainer(reference),
        known: true,
        name: random.pick(["web", "db"]),
        imageRepository: random.pick(["nginx", undefined]),
        privileged: random.pick([true, false]),
      };
      const forgets = random.below(4) === 0;
      for (const { state } of both) {
        if (forgets) state.containers.delete(container.id);
        else state.containers.set(container);
      }
    }
    const writer = new RecordWriter(4096);
    const at = randomRecord(random, writer, bootNs);
    const expected = judge.judge(writer, at);
    assertEquals(tables.judge(writer, at), expected, `event ${step}`);
    alerts += expected.length;
  }
  return alerts;
}

function forSeeds(check: (random: Random) => void): void {
  for (let run = 0; run < HISTORIES; run++) {
    const seed = SEED + run;
    try {
      check(new Random(seed));
    } catch (error) {
      throw new Error(`with FALCOD_SEED=${seed}`, { cause: error });
    }
  }
}

Deno.test("Engine with tables and Engine that interprets agree on mixed rules", () => {
  let alerts = 0;
  forSeeds((random) => alerts += compare(rulesetOf(rulesText(random)), random));
  assert(alerts > HISTORIES * STEPS / 40, `only ${alerts} alerts`);
});

Deno.test("Engine with tables and Engine that interprets agree on rules about all there is", () => {
  let alerts = 0;
  forSeeds((random) => {
    const finder = new FactFinder(random);
    compare(rulesetOf(rulesText(random)), random, finder);
    const author = new RuleAuthor(finder.facts, random);
    alerts += compare(rulesetOf(author.rules(RULES)), random);
  });
  assert(alerts > HISTORIES * STEPS / 40, `only ${alerts} alerts`);
});

Deno.test({
  name: "Engine with tables and Engine that interprets agree on upstream's rules",
  ignore: upstream === undefined,
  fn: () => {
    let alerts = 0;
    forSeeds((random) => alerts += compare(upstream!, random));
    assert(alerts > HISTORIES * STEPS / 40, `only ${alerts} alerts`);
  },
});
