/** Random changes, seeded: the tables stay whole and bounded, and nothing throws. */
import {
  cgroupPaths,
  containerOf,
  type Process,
  ProcessTable,
  State,
} from "../../core/state/mod.ts";
import { parseGroup, parsePasswd } from "../../core/state/user_table.ts";
import {
  credentials,
  event,
  exec,
  exit,
  exitThread,
  fork,
  image,
  membership,
  snapshot,
} from "../../core/state/testing.ts";
import type { StateChange } from "../../core/event/mod.ts";
import { assert, assertEquals } from "../assert.ts";
import { Random } from "./random.ts";

const SEED = Number(Deno.env.get("FALCOD_SEED") ?? Date.now() % 1_000_000);
const RUNS = 60;
const STEPS = 400;
/** More ids than the table holds: eviction and reuse happen all the time. */
const IDS = 40;
const CAPACITY = 24;
/** Sharing programs keeps the test quick. */
const PROGRAM = image("program");

/** Each run has a seed of its own, so that one failing run can be repeated alone. */
function forSeeds(check: (random: Random) => void): void {
  for (let run = 0; run < RUNS; run++) {
    const seed = SEED + run;
    try {
      check(new Random(seed));
    } catch (error) {
      throw new Error(`with FALCOD_SEED=${seed}`, { cause: error });
    }
  }
}

/** Mostly sane ids, now and then nonsense. */
function randomId(random: Random): number {
  return random.below(50) === 0 ? random.pick([0, -1, NaN, 2 ** 31, 1.5]) : 1 + random.below(IDS);
}

function randomChange(random: Random): StateChange {
  const id = () => randomId(random);
  const startClockNs = random.below(100) * 10_000_000;
  const place = () => membership(id(), { cgroup: random.pick(["/", "", "/default/web"]) });
  switch (random.below(10)) {
    case 0:
    case 1:
      return fork(id(), id(), startClockNs);
    case 2: {
      const childThreadId = id();
      return { ...fork(id(), id()), childThreadId, childParentId: id() } as StateChange;
    }
    case 3:
      return exec(id(), "x", { parentId: id(), threadId: id(), image: PROGRAM, startClockNs });
    case 4:
      return exit(id(), random.pick([0, 1, id()]));
    case 5:
      return exitThread(id(), id());
    case 6:
      return { kind: "membership", threadId: id(), processId: id(), membership: place() };
    case 7:
      return { kind: "credentials", threadId: id(), processId: id(), credentials: credentials(1) };
    case 8:
      return { kind: "comm", threadId: id(), processId: id(), comm: "y" };
    default:
      return { kind: "cwd", threadId: id(), processId: id(), cwd: "/" };
  }
}

function checkWhole(processes: ProcessTable): void {
  const { counters } = processes;
  assert(counters.processes <= CAPACITY, `${counters.processes} processes`);
  assert(counters.threads <= CAPACITY, `${counters.threads} threads`);
  let waiting = 0;
  for (const process of processes.processes()) {
    const parent = processes.parent(process);
    if (parent) {
      assertEquals(processes.process(parent.id) === parent, true, "dangling parent");
      assertEquals(parent.id, process.parentId);
    } else if (process.parentId > 0) {
      assertEquals(processes.process(process.parentId), undefined, "waits for who is there");
      waiting++;
    }
    checkAcyclic(processes, process);
  }
  assertEquals(counters.waitingForParent, waiting);
  let threads = 0;
  for (let id = 0; id <= IDS; id++) {
    const thread = processes.thread(id);
    if (!thread) continue;
    threads++;
    assertEquals(thread.id, id);
    assertEquals(processes.process(thread.process.id) === thread.process, true, "stray thread");
  }
  assert(threads <= counters.threads && counters.threads <= threads + 1, "threads off the books");
}

function checkAcyclic(processes: ProcessTable, process: Process): void {
  const seen = new Set([process]);
  for (const ancestor of processes.ancestors(process)) {
    assert(!seen.has(ancestor), "a process is its own ancestor");
    seen.add(ancestor);
  }
  assert(seen.size <= 65);
  processes.sessionLeader(process);
  processes.groupLeader(process);
}

Deno.test("a process table stays whole and bounded whatever changes come", () => {
  forSeeds((random) => {
    const processes = new ProcessTable({ capacity: CAPACITY });
    for (let step = 0; step < STEPS; step++) {
      switch (random.below(8)) {
        case 0:
          processes.seed([
            snapshot(randomId(random), {
              threadId: randomId(random),
              parentId: randomId(random),
              image: PROGRAM,
              startClockNs: random.below(100) * 10_000_000,
            }),
          ]);
          break;
        case 1:
          processes.find(randomId(random), randomId(random));
          break;
        default:
          processes.apply(randomChange(random), random.below(1e9));
      }
      if (random.below(2) === 0) processes.flush();
      checkWhole(processes);
    }
  });
});

Deno.test("begin() and end() take any event", () => {
  forSeeds((random) => {
    const state = new State({
      threadCapacity: CAPACITY,
      containerCapacity: 2,
      files: { read: () => "", version: () => undefined },
      lookUpThread: (id) => random.below(2) === 0 ? snapshot(id, { image: PROGRAM }) : undefined,
    });
    for (let step = 0; step < STEPS; step++) {
      const next = event(randomId(random), {
        processId: randomId(random),
        clockNs: random.below(1e9) * 10,
        change: random.below(2) === 0 ? randomChange(random) : undefined,
      });
      state.begin(next);
      const { thread, process } = state;
      assertEquals(process, thread?.process);
      state.end(next);
      checkWhole(state.processes);
    }
  });
});

const PIECES = [
  "/",
  "/",
  "docker",
  "-",
  ".scope",
  ".slice",
  "libpod-",
  "kubepods",
  "crio-",
  ":cri-containerd:",
  "lxc.payload.",
  "lxc",
  "bpm-",
  "..",
  "a".repeat(64),
  "a".repeat(63),
  "\u0000",
  "\n",
  "😀",
  "\udc00",
  "\\x2d",
  "root:x:0:0",
  "::",
];

Deno.test("containerOf() and the parsers of the host's files take any text", () => {
  forSeeds((random) => {
    for (let step = 0; step < 50; step++) {
      let text = random.below(2) === 0 ? "/" : "";
      for (let n = random.below(40); n > 0; n--) text += random.pick(PIECES);
      const container = containerOf(text, [text.slice(0, 5)]);
      if (container) {
        assert(container.id.length > 0 && container.fullId.startsWith(container.id));
        assert(!container.fullId.includes("/"));
      }
      cgroupPaths(text);
      parsePasswd(text);
      parseGroup(text);
    }
  });
});
