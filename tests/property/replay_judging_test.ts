/**
 * Random captures of files being opened, seeded: an engine with tables and generated code and one that
 * interprets every condition raise the same alerts, event for event.
 */
import { Engine, type Evaluator } from "../../core/engine/mod.ts";
import { recordedState, Replay, type ReplaySink } from "../../core/replay/mod.ts";
import type { Ruleset } from "../../core/rule/mod.ts";
import { memoryInput, ScapReader } from "../../core/scap/mod.ts";
import type { State } from "../../core/state/mod.ts";
import { assert, assertEquals } from "../assert.ts";
import { capture, type GivenEvent, process } from "../made_captures.ts";
import { rulesetOf } from "../ruleset.ts";
import { Random } from "./random.ts";
import { FILES, IDS, rulesText, upstream } from "./small_machine.ts";

const SEED = Number(Deno.env.get("FALCOD_SEED") ?? Date.now() % 1_000_000);
const HISTORIES = Number(Deno.env.get("FALCOD_HISTORIES") ?? 12);
const STEPS = 1500;
const NAMES = ["bash", "sh", "cat", "vi", "sshd", "nginx"];
/** Those of all rules, and a few that nobody asks about. */
const PATHS = [...FILES, "/srv/app/part-1.data", "/srv/app/part-2.data", "/opt/x/y/z.so"];
/** O_RDONLY, O_WRONLY, O_RDWR, O_WRONLY | O_CREAT, O_DIRECTORY, and one that the kernel added to. */
const OPEN_FLAGS = [1, 2, 3, 6, 0x401, 0x4006];
const ERRORS = [-1, -2, -13];

function opening(random: Random, threadId: number): GivenEvent {
  const type = random.pick(["open", "openat", "openat", "openat", "openat2", "creat"]);
  return {
    type,
    threadId,
    params: {
      fd: random.below(3) === 0 ? random.pick(ERRORS) : 3 + random.below(6),
      dirfd: random.below(4) === 0 ? random.pick([3, 4, -1]) : -100,
      name: random.below(30) === 0 ? "" : random.pick(PATHS),
      // Most say what others said.
      flags: random.below(3) === 0 ? random.pick(OPEN_FLAGS) : 1,
      mode: random.below(4) === 0 ? random.pick([0o644, 0o755]) : 0,
      dev: 1,
      ino: BigInt(random.below(12) === 0 ? 1 : 0),
      ...type === "creat" && { creat_flags: random.below(3) },
    },
  };
}

/** Another user, or another program. */
function becoming(random: Random, threadId: number): GivenEvent {
  if (random.below(2) === 0) {
    return { type: "setuid", threadId, params: { res: 0, uid: random.pick([0, 1000]) } };
  }
  const comm = random.pick(NAMES);
  const params = {
    res: 0,
    exe: comm,
    comm,
    tid: threadId,
    pid: threadId,
    trusted_exepath: `/bin/${comm}`,
  };
  return { type: "execve", threadId, params };
}

/** Nearly all of them open something. */
function randomEvents(random: Random): readonly GivenEvent[] {
  const events: GivenEvent[] = [];
  while (events.length < STEPS) {
    const threadId = random.pick(IDS);
    if (random.below(40) === 0) {
      const path = random.pick(["/tmp", "/etc", "/"]);
      events.push({ type: "chdir", threadId, params: { res: 0, path } });
    }
    if (random.below(60) === 0) events.push(becoming(random, threadId));
    const event = opening(random, threadId);
    // Captures of old say twice what is opened, and not always the same.
    if (random.below(6) === 0 && event.type !== "creat") {
      const other = { name: random.pick(PATHS), flags: random.pick(OPEN_FLAGS) };
      const params = { ...event.params, ...random.below(2) === 0 && other };
      events.push({ ...event, direction: "enter", params });
    }
    events.push(event);
  }
  return events;
}

/** One engine with a state of its own. */
class Side {
  readonly state = recordedState();
  readonly alerts: string[] = [];
  readonly engine: Engine;

