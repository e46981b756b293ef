import { assertEquals, assertThrows } from "../../tests/assert.ts";
import type { EventNeeds } from "../plugin/mod.ts";
import type { Ruleset } from "../rule/mod.ts";
import { updateSources } from "./update_sources.ts";

const before = { name: "before" } as unknown as Ruleset,
  next = { name: "next" } as unknown as Ruleset;
const needsFor = (ruleset: Ruleset) => ruleset as unknown as EventNeeds;

/** A source that can not capture for some rules. */
function source(refuses?: Ruleset) {
  const captured: unknown[] = [];
  const update = (needs: unknown) => {
    if (needs === refuses) throw new Error("too many open files");
    captured.push(needs);
  };
  return { update, captured };
}

Deno.test("updateSources() has every source capture for the next rules", () => {
  const sources = [source(), source()];
  updateSources(sources, { before, next }, needsFor);
  assertEquals(sources.map(({ captured }) => captured), [[next], [next]]);
});

Deno.test("updateSources() goes back to the rules before where one of them cannot", () => {
  const sources = [source(), source(next), source(before)];
  assertThrows(
    () => updateSources(sources, { before, next }, needsFor),
    Error,
    "too many open files",
  );
  assertEquals(sources.map(({ captured }) => captured), [[next, before], [before], []]);
});
