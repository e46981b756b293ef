import { assert, assertEquals, assertRejects } from "../../../tests/assert.ts";
import { type Event, eventCodesByName } from "../../event/mod.ts";
import { CaptureFault, playCapture, recordedState, Replay, sinkInto } from "../../replay/mod.ts";
import { capture, process } from "../../../tests/made_captures.ts";
import { createCapture, ScapWriter } from "../../scap/mod.ts";
import { State, UNSEEN_IMAGE } from "../../state/mod.ts";
import { event, image, snapshot } from "../../state/testing.ts";
import { thisMachine } from "../recording/machine.ts";
import { Recording } from "../recording/recording.ts";
import { type ExcerptOptions, type ExcerptResult, writeExcerpt } from "./excerpt.ts";

/** PPME code of an event that changes nothing. */
const SOME = 131;

async function withCapture(body: (path: string, folder: string) => Promise<void>): Promise<void> {
  const folder = Deno.makeTempDirSync();
  try {
    const state = new State({ files: { read: () => undefined, version: () => undefined } });
    const named = (exe: string) => ({ comm: exe, image: { ...image(exe), args: [`of-${exe}`] } });
    state.seed([
      snapshot(10, named("shell")),
      snapshot(20, { ...named("wanted"), parentId: 10, cwd: "/srv" }),
      snapshot(30, named("private")),
    ]);
    const machine = thisMachine("there");
    const options = { path: `${folder}/whole.scap`, machine, interfaces: [], onFailure: () => {} };
    const recording = new Recording(state, options);
    await recording.begin();
    const nowNs = BigInt(Date.now()) * 1_000_000n;
    for (const [at, id] of [20, 30, 20].entries()) {
      const clockNs = (100 + at) * 1e9;
      const seen = { type: SOME, clockNs, timeNs: nowNs + BigInt(at) * 1_000_000_000n };
      recording.recorder.event(event(id, seen));
    }
    await recording.close();
    await body(options.path, folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

async function excerpt(
  from: string,
  to: string,
  picks?: (event: Event) => boolean,
  more: Partial<ExcerptOptions> = {},
): Promise<ExcerptResult> {
  const result = await writeExcerpt(from, {
    to,
    state: recordedState(),
    eventTypes: undefined,
    picks,
    signal: new AbortController().signal,
    onProgress: () => {},
    onLeft: () => {},
    ...more,
  });
  return result ?? { events: 0, picked: 0, lost: 0 };
}

/** Of each event, what its process is by then. */
async function told(path: string): Promise<readonly string[]> {
  const lines: string[] = [];
  const state = recordedState();
  const replay = new Replay(sinkInto(state, (event) => {
    state.begin(event);
    const thread = state.processes.thread(event.threadId)!;
    const { image, cwd, parentId } = thread.process;
    lines.push([event.timeNs, image.exe, ...image.args, cwd, parentId, event.hostname].join(" "));
    state.end(event);
  }));
  await playCapture(path, replay);
  return lines;
}

Deno.test("writeExcerpt() tells of the events that are picked what the capture does, and of no one else", async () => {
  await withCapture(async (whole, folder) => {
    const part = `${folder}/part.scap`;
    const result = await excerpt(whole, part, ({ threadId }) => threadId === 20);
    assertEquals(result.picked, 2);
    const all = await told(whole);
    assert(all[0]?.includes("wanted of-wanted /srv") && all[0].endsWith(" 10 there"), all[0]);
    assertEquals(await told(part), [all[0]!, all[2]!]);
    const text = new TextDecoder("latin1").decode(Deno.readFileSync(part));
    assertEquals([text.includes("of-shell"), text.includes("private")], [true, false]);
  });
});

Deno.test("writeExcerpt() without a condition keeps all", async () => {
  await withCapture(async (whole, folder) => {
    const copy = `${folder}/copy.scap.gz`;
    assertEquals((await excerpt(whole, copy)).picked, 3);
    assertEquals(await told(copy), await told(whole));
    const none = `${folder}/none.scap`;
    assertEquals((await excerpt(whole, none, () => false)).picked, 0);
    assertEquals(await told(none), []);
  });
});

Deno.test("writeExcerpt() waits for the disk, however large events are, and loses none", async () => {
  await withCapture(async (_, folder) => {
    const large = `${folder}/large.scap`;
    const writer = new ScapWriter(await createCapture(large));
    const type = Math.max(...eventCodesByName("write"));
    const data = new Uint8Array(9000);
    for (let at = 0; at < 2500; at++) {
      writer.event({ type, timeNs: 1_700_000_000_000_000_000n, threadId: 10, cpu: 0 }, [
        new Uint8Array(8),
        data,
      ]);
      if (at % 500 === 0) await writer.flush();
    }
    await writer.close();
    const { picked, lost } = await excerpt(large, `${folder}/part.scap`, () => true);
    assertEquals([picked, lost], [2500, 0]);
  });
});

Deno.test("writeExcerpt() replaces no capture that it has not read to its end", async () => {
  await withCapture(async (whole, folder) => {
    const stop = new AbortController();
    let left = 0;
    const stopped = { signal: stop.signal, onLeft: () => void left++ };
    const bytes = Deno.readFileSync(whole);
    await excerpt(whole, whole, () => (stop.abort(), true), stopped);
    assertEquals([left, Deno.readFileSync(whole)], [1, bytes]);
    const link = `${folder}/link`, cut = bytes.subarray(0, bytes.length - 9);
    Deno.symlinkSync(whole, link);
    Deno.writeFileSync(whole, cut);
    const onLeft = stopped.onLeft;
    await assertRejects(() => excerpt(link, whole, undefined, { onLeft }), CaptureFault);
    assertEquals([left, Deno.readFileSync(whole)], [2, cut]);
    assertEquals([...Deno.readDirSync(folder)].length, 2);
    // Nor by nothing at all, when it was stopped before there was an event.
    const old = `${folder}/old.scap`;
    Deno.writeTextFileSync(old, "of yesterday");
    await excerpt(link, old, undefined, { ...stopped, signal: AbortSignal.abort() });
    assertEquals([left, Deno.readTextFileSync(old)], [3, "of yesterday"]);
    // Elsewhere there is what was read.
    const part = `${folder}/part.scap`;
    await assertRejects(() => excerpt(whole, part), CaptureFault);
    assertEquals((await told(part)).length, 2);
  });
});

Deno.test("writeExcerpt() makes nothing up of a process that the capture does not know", async () => {
  await withCapture(async (_, folder) => {
    const lossy = `${folder}/lossy.scap`, part = `${folder}/part.scap`;
    const open = { type: "openat", threadId: 99, params: { fd: 3, dirfd: -100, name: "/etc/x" } };
    const read = { type: "read", threadId: 99, params: { res: 1, fd: 3 } };
    Deno.writeFileSync(lossy, await capture([process(10, "sh")], [open, read]));
    const [type] = eventCodesByName("read").slice(-1);
    assertEquals((await excerpt(lossy, part, (event) => event.type === type)).picked, 1);
    const seen: unknown[] = [];
    const state = recordedState();
    const replay = new Replay(sinkInto(state, (event) => {
      state.begin(event);
      seen.push([event.descriptor?.path?.given, state.process?.image === UNSEEN_IMAGE]);
      state.end(event);
    }));
    await playCapture(part, replay);
    assertEquals(seen, [["/etc/x", true]]);
  });
});
