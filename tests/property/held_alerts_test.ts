/**
 * Random histories of a small machine, seeded: alerts that wait for their container are, letter by
 * letter, those of an engine that has known it all along.
 */
import type { Alert } from "../../core/alert/mod.ts";
import { Engine, type EngineOptions } from "../../core/engine/mod.ts";
import type { Ruleset } from "../../core/rule/mod.ts";
import { type Container, State, unknownContainer } from "../../core/state/mod.ts";
import { layout } from "../../ffi/mod.ts";
import { LiveEvent } from "../../plugins/sources/syscall/live_event.ts";
import { assert, assertEquals } from "../assert.ts";
import { RecordWriter } from "../records.ts";
import { rulesetOf } from "../ruleset.ts";
import { Random } from "./random.ts";
import { CONTAINER, randomChange, randomRecord, rulesText, upstream } from "./small_machine.ts";

const SEED = Number(Deno.env.get("FALCOD_SEED") ?? Date.now() % 1_000_000);
const HISTORIES = 6;
const STEPS = 1000;
const { RECORD_HEADER } = layout;

const ID = CONTAINER.slice(0, 12);
const UNKNOWN = unknownContainer({ id: ID, fullId: CONTAINER, engine: "docker" });

/** One engine with a state of its own. */
class Side {
  readonly state = new State();
  readonly alerts: Alert[] = [];
  readonly engine: Engine;
  readonly #event = new LiveEvent({ epochMinusBootNs: 0n });

  constructor(ruleset: Ruleset, options: Partial<EngineOptions>) {
    const { state } = this;
    const deliver = (alert: Alert) => void this.alerts.push(alert);
    this.engine = new Engine({ ruleset, state, hostname: "h", deliver, ...options });
  }

  process({ memory }: RecordWriter, at: number): void {
    this.#event.load(memory, at, memory.u16[(at + RECORD_HEADER.kind) >> 1]!);
    this.engine.process(this.#event);
    assertEquals(this.engine.counters().faults, 0);
  }
}

function compare(ruleset: Ruleset, random: Random): { alerts: number; waited: number } {
  const ruleMatching = random.pick(["first", "all"] as const);
  const ids = new Set([ID]);
  const awaited = { ids, waitMs: 1e6, hurry: () => {} };
  const knowing = new Side(ruleset, { ruleMatching });
  const waiting = new Side(ruleset, { ruleMatching, awaited });
  let waited = 0;
  for (let step = 0; step < STEPS; step++) {
    const bootNs = 1e9 + step * 1e6;
    if (random.below(12) === 0) {
      const change = randomChange(random);
      for (const { state } of [knowing, waiting]) state.apply(change, bootNs);
    }
    const container: Container = {
      ...UNKNOWN,
      known: true,
      name: random.pick(["web", "db"]),
      image: random.pick(["nginx:1.0", undefined]),
      imageRepository: random.pick(["nginx", undefined]),
      privileged: random.pick([true, false]),
      labels: new Map(random.pick([[["io.kubernetes.pod.name", "web-0"]], []])),
    };
    const writer = new RecordWriter(4096);
    const at = randomRecord(random, writer, bootNs);
    knowing.state.containers.set(container);
    knowing.process(writer, at);
    waiting.state.containers.set(UNKNOWN);
    waiting.process(writer, at);
    if (waiting.alerts.length < knowing.alerts.length) waited++;
    writer.memory.u8.fill(0xff);
    waiting.state.containers.set(container);
    waiting.engine.release(ID);
    assertEquals(waiting.alerts, knowing.alerts, `event ${step}`);
    if (step % 100 === 0) { for (const { alerts } of [knowing, waiting]) alerts.length = 0; }
  }
  return { alerts: knowing.engine.counters().alerts, waited };
}

function forSeeds(ruleset: (random: Random) => Ruleset): void {
  let alerts = 0, waited = 0;
  for (let run = 0; run < HISTORIES; run++) {
    const seed = SEED + run;
    try {
      const random = new Random(seed);
      const seen = compare(ruleset(random), random);
      alerts += seen.alerts;
      waited += seen.waited;
    } catch (error) {
      throw new Error(`with FALCOD_SEED=${seed}`, { cause: error });
    }
  }
  assert(alerts > HISTORIES * STEPS / 20, `only ${alerts} alerts with FALCOD_SEED=${SEED}`);
  assert(waited > 0, `none of ${alerts} alerts waited with FALCOD_SEED=${SEED}`);
}

/** Of a few random rules none may ask for what only the engine knows: this one always does. */
const ASKING = `
- rule: asks for the container
  desc: d
  condition: evt.type = openat and container.name = web
  output: o
  priority: NOTICE
`;

Deno.test("alerts that waited for their container are as if it had been known, with mixed rules", () => {
  forSeeds((random) => rulesetOf(ASKING + rulesText(random)));
});

Deno.test({
  name: "alerts that waited for their container are as if it had been known, with upstream's rules",
  ignore: upstream === undefined,
  fn: () => forSeeds(() => upstream!),
});
