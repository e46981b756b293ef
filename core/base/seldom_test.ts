import { assertEquals } from "../../tests/assert.ts";
import { andMore, Seldom } from "./seldom.ts";

Deno.test("Seldom says the first thing at once, and how many it passed over", () => {
  let nowMs = 5;
  const seldom = new Seldom(100, () => nowMs);
  const said: number[] = [];
  const say = () => seldom.say((unsaid) => void said.push(unsaid));
  say();
  say();
  nowMs += 99;
  say();
  nowMs += 1;
  say();
  nowMs += 500;
  say();
  assertEquals(said, [0, 2, 0]);
  assertEquals([andMore(0), andMore(3)], ["", " (and 3 more)"]);
});
