import { assertEquals, assertRejects } from "../../../tests/assert.ts";
import { capture, process } from "../../../tests/made_captures.ts";
import type { EventNeeds, SourceContext } from "../../../core/mod.ts";
import { ReplaySource } from "./source.ts";

const needs: EventNeeds = { eventTypes: new Set(), fields: new Set() };

function contextOf(said: string[], signal = new AbortController().signal): SourceContext {
  const log = { debug() {}, info() {}, warning() {}, error() {} };
  return {
    signal,
    log,
    deliver: ({ number }) => void said.push(`event ${number}`),
    change: ({ kind }) => void said.push(kind),
    seed: (processes) => void said.push(...[...processes].map(({ comm }) => comm)),
    account() {},
    container() {},
    ready: () => void said.push("ready"),
    settle: () => undefined,
  };
}

Deno.test("the replay source says what the capture holds and ends", async () => {
  const path = Deno.makeTempFileSync();
  const events = [{ type: "close" }, { type: "setsid", params: { res: 10 } }];
  Deno.writeFileSync(path, await capture([process(10, "cat")], events));
  try {
    const said: string[] = [];
    const source = new ReplaySource({ captureFile: path });
    await source.run(needs, contextOf(said));
    assertEquals(said, ["ready", "cat", "thread", "membership"]);
    assertEquals(source.counters(), {
      played: 2,
      "drops.unconvertible": 0,
      threads_left_out: 0,
      texts_cut: 0,
      descriptors_forgotten: 0,
    });
    said.length = 0;
    await source.run(needs, contextOf(said, AbortSignal.abort()));
    assertEquals(said, []);
  } finally {
    Deno.removeSync(path);
  }
});

Deno.test("the replay source plays so many seconds of the recording", async () => {
  const path = Deno.makeTempFileSync();
  const events = [0, 1.9e9, 2e9, 2.1e9].map((atNs) => ({ type: "close", atNs }));
  Deno.writeFileSync(path, await capture([process(10, "cat")], events));
  const played = async (seconds?: number) => {
    const said: string[] = [];
    const source = new ReplaySource({ captureFile: path, ...seconds && { seconds } });
    const eventTypes = new Set(Array(400).keys());
    await source.run({ ...needs, eventTypes }, contextOf(said));
    return said.filter((text) => text.startsWith("event"));
  };
  try {
    assertEquals(await played(2), ["event 1", "event 2"]);
    assertEquals((await played()).length, 4);
  } finally {
    Deno.removeSync(path);
  }
});

Deno.test("the replay source says once that less is kept than a capture has in it", async () => {
  const path = Deno.makeTempFileSync();
  const events = Array.from({ length: 20 }, (_, n) => ({
    type: "execve",
    threadId: 100 + n,
    params: {
      res: 0,
      exe: "x",
      args: [`${n}${"a".repeat(30_000)}`],
      tid: 100 + n,
      pid: 100 + n,
      ptid: 1,
    },
  }));
  Deno.writeFileSync(path, await capture([process(10, "cat")], events));
  try {
    for (const [keptBytes, told] of [[1 << 18, 1], [1 << 28, 0]] as const) {
      const source = new ReplaySource({ captureFile: path }, { keptBytes });
      const warnings: string[] = [];
      const context = contextOf([]);
      const log = { ...context.log, warning: (text: string) => void warnings.push(text) };
      await source.run(needs, { ...context, log });
      assertEquals(warnings.length, told);
      assertEquals(source.counters()["texts_cut"]! > 0, told === 1);
    }
  } finally {
    Deno.removeSync(path);
  }
});

Deno.test("the replay source fails where there is no capture", async () => {
  const source = new ReplaySource({ captureFile: "/nonexistent.scap" });
  const said: string[] = [];
  await assertRejects(source.run(needs, contextOf(said)), { code: "open-failed" });
  assertEquals(said, []);
});
