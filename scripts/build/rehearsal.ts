/**
 * What every watch and replay does once it has begun, with a capture in memory: so that V8 has compiled it
 * when its cache is taken (warm_up.ts). Nothing in it waits for files, threads or the clock, which would have
 * V8 compile in another order each time.
 */
import type { Replay } from "../../core/replay/mod.ts";
import type { ScapReader } from "../../core/scap/mod.ts";

/** Plays the demo, and answers how many alerts came of it. */
export async function rehearse(): Promise<number> {
  // Not with the program: each start would have to wait for modules that it does not use.
  const { gunzipSync } = await import("node:zlib");
  const { DEMO_FILE } = await import("../../core/app/commands/demo.ts");
  const { denoHost } = await import("../../core/app/mod.ts");
  const { prepare } = await import("../../core/app/start.ts");
  const { recordedStateFor } = await import("../../core/app/recorded_state.ts");
  const { ownPath, readOwnFile } = await import("../../core/base/own_files.ts");
  const { Engine, needsOf } = await import("../../core/engine/mod.ts");
  const { Replay } = await import("../../core/replay/mod.ts");
  const { memoryInput, ScapReader } = await import("../../core/scap/mod.ts");
  const { builtinPlugins } = await import("../../plugins/mod.ts");
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
  using reader = new ScapReader(memoryInput(capture));
  play(reader, replay);
  return alerts;
}

function play(reader: ScapReader, replay: Replay): void {
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
