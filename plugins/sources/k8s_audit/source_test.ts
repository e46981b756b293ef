import { assertEquals, assertRejects } from "../../../tests/assert.ts";
import type { EventNeeds, SourceContext } from "../../../core/mod.ts";
import plugin from "./mod.ts";
import { Files, line } from "./testing.ts";

const NEEDS: EventNeeds = { eventTypes: new Set(), fields: new Set() };

function contextInto(said: string[], signal = new AbortController().signal): SourceContext {
  const nothing = () => {};
  return {
    signal,
    log: { debug: nothing, info: nothing, warning: nothing, error: nothing },
    deliver: ({ number, source }) => void said.push(`${source} ${number}`),
    change: nothing,
    seed: nothing,
    account: nothing,
    container: nothing,
    ready: () => void said.push("ready"),
    settle: () => undefined,
  };
}

const create = (...inputs: readonly unknown[]) =>
  plugin.create(plugin.schema.parse({ inputs, maxEventBytes: 500 }));

Deno.test("the k8s_audit source is ready when all its inputs are, and ends when they have", async () => {
  using files = new Files();
  const text = `${line("a")}\n{\n${line("b", "x".repeat(600))}\n{"kind":"Pod"}\n`;
  const source = create(
    { kind: "path", path: files.write("a.log", text) },
    { kind: "path", path: files.write("b.log", `${line("c")}\n`) },
  );
  const said: string[] = [];
  await source.run(NEEDS, contextInto(said));
  assertEquals(said.toSorted(), ["k8s_audit 1", "k8s_audit 2", "ready"]);
  assertEquals(source.counters(), {
    events: 2,
    refused: 0,
    "drops.malformed": 1,
    "drops.too_large": 1,
    "drops.too_deep": 0,
    "drops.too_large_bodies": 0,
    "drops.not_recognized": 1,
  });
});

Deno.test("an input of the k8s_audit source that fails ends the others", async () => {
  using files = new Files();
  const source = create(
    { kind: "tail", path: files.write("a.log", "") },
    { kind: "path", path: files.path("none") },
  );
  await assertRejects(source.run(NEEDS, contextInto([])), { code: "open-failed" });
});