  constructor(ruleset: Ruleset, evaluator: Evaluator, ruleMatching: "first" | "all") {
    const deliver = ({ rule }: { rule: string }) => void this.alerts.push(rule);
    const { state } = this;
    this.engine = new Engine({ ruleset, state, hostname: "h", deliver, evaluator, ruleMatching });
  }
}

async function compare(ruleset: Ruleset, random: Random): Promise<number> {
  const matching = random.pick(["first", "all"] as const);
  const tables = new Side(ruleset, "emit", matching);
  const judge = new Side(ruleset, "interpret", matching);
  const processes = IDS.map((id, i) => process(id, NAMES[i % NAMES.length]!));
  const bytes = await capture(processes, randomEvents(random));
  const told: string[] = [];
  await play(
    bytes,
    sinkIntoBoth([tables.state, judge.state], (event) => {
      for (const side of [tables, judge]) {
        side.alerts.length = 0;
        side.engine.process(event);
        assertEquals(side.engine.counters().faults, 0);
      }
      assertEquals(tables.alerts, judge.alerts, `event ${event.number}`);
      told.push(...judge.alerts.map((rule) => `${event.number} ${rule}`));
    }),
  );
  const { events } = judge.engine.counters();
  const passing = new Side(ruleset, "emit", matching);
  const { engine, state, alerts } = passing;
  const toldInPassing: string[] = [];
  const sink = sinkIntoBoth([state], (event) => {
    alerts.length = 0;
    engine.process(event);
    toldInPassing.push(...alerts.map((rule) => `${event.number} ${rule}`));
  });
  let passed = 0;
  await play(bytes, {
    ...sink,
    passes: (eventType, kin, threadId, processId) => {
      const isPassed = engine.passes("syscall", eventType, kin, threadId, processId);
      if (isPassed) passed++;
      return isPassed;
    },
  });
  assertEquals(toldInPassing, told);
  assertEquals(engine.counters().events, events);
  passedInAll += passed;
  return told.length;
}

/** Events that no engine had to look at. */
let passedInAll = 0;

async function play(bytes: Uint8Array, sink: ReplaySink): Promise<void> {
  const replay = new Replay(sink);
  using reader = new ScapReader(memoryInput(bytes));
  for (;;) {
    const item = reader.next();
    if (item.kind === "more") await reader.fill();
    else if (item.kind === "end") return;
    else if (item.kind === "fault") throw new Error(item.reason);
    else replay.take(item);
  }
}

function sinkIntoBoth(states: readonly State[], deliver: ReplaySink["deliver"]): ReplaySink {
  return {
    deliver,
    change: (change, clockNs) => states.forEach((state) => state.apply(change, clockNs)),
    seed: (processes) => {
      const all = [...processes];
      for (const state of states) state.seed(all);
    },
    account: (change) => states.forEach((state) => state.account(change)),
    container: (container) => states.forEach((state) => state.containers.set(container)),
  };
}

async function forSeeds(check: (random: Random) => Promise<void>): Promise<void> {
  for (let run = 0; run < HISTORIES; run++) {
    const seed = SEED + run;
    try {
      await check(new Random(seed));
    } catch (error) {
      throw new Error(`with FALCOD_SEED=${seed}`, { cause: error });
    }
  }
}

Deno.test("of a capture, Engine with tables and Engine that interprets think alike", async () => {
  let alerts = 0;
  await forSeeds(async (random) => {
    alerts += await compare(rulesetOf(rulesText(random)), random);
  });
  assert(alerts > HISTORIES * STEPS / 40, `only ${alerts} alerts`);
});

Deno.test({
  name:
    "of a capture, Engine with tables and Engine that interprets think alike of upstream's rules",
  ignore: upstream === undefined,
  fn: async () => {
    let alerts = 0;
    passedInAll = 0;
    await forSeeds(async (random) => void (alerts += await compare(upstream!, random)));
    assert(alerts > HISTORIES * STEPS / 40, `only ${alerts} alerts`);
    assert(passedInAll > HISTORIES * STEPS / 100, `only ${passedInAll} events passed`);
  },
});
