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
    });
    said.length = 0;
    await source.run(needs, contextOf(said, AbortSignal.abort()));
    assertEquals(said, ["ready"]);
  } finally {
    Deno.removeSync(path);
  }
});

Deno.test("the replay source fails where there is no capture", async () => {
  const source = new ReplaySource({ captureFile: "/nonexistent.scap" });
  await assertRejects(source.run(needs, contextOf([])), { code: "open-failed" });
});
