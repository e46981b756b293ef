import { assertEquals } from "../../../tests/assert.ts";
import { openCapture, ScapReader } from "../../scap/mod.ts";
import { State } from "../../state/mod.ts";
import { event, snapshot } from "../../state/testing.ts";
import { thisMachine } from "./machine.ts";
import { Recording } from "./recording.ts";

function recordingInto(path: string, failures: Error[] = []): Recording {
  const state = new State({ files: { read: () => undefined, version: () => undefined } });
  state.seed([snapshot(10)]);
  return new Recording(state, {
    path,
    machine: thisMachine("h"),
    interfaces: [],
    onFailure: (error) => failures.push(error),
  });
}

async function inFolder(body: (path: string) => Promise<void>): Promise<void> {
  const folder = Deno.makeTempDirSync();
  try {
    await body(`${folder}/x.scap`);
    // Nothing else is left.
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["x.scap"]);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

async function countEvents(path: string): Promise<number> {
  using reader = new ScapReader(await openCapture(path));
  for (let item = reader.next(); item.kind !== "end"; item = reader.next()) {
    if (item.kind === "more") await reader.fill();
  }
  return reader.eventCount;
}

Deno.test("Recording takes the name of its file when it begins, not before", async () => {
  await inFolder(async (path) => {
    // As mktemp(1) makes one.
    Deno.writeTextFileSync(path, "");
    const recording = recordingInto(path);
    await recording.opened;
    assertEquals(Deno.readTextFileSync(path), "");
    assertEquals(await recording.begin(), true);
    assertEquals(await countEvents(path), 0);
    recording.recorder.event(event(10, { type: 131 }));
    await recording.close();
    assertEquals(await countEvents(path), 1);
  });
});

Deno.test("Recording leaves a capture without events where nothing happens, whatever was there", async () => {
  await inFolder(async (path) => {
    for (const before of [undefined, "an older one"]) {
      if (before !== undefined) Deno.writeTextFileSync(path, before);
      const recording = recordingInto(path);
      await recording.begin();
      await recording.close();
      assertEquals(await countEvents(path), 0, before);
    }
  });
});

Deno.test("Recording leaves what is there when it is discarded", async () => {
  await inFolder(async (path) => {
    Deno.writeTextFileSync(path, "something dear");
    await recordingInto(path).discard();
    assertEquals(Deno.readTextFileSync(path), "something dear");
  });
});

Deno.test("Recording does not begin where nothing can be written", async () => {
  for (const path of ["/dev/full", "/nowhere/x.scap"]) {
    const failures: Error[] = [];
    const recording = recordingInto(path, failures);
    await recording.opened.catch(() => {});
    assertEquals([await recording.begin(), failures.length], [false, 1], path);
    await recording.discard();
  }
});
