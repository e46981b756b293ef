/**
 * What is followed of a capture depends on what rules ask for; what fields show must not. Captures are
 * played twice, with every event looked at and with a few types only, chosen by a seed.
 */
import { renderValue, syscallFields } from "../../core/field/mod.ts";
import {
  playCapture,
  recordedState,
  Replay,
  type ReplayEvent,
  sinkInto,
} from "../../core/replay/mod.ts";
import { createCapture } from "../../core/scap/mod.ts";
import type { State } from "../../core/state/mod.ts";
import { writeBusyHost } from "../../scripts/bench/busy_host.ts";
import { assertEquals } from "../assert.ts";
import { corpusFiles, corpusPath } from "../corpus.ts";
import { changingHost } from "./changing_host.ts";
import { Random } from "./random.ts";

const SEED = Number(Deno.env.get("FALCOD_SEED") ?? Date.now() % 1_000_000);
const CHOICES = 6;
const TYPES_CHOSEN = 5;
const BUSY_EVENTS = 20_000;
const CHANGING_EVENTS = 2000;
/** Of a long capture not every event is looked at. */
const MOST_LOOKED_AT = 4000;

const FIELDS = [...syscallFields.values()].filter(({ argument }) => argument?.required !== true);

function look(event: ReplayEvent, state: State): readonly string[] {
  const shown: string[] = [];
  for (const field of FIELDS) {
    const value = (field.show ?? field.extract)(event, state, undefined);
    if (value !== undefined) shown.push(`${field.name}=${renderValue(value, field)}`);
  }
  return shown;
}

/** Of all fields that depend on what is followed, those that are asked about seldom. */
const SELDOM = ["fd.connected", "evt.deltatime", "evt.deltatime.s", "evt.deltatime.ns"];
const USUAL_FIELDS = new Set([...syscallFields.keys()].filter((name) => !SELDOM.includes(name)));

interface Seen {
  readonly shown: ReadonlyMap<number, readonly string[]>;
  readonly types: ReadonlySet<number>;
  readonly events: number;
}

interface Choice {
  readonly wanted: ReadonlySet<number>;
  readonly fields: ReadonlySet<string> | undefined;
  /** Of known kinds of events: nothing comes of it. */
  readonly passes: () => boolean;
}

/** Without a choice all, of events that `isLookedAt`. */
async function seen(
  path: string,
  isLookedAt: (number: number) => boolean,
  { wanted, fields, passes }: Partial<Choice> = {},
): Promise<Seen> {
  const state = recordedState();
  const shown = new Map<number, readonly string[]>();
  const types = new Set<number>();
  const sink = sinkInto(state, (event) => {
    state.begin(event);
    types.add(event.type);
    if (isLookedAt(event.number)) shown.set(event.number, look(event, state));
    state.end(event);
  });
  const replay = new Replay({ ...sink, ...passes && { passes } });
  if (wanted) replay.want(wanted, fields);
  await playCapture(path, replay);
  return { shown, types, events: replay.counters.events };
}

function asked(shown: readonly string[], fields?: ReadonlySet<string>): readonly string[] {
  if (!fields) return shown;
  return shown.filter((text) => !SELDOM.some((name) => text.startsWith(`${name}=`)));
}

async function assertAlike(path: string, random: Random): Promise<void> {
  const { events } = await seen(path, () => false, { wanted: new Set() });
  const step = Math.max(1, Math.floor(events / MOST_LOOKED_AT));
  const isLookedAt = (number: number) => number % step === 0;
  const all = await seen(path, isLookedAt);
  assertEquals(all.events, events);
  const types = [...all.types];
  for (let i = 0; i < CHOICES; i++) {
    const wanted = new Set(Array.from({ length: TYPES_CHOSEN }, () => random.pick(types)));
    const fields = i % 2 === 0 ? USUAL_FIELDS : undefined;
    const passes = () => random.below(2) === 0;
    const few = await seen(path, isLookedAt, { wanted, fields, passes });
    assertEquals(few.events, events);
    for (const [number, shown] of few.shown) {
      const where = `${path}, event ${number}, seed ${SEED}`;
      assertEquals(asked(shown, fields), asked(all.shown.get(number)!, fields), where);
    }
  }
}

Deno.test("what is followed of a busy host does not change what fields show", async () => {
  const path = Deno.makeTempFileSync();
  try {
    await writeBusyHost(await createCapture(path), { events: BUSY_EVENTS, seed: SEED });
    await assertAlike(path, new Random(SEED));
  } finally {
    Deno.removeSync(path);
  }
});

Deno.test("what is followed of a host that contradicts itself does not change what fields show", async () => {
  const path = Deno.makeTempFileSync();
  const random = new Random(SEED);
  try {
    Deno.writeFileSync(path, await changingHost(CHANGING_EVENTS, random, { contradicts: true }));
    await assertAlike(path, random);
  } finally {
    Deno.removeSync(path);
  }
});

const CAPTURES = ["captures/falco", "captures/falco-history", "captures/libs", "ut-captures"]
  .flatMap(corpusFiles).filter((file) => file.endsWith(".scap"));
Deno.test({
  name: "what is followed of upstream's captures does not change what fields show",
  ignore: CAPTURES.length === 0,
  async fn() {
    const random = new Random(SEED);
    for (const file of CAPTURES) {
      await assertAlike(corpusPath(file)!, random);
    }
  },
});
