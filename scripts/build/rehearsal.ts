/**
 * What every watch and replay does once it has begun, with a capture in memory: so that V8 has compiled it
 * when its cache is taken (warm_up.ts). Nothing in it waits for files, threads or the clock, which would have
 * V8 compile in another order each time.
 */
import { gunzipSync } from "node:zlib";
import { DEMO_FILE } from "../../core/app/commands/demo.ts";
import { denoHost } from "../../core/app/mod.ts";
import { prepare } from "../../core/app/start.ts";
import { recordedStateFor } from "../../core/app/recorded_state.ts";
import { ownPath, readOwnFile } from "../../core/base/own_files.ts";
import { Engine, needsOf } from "../../core/engine/mod.ts";
import { Replay } from "../../core/replay/mod.ts";
import { memoryInput, ScapReader } from "../../core/scap/mod.ts";
import { builtinPlugins } from "../../plugins/mod.ts";

/** Plays the demo, and answers how many alerts came of it. */
export async function rehearse(): Promise<number> {
  const host = denoHost(builtinPlugins, ownPath("rules"));
  const capture = gunzipSync(readOwnFile(`rules/${DEMO_FILE}`));
  const { ruleset, settings } = await prepare({
    configPath: `${host.rulesFolder}/falco.yaml`,
    rulePaths: [`${host.rulesFolder}/falco_rules.yaml`],
    options: ["log_level=warning"],
    watched: ["syscall"],
  }, host);
  if (!ruleset) throw new Error("the rules that come with falcod are not right");
  let alerts = 0;
  const state = recordedStateFor(settings.containers);
  const engine = new Engine({ ruleset, state, hostname: "", deliver: () => alerts++ });
  const replay = new Replay({
    deliver: (event) => engine.process(event),
    passes: (eventType, kin, threadId, processId) =>
      engine.passes("syscall", eventType, kin, threadId, processId),
    change: (change, clockNs) => state.apply(change, clockNs),
    seed: (processes) => state.seed(processes),
    account: (change) => state.account(change),
    container: (container) => state.containers.set(container),
  });
  const { eventTypes, fields } = needsOf(ruleset, "syscall", { isRecorded: true });
  replay.want(eventTypes, fields);
  play(capture, replay);
  return alerts;
}

function play(capture: Uint8Array, replay: Replay): void {
  using reader = new ScapReader(memoryInput(capture));
  reader.passedOver = replay.passedOver;
  for (;;) {
    replay.takeEvents(reader, Infinity);
    const item = reader.next();
    if (item.kind === "end") return;
    if (item.kind === "fault") throw new Error(`the demo cannot be played: ${item.reason}`);
    if (item.kind === "more") reader.fill();
    else replay.take(item);
  }
}
