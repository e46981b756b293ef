/**
 * Random histories of a small machine, seeded: recorded and replayed, each event is there again, with the
 * process that caused it as it was.
 */
import { Recorder } from "../../core/record/mod.ts";
import { MemoryOutput, ScapWriter } from "../../core/scap/mod.ts";
import { State, UNKNOWN_IMAGE } from "../../core/state/mod.ts";
import type { Event } from "../../core/event/mod.ts";
import { layout } from "../../ffi/mod.ts";
import { LiveEvent } from "../../plugins/sources/syscall/live_event.ts";
import { assertEquals } from "../assert.ts";
import { MACHINE, replayed } from "../recorded.ts";
import { RecordWriter } from "../records.ts";
import { Random } from "./random.ts";
import { randomChange, randomRecord } from "./small_machine.ts";

const SEED = Number(Deno.env.get("FALCOD_SEED") ?? Date.now() % 1_000_000);
const HISTORIES = Number(Deno.env.get("FALCOD_HISTORIES") ?? 12);
const STEPS = 1500;
const NO_FILES = { read: () => undefined, version: () => undefined };

type Seen = Readonly<Record<string, string | number | undefined>>;

/** What both have to see alike; of a process nobody knows, nothing but its number. */
function look({ type, threadId, descriptor }: Event, { thread }: State): Seen {
  const path = descriptor?.path?.given;
  const event = { type, threadId, ...path !== undefined && { path } };
  const process = thread?.process;
  if (!process || process.image === UNKNOWN_IMAGE) return event;
  const { image: { exePath, exe, args }, cwd, id } = process;
  const { euid } = thread.credentials;
  return { ...event, exePath, exe, args: args.join(" "), cwd, processId: id, euid };
}

async function record(random: Random): Promise<{ seen: readonly Seen[]; bytes: Uint8Array }> {
  const output = new MemoryOutput();
  const writer = new ScapWriter(output);
  const state = new State({ files: NO_FILES });
  const recorder = new Recorder(writer, state, { machine: MACHINE, interfaces: [] });
  recorder.begin();
  const event = new LiveEvent({ epochMinusBootNs: MACHINE.bootTimeNs });
  const seen: Seen[] = [];
  for (let step = 0; step < STEPS; step++) {
    const bootNs = 1e9 + step * 1e6;
    if (random.below(12) === 0) {
      const change = randomChange(random);
      state.apply(change, bootNs);
      recorder.change(change, bootNs);
    }
    const records = new RecordWriter(4096);
    const at = randomRecord(random, records, bootNs);
    const { memory } = records;
    event.load(memory, at, memory.u16[(at + layout.RECORD_HEADER.kind) >> 1]!);
    state.begin(event);
    seen.push(look(event, state));
    assertEquals(recorder.event(event), "written");
    state.end(event);
  }
  await writer.close();
  return { seen, bytes: output.bytes };
}

for (let run = 0; run < HISTORIES; run++) {
  const seed = SEED + run;
  Deno.test(`a recorded history is replayed as it was (seed ${seed})`, async () => {
    const { seen, bytes } = await record(new Random(seed));
    const again = await replayed(bytes, look);
    assertEquals(again.length, seen.length);
    for (const [step, expected] of seen.entries()) {
      const found = Object.fromEntries(
        Object.keys(expected).map((key) => [key, again[step]![key]]),
      );
      assertEquals(found, expected, `event ${step}`);
    }
  });
}
