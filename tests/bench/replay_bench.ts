/** What an event of a capture costs until it is judged: followed, in the state, held against rules. */
import { Engine, needsOf } from "../../core/engine/mod.ts";
import { recordedState, Replay, type ReplaySink, sinkInto } from "../../core/replay/mod.ts";
import { memoryInput, MemoryOutput, ScapReader } from "../../core/scap/mod.ts";
import { writeBusyHost } from "../../scripts/bench/busy_host.ts";
import { rulesetOf } from "../ruleset.ts";

const EVENTS = 200_000;
const NOTHING: ReplaySink = { deliver() {}, change() {}, seed() {}, account() {}, container() {} };

const output = new MemoryOutput();
await writeBusyHost(output, { events: EVENTS, seed: 1 });
const capture = output.bytes;
const rules = rulesetOf(
  Deno.readTextFileSync(new URL("../../rules/falco_rules.yaml", import.meta.url)),
);

async function play(replay: Replay): Promise<void> {
  using reader = new ScapReader(memoryInput(capture));
  for (;;) {
    const item = reader.next();
    if (item.kind === "more") await reader.fill();
    else if (item.kind === "end" || item.kind === "fault") return;
    else replay.take(item);
  }
}

Deno.bench(`Replay: ${EVENTS} events, followed`, async () => {
  await play(new Replay(NOTHING));
});
Deno.bench(`Replay: ${EVENTS} events, followed and in the state`, async () => {
  const state = recordedState();
  await play(
    new Replay(sinkInto(state, (event) => {
      state.begin(event);
      void event.descriptor?.path;
      state.end(event);
    })),
  );
});
Deno.bench(`Replay: ${EVENTS} events, judged by falcod's rules`, async () => {
  const state = recordedState();
  const engine = new Engine({ ruleset: rules, state, hostname: "bench", deliver() {} });
  const replay = new Replay(sinkInto(state, (event) => engine.process(event)));
  replay.want(needsOf(rules, "syscall").eventTypes);
  await play(replay);
});
