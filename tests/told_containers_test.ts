/** Rules about containers, and events that tell of one. */
import { Engine } from "../core/engine/mod.ts";
import { recordedState, Replay, sinkInto } from "../core/replay/mod.ts";
import { memoryInput, ScapReader } from "../core/scap/mod.ts";
import { assertEquals } from "./assert.ts";
import { capture, type GivenEvent, process } from "./made_captures.ts";
import { rulesetOf } from "./ruleset.ts";

const close: GivenEvent = { type: "close", params: { res: 0, fd: 3 } };
const told: GivenEvent = {
  type: "container",
  params: {
    json: JSON.stringify({ container: { id: "3ad7b26ded6d", name: "web", image: "a:1" } }),
  },
};

async function matched(condition: string, events: readonly GivenEvent[]): Promise<string[]> {
  const messages: string[] = [], state = recordedState();
  const rule = { rule: "r", desc: "d", condition, output: "%evt.num", priority: "NOTICE" };
  const engine = new Engine({
    ruleset: rulesetOf(JSON.stringify([rule])),
    state,
    hostname: "here",
    deliver: ({ message }) => messages.push(message),
  });
  const replay = new Replay(sinkInto(state, (event) => engine.process(event)));
  using reader = new ScapReader(memoryInput(await capture([process(10, "bash")], events)));
  for (let item = reader.next(); item.kind !== "end"; item = reader.next()) {
    if (item.kind === "more") await reader.fill();
    else replay.take(item);
  }
  return messages;
}

Deno.test("Engine asks an event that tells of a container for that one, not for its process's", async () => {
  const events = [close, told, close, told];
  assertEquals(await matched("container.name = web", events), ["2", "4"]);
  assertEquals(await matched("container.id = host", events), ["1", "3"]);
  assertEquals(await matched("container.id != host and proc.name = bash", events), ["2", "4"]);
});

Deno.test("Engine knows events of a container plugin by the names that they carry", async () => {
  const called = (name: string): GivenEvent => {
    const data = new TextEncoder().encode(
      `${JSON.stringify({ container: { id: "3ad7b26ded6d" } })}\0`,
    );
    return { type: "asyncevent", params: { plugin_id: 0, name, data } };
  };
  const events = [close, called("container"), told, called("container_removed"), called("news")];
  assertEquals(await matched("evt.type = container", events), ["2", "3"]);
  assertEquals(await matched("evt.type in (close, container_removed)", events), ["1", "4"]);
  assertEquals(await matched("evt.type != container", events), ["1", "4", "5"]);
  assertEquals(await matched("not evt.type in (close, container)", events), ["4", "5"]);
});
