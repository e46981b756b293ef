import { assert, assertEquals, assertRejects } from "../../../tests/assert.ts";
import { openCapture, OutputError, ScapReader } from "../../scap/mod.ts";
import { State } from "../../state/mod.ts";
import { event, exit, snapshot } from "../../state/testing.ts";
import { thisMachine } from "./machine.ts";
import type { Recording } from "./recording.ts";
import { rotatedPath } from "./rotated_names.ts";
import { RecordingSeries, type RecordingSeriesOptions } from "./series.ts";

async function inFolder(
  more: Partial<RecordingSeriesOptions>,
  body: (series: RecordingSeries, seen: { state: State; folder: string; failures: Error[] }) => //
  Promise<void>,
): Promise<void> {
  const folder = Deno.makeTempDirSync();
  const failures: Error[] = [];
  const state = new State({ files: { read: () => undefined, version: () => undefined } });
  state.seed([snapshot(10), snapshot(20)]);
  const series = new RecordingSeries(state, {
    path: `${folder}/x.scap`,
    machine: thisMachine("h"),
    interfaces: [],
    onFailure: (error) => failures.push(error),
    ...more,
  });
  try {
    await body(series, { state, folder, failures });
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

interface Held {
  readonly processes: readonly number[];
  readonly events: number;
}

/** What the captures of a folder hold, in the order of their names. */
async function heldIn(folder: string): Promise<readonly Held[]> {
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  return await Promise.all(names.map(async (name) => {
    const processes: number[] = [];
    using reader = new ScapReader(await openCapture(`${folder}/${name}`));
    for (let item = reader.next(); item.kind !== "end"; item = reader.next()) {
      if (item.kind === "more") await reader.fill();
      else if (item.kind === "process") processes.push(item.threadId);
      else assert(item.kind !== "fault", name);
    }
    return { processes, events: reader.eventCount };
  }));
}

function sees(series: RecordingSeries, threadId: number, times: number): void {
  for (let time = 0; time < times; time++) {
    series.turn();
    series.event(event(threadId, { type: 131 }), true);
  }
}

Deno.test("RecordingSeries without rotation is one capture of the given name", async () => {
  await inFolder({}, async (series, { folder }) => {
    await series.begin();
    sees(series, 10, 500);
    await series.close();
    assertEquals([series.path, series.captures], [`${folder}/x.scap`, 1]);
    assertEquals(await heldIn(folder), [{ processes: [10, 20], events: 500 }]);
  });
});

Deno.test("RecordingSeries begins another capture when one is large, with what is known by then", async () => {
  const finished: Recording[] = [];
  const rotation = { sizeBytes: 4096 };
  const onFinished = (recording: Recording) => void finished.push(recording);
  await inFolder({ rotation, onFinished }, async (series, { state, folder, failures }) => {
    await series.begin();
    sees(series, 10, 60);
    assertEquals(series.captures, 1);
    series.turn();
    state.apply(exit(20), 30e9);
    series.change(exit(20), 30e9);
    sees(series, 10, 60);
    assertEquals(series.captures, 2);
    await series.close();
    const held = await heldIn(folder);
    assertEquals(held.map(({ processes }) => processes), [[10, 20], [10]]);
    assertEquals([series.eventCount, failures], [held[0]!.events + held[1]!.events, []]);
    assertEquals(finished.map(({ eventCount }) => eventCount), [held[0]!.events]);
    for (
      const { name, size } of [...Deno.readDirSync(folder)].map(({ name }) => ({
        name,
        size: Deno.statSync(`${folder}/${name}`).size,
      }))
    ) {
      assert(/^x-\d{8}T\d{6}\.\d{3}Z\.scap$/.test(name), name);
      assert(size < 4096 + 256, `${size}`);
    }
  });
});

Deno.test("RecordingSeries whose list of processes is larger than a capture still has events in each", async () => {
  await inFolder({ rotation: { sizeBytes: 1 } }, async (series, { folder }) => {
    await series.begin();
    sees(series, 10, 100);
    await series.close();
    const held = await heldIn(folder);
    assert(held.length > 2 && held.length < 20, `${held.length}`);
    assertEquals(held.reduce((all, { events }) => all + events, 0), 100);
  });
});

Deno.test("RecordingSeries begins another capture after so long, if there was anything", async () => {
  await inFolder({ rotation: { everyMs: 20 } }, async (series, { folder }) => {
    await series.begin();
    await pause(100);
    assertEquals(series.captures, 1);
    sees(series, 10, 1);
    for (const since = Date.now(); series.captures < 2 && Date.now() < since + 5000;) {
      await pause(5);
    }
    await pause(60);
    await series.close();
    assertEquals((await heldIn(folder)).map(({ events }) => events), [1, 0]);
  });
});

Deno.test("RecordingSeries removes its oldest captures, those of earlier runs first", async () => {
  const rotation = { sizeBytes: 1, keep: 2 };
  await inFolder({ rotation }, async (series, { folder }) => {
    const earlier = `${folder}/x-20200131T120000.000Z.scap`, other = `${folder}/x.scap`;
    for (const path of [earlier, other]) Deno.writeTextFileSync(path, "");
    await series.begin();
    sees(series, 10, 1);
    assertEquals([...Deno.readDirSync(folder)].length, 3);
    for (let more = 0; more < 5; more++) {
      sees(series, 10, 40);
      await pause(20);
    }
    await series.close();
    const left = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    assertEquals(left.length, 3, `${left}`);
    assertEquals(left.at(-1), "x.scap");
    assertEquals(left.at(-2), series.path.slice(folder.length + 1));
    assert(series.captures > 2);
  });
});

Deno.test("RecordingSeries removes only captures, and one that stays keeps no others", async () => {
  const kept: string[] = [];
  const rotation = { sizeBytes: 1, keep: 1 };
  const onKept = ({ message }: Error) => void kept.push(message);
  await inFolder({ rotation, onKept }, async (series, { folder }) => {
    const notes = `${folder}/x-20190131T120000.000Z.scap`;
    Deno.writeTextFileSync(notes, "not falcod's");
    for (const year of [2020, 2021, 2099]) {
      Deno.writeTextFileSync(`${folder}/x-${year}0131T120000.000Z.scap`, "");
    }
    await series.begin();
    await series.close();
    const left = [...Deno.readDirSync(folder)].map(({ name }) => `${folder}/${name}`).sort();
    assertEquals(left, [notes, series.path]);
    assertEquals(kept, [`"${notes}" is no capture`]);
  });
});

Deno.test("RecordingSeries never leaves many more captures than it keeps, however fast they follow", async () => {
  await inFolder({ rotation: { sizeBytes: 1, keep: 3 } }, async (series, { folder }) => {
    await series.begin();
    let most = 0;
    for (let time = 0; time < 300; time++) {
      sees(series, 10, 40);
      await Promise.resolve();
      if (time % 10 === 0) await pause(0);
      most = Math.max(most, [...Deno.readDirSync(folder)].length);
    }
    await series.close();
    assert(series.captures > 10, `${series.captures}`);
    assert(most <= 5, `${most}`);
    assertEquals([...Deno.readDirSync(folder)].length, 3);
  });
});

Deno.test("RecordingSeries begins no captures without end while the disk takes nothing", async () => {
  await inFolder({ rotation: { sizeBytes: 1 } }, async (series, { folder }) => {
    await series.begin();
    sees(series, 10, 3000);
    assertEquals(series.captures, 17);
    await pause(300);
    sees(series, 10, 100);
    assert(series.captures > 17, `${series.captures}`);
    await series.close();
    const held = await heldIn(folder);
    assertEquals(held.reduce((all, { events }) => all + events, 0), 3100);
  });
});

Deno.test("RecordingSeries ends with what came before whole, though the last one cannot be made", async () => {
  const finished: number[] = [];
  const onFinished = ({ eventCount }: Recording) => void finished.push(eventCount);
  await inFolder({ rotation: { sizeBytes: 1 }, onFinished }, async (series, { folder }) => {
    const now = Date.now, laterMs = now() + 60_000;
    const taken = rotatedPath(`${folder}/x.scap`, laterMs + 9);
    Deno.mkdirSync(taken);
    await series.begin();
    Date.now = () => laterMs;
    try {
      while (series.path !== taken) sees(series, 10, 1);
    } finally {
      Date.now = now;
    }
    await assertRejects(() => series.close(), OutputError, "it is a directory");
    assertEquals(series.broken?.path, taken);
    assertEquals(finished.length, 10);
    Deno.removeSync(taken);
    assertEquals((await heldIn(folder)).map(({ events }) => events), finished);
  });
});

Deno.test("RecordingSeries tells that a capture could not be created", async () => {
  await inFolder({ rotation: { sizeBytes: 1 } }, async (series, { folder, failures }) => {
    await series.begin();
    sees(series, 10, 1);
    Deno.removeSync(folder, { recursive: true });
    sees(series, 10, 40);
    await series.close().catch(() => {});
    assert(failures.some(({ message }) => message.includes("No such file")), `${failures}`);
    Deno.mkdirSync(folder);
  });
});

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
