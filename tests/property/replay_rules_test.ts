/**
 * Random rules about captures, seeded: what passes over events, follows only what is asked for and knows
 * classes of paths and threads raises the alerts of an engine that is shown everything, and interprets
 * every condition.
 */
import { Engine, type Evaluator, needsOf } from "../../core/engine/mod.ts";
import { playCapture, recordedState, Replay, sinkInto } from "../../core/replay/mod.ts";
import type { Ruleset } from "../../core/rule/mod.ts";
import { createCapture } from "../../core/scap/mod.ts";
import { writeBusyHost } from "../../scripts/bench/busy_host.ts";
import { assert, assertEquals } from "../assert.ts";
import { corpusFiles, corpusPath } from "../corpus.ts";
import { rulesetOf } from "../ruleset.ts";
import { type CaptureFacts, factsOf, RuleAuthor } from "./capture_rules.ts";
import { changingHost } from "./changing_host.ts";
import { Random } from "./random.ts";

const SEED = Number(Deno.env.get("FALCOD_SEED") ?? Date.now() % 1_000_000);
const BUSY_EVENTS = 15_000;
const RULESETS = Number(Deno.env.get("FALCOD_HISTORIES") ?? 4);
const RULES = 12;
const HOSTS = 4;
const CHANGING_EVENTS = 3000;

async function alertsOf(
  path: string,
  ruleset: Ruleset,
  { evaluator, all, looksAtAll }: {
    readonly evaluator: Evaluator;
    readonly all: boolean;
    readonly looksAtAll: boolean;
  },
): Promise<readonly string[]> {
  const state = recordedState();
  const alerts: string[] = [];
  const engine = new Engine({
    ruleset,
    state,
    hostname: "h",
    evaluator,
    ruleMatching: all ? "all" : "first",
    deliver: ({ rule, message }) => void alerts.push(`${rule}: ${message}`),
  });
  const replay = new Replay(sinkInto(state, (event) => engine.process(event)));
  const { eventTypes, fields } = needsOf(ruleset, "syscall", { isRecorded: true });
  if (!looksAtAll) replay.want(eventTypes, fields);
  await playCapture(path, replay);
  assertEquals(engine.counters().faults, 0);
  return alerts;
}

/** How many alerts there were. */
async function compare(path: string, facts: CaptureFacts, random: Random): Promise<number> {
  const author = new RuleAuthor(facts, random);
  let alerts = 0;
  for (let time = 0; time < RULESETS; time++) {
    const text = author.rules(RULES);
    const ruleset = rulesetOf(text);
    const all = random.below(2) === 0;
    const quick = await alertsOf(path, ruleset, { evaluator: "emit", all, looksAtAll: false });
    const plain = await alertsOf(path, ruleset, { evaluator: "interpret", all, looksAtAll: true });
    const at = plain.findIndex((alert, index) => alert !== quick[index]);
    const where = `${path}, seed ${SEED}, alert ${at}`;
    if (at >= 0 || quick.length !== plain.length) {
      assertEquals(quick.slice(at, at + 3), plain.slice(at, at + 3), `${where}: ${text}`);
      assertEquals(quick.length, plain.length, `${where}: ${text}`);
    }
    alerts += plain.length;
  }
  return alerts;
}

Deno.test("of a busy host, what is passed over and noted raises what an engine that looks at all does", async () => {
  const path = Deno.makeTempFileSync();
  const random = new Random(SEED);
  try {
    await writeBusyHost(await createCapture(path), { events: BUSY_EVENTS, seed: SEED });
    assert(await compare(path, await factsOf(path, random), random) > 0);
  } finally {
    Deno.removeSync(path);
  }
});

Deno.test("of a host that keeps changing, what is noted raises what an engine that looks at all does", async () => {
  const path = Deno.makeTempFileSync();
  const random = new Random(SEED);
  try {
    let alerts = 0;
    for (let time = 0; time < HOSTS; time++) {
      const contradicts = time % 2 === 1;
      Deno.writeFileSync(path, await changingHost(CHANGING_EVENTS, random, { contradicts }));
      alerts += await compare(path, await factsOf(path, random), random);
    }
    assert(alerts > 0);
  } finally {
    Deno.removeSync(path);
  }
});

const CAPTURES = ["captures/falco", "captures/libs"].flatMap(corpusFiles)
  .filter((file) => file.endsWith(".scap"));
Deno.test({
  name: "of real hosts, what is passed over and noted raises what an engine that looks at all does",
  ignore: CAPTURES.length === 0,
  async fn() {
    const random = new Random(SEED);
    for (const file of CAPTURES) {
      const path = corpusPath(file)!;
      const facts = await factsOf(path, random);
      if (facts.fields.length > 0) await compare(path, facts, random);
    }
  },
});
