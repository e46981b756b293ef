/**
 * Captures that contradict themselves about whose thread a thread is, seeded: the alerts of a rule do not
 * depend on what other rules make falcod look at.
 */
import { Engine, needsOf } from "../../core/engine/mod.ts";
import { playCapture, recordedState, Replay, sinkInto } from "../../core/replay/mod.ts";
import { assert, assertEquals } from "../assert.ts";
import { rulesetOf } from "../ruleset.ts";
import { type CaptureFacts, factsOf, RuleAuthor } from "./capture_rules.ts";
import { changingHost } from "./changing_host.ts";
import { Random } from "./random.ts";

const SEED = Number(Deno.env.get("FALCOD_SEED") ?? Date.now() % 1_000_000);
const HOSTS = Number(Deno.env.get("FALCOD_HISTORIES") ?? 6);
const EVENTS = 1500;
const CHOICES = 6;
const TYPES_CHOSEN = 3;
/** All that is shown of who caused an event, whatever other events have said. */
const OUTPUT = [
  "evt.num",
  "evt.type",
  "thread.tid",
  "thread.vtid",
  "thread.ismain",
  "thread.nametid",
  "thread.cap_effective",
  "proc.pid",
  "proc.vpid",
  "proc.cmdline",
  "proc.exeline",
  "proc.exepath",
  "proc.cwd",
  "proc.sid",
  "proc.sname",
  "proc.pgid.name",
  "proc.nthreads",
  "proc.ppid",
  "proc.pcmdline",
  "proc.apid[2]",
  "proc.acmdline[2]",
  "proc.aname[3]",
  "proc.env",
  "proc.duration",
  "user.uid",
  "user.name",
  "group.gid",
  "user.loginuid",
  "container.id",
  "fd.name",
];
const NEVER = 'proc.name = "no such name"';

function ruleOn(name: string, types: readonly string[], condition: string) {
  return {
    rule: name,
    desc: "A rule",
    condition: `evt.type in (${types.join(", ")}) and ${condition}`,
    output: OUTPUT.map((field) => `%${field}`).join(" "),
    priority: "INFO",
  };
}

async function alertsOf(path: string, rules: readonly unknown[]): Promise<readonly string[]> {
  const ruleset = rulesetOf(JSON.stringify(rules));
  const state = recordedState();
  const alerts: string[] = [];
  const engine = new Engine({
    ruleset,
    state,
    hostname: "h",
    deliver: ({ message }) => void alerts.push(message),
  });
  const replay = new Replay(sinkInto(state, (event) => engine.process(event)));
  const { eventTypes, fields } = needsOf(ruleset, "syscall", { isRecorded: true });
  replay.want(eventTypes, fields);
  await playCapture(path, replay);
  assertEquals(engine.counters().faults, 0);
  return alerts;
}

function someTypes(facts: CaptureFacts, random: Random): readonly string[] {
  return [...new Set(Array.from({ length: TYPES_CHOSEN }, () => random.pick(facts.types)))];
}

/** How many alerts there were. */
async function compare(path: string, random: Random): Promise<number> {
  const facts = await factsOf(path, random);
  const author = new RuleAuthor(facts, random);
  let alerts = 0;
  for (let time = 0; time < CHOICES; time++) {
    const condition = time % 2 === 0 ? "evt.num > 0" : `not (${author.condition()})`;
    const rule = ruleOn("A", someTypes(facts, random), condition);
    const other = ruleOn("B", facts.types.slice(0, 200), NEVER);
    const alone = await alertsOf(path, [rule]);
    const beside = await alertsOf(path, [rule, other]);
    const at = alone.findIndex((alert, index) => alert !== beside[index]);
    if (at >= 0 || alone.length !== beside.length) {
      const where = `seed ${SEED}, ${rule.condition}, alert ${at}`;
      assertEquals(alone.slice(at, at + 1), beside.slice(at, at + 1), where);
      assertEquals(alone.length, beside.length, where);
    }
    alerts += alone.length;
  }
  return alerts;
}

/** How many events there were, with those that a capture begins with and that only tell. */
async function assertTold(path: string): Promise<number> {
  const state = recordedState();
  let events = 0;
  const replay = new Replay(sinkInto(state, (event) => {
    const { thread, number } = event;
    if (events === 0) events = number - 1;
    events++;
    if (thread) {
      const known = state.processes.thread(thread.id);
      assertEquals(known?.process.id, thread.process.id, `event ${number}, seed ${SEED}`);
    }
    state.begin(event);
    state.end(event);
  }));
  await playCapture(path, replay);
  return events;
}

Deno.test("the process table is told of each thread before its event comes", async () => {
  const path = Deno.makeTempFileSync();
  const random = new Random(SEED);
  try {
    for (let host = 0; host < HOSTS; host++) {
      Deno.writeFileSync(path, await changingHost(EVENTS, random, { contradicts: true }));
      assertEquals(await assertTold(path), EVENTS);
    }
  } finally {
    Deno.removeSync(path);
  }
});

Deno.test("whose threads are whose does not depend on what other rules look at", async () => {
  const path = Deno.makeTempFileSync();
  const random = new Random(SEED);
  let alerts = 0;
  try {
    for (let host = 0; host < HOSTS; host++) {
      Deno.writeFileSync(path, await changingHost(EVENTS, random, { contradicts: true }));
      alerts += await compare(path, random);
    }
  } finally {
    Deno.removeSync(path);
  }
  assert(alerts > HOSTS * EVENTS / 10, `only ${alerts} alerts`);
});
