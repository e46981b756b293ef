import { assert, assertEquals } from "../../../tests/assert.ts";
import { ALL_GROUPS, NO_GROUPS, someReadings } from "../../metrics/testing.ts";
import type { MetricGroups } from "../../metrics/mod.ts";
import type { Source } from "../../plugin/mod.ts";
import { MetricsReader, type Told } from "./reader.ts";

interface Scene {
  lastDoneNs: bigint;
  counted: number;
  rules: readonly string[];
}

function reader(scene: Scene, groups: MetricGroups, source: Partial<Source> = {}): MetricsReader {
  const readings = someReadings();
  const one: Source = {
    name: "syscall",
    engineName: "modern_bpf",
    run: () => Promise.resolve(),
    update: () => {},
    counters: () => ({ "events.file": ++scene.counted }),
    cpus: () => [{ events: 1, drops: 0 }],
    programs: () => [{ name: "on_sys_exit", runs: 1, runNs: 2 }],
    ...source,
  };
  const told = {
    hostname: "here",
    engine: { counters: () => readings.engine, ruleset: { rules: readings.rules } },
    delivery: { counters: () => readings.outputs, heldBack: readings.heldBack },
    state: { counters: readings.state, containers: { withoutImage: 4 } },
    runs: {
      all: () => [{ run: { source: one, events: 7, failures: 0 }, health: { state: "running" } }],
    },
    paths: { rules: [], config: [] },
    reloads: {
      counters: () => ({ done: 1, refused: 2, lastDoneNs: scene.lastDoneNs }),
      loaded: () => ({ rules: scene.rules, config: [] }),
    },
    captures: undefined,
    web: undefined,
  };
  return new MetricsReader(told as unknown as Told, groups);
}

const scene = (): Scene => ({ lastDoneNs: 5n, counted: 0, rules: [] });

/** Longer than readings count as fresh. */
const stale = () => new Promise((resolve) => setTimeout(resolve, 110));

Deno.test("MetricsReader answers many who ask at once with one reading", async () => {
  const place = scene();
  const metrics = reader(place, ALL_GROUPS);
  const [one, two, families, same] = await Promise.all([
    metrics.read(),
    metrics.read(),
    metrics.families(),
    metrics.families(),
  ]);
  assert(one === two && families === same);
  assertEquals(place.counted, 1);
  await stale();
  await metrics.read();
  assertEquals(place.counted, 2);
});

Deno.test("MetricsReader reads what the parts of a run have to tell", async () => {
  const { run, reloads, sources, containersWithoutImage, resources } = await reader(
    scene(),
    ALL_GROUPS,
  ).read();
  assertEquals([run.hostname, run.cpus], ["here", navigator.hardwareConcurrency]);
  assert(run.bootNs > 0n && run.startNs > run.bootNs);
  assertEquals(reloads, { done: 1, refused: 2, lastDoneNs: 5n });
  assertEquals(containersWithoutImage, 4);
  assertEquals([sources[0]!.events, sources[0]!.cpus.length, sources[0]!.programs.length], [
    7,
    1,
    1,
  ]);
  assert(resources !== undefined);
});

Deno.test("MetricsReader does not ask for what is switched off", async () => {
  const refuse = () => {
    throw new Error("asked");
  };
  const metrics = reader(scene(), NO_GROUPS, { cpus: refuse, programs: refuse });
  const { resources, sources } = await metrics.read();
  assertEquals([resources, sources[0]!.cpus, sources[0]!.programs], [undefined, [], []]);
});

Deno.test("MetricsReader names the way that events come", async () => {
  const engineName = async (source: Partial<Source>) =>
    (await reader(scene(), NO_GROUPS, source).read()).sources[0]!.engineName;
  assertEquals(await engineName({}), "modern_bpf");
  assertEquals(await engineName({ engineName: undefined } as never), "source_plugin");
  assertEquals(await engineName({ isRecorded: true }), "");
});

Deno.test("MetricsReader hashes the files again when other rules are in effect", async () => {
  const path = Deno.makeTempFileSync({ prefix: "falcod-reader-" });
  try {
    const place = { ...scene(), rules: [path] };
    const metrics = reader(place, NO_GROUPS);
    const digest = async () => (await metrics.read()).files.rules[0]!.sha256;
    const before = await digest();
    Deno.writeTextFileSync(path, "changed, and not in effect yet");
    await stale();
    assertEquals(await digest(), before);
    place.lastDoneNs = 6n;
    await stale();
    assert(await digest() !== before);
  } finally {
    Deno.removeSync(path);
  }
});
