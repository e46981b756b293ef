import { assertEquals } from "../../tests/assert.ts";
import { Random } from "../../tests/property/random.ts";
import type { Event } from "../event/mod.ts";
import type { State } from "../state/mod.ts";
import { interpretCondition } from "./interpret.ts";
import type { Leaf } from "./leaf.ts";
import { LeafSet, type Truths } from "./leaf_set.ts";
import { check } from "./testing.ts";

const WORDS = ["-e ", "-E ", "secret", "SECRET", "aws_access", "/etc/shadow", "é", "\udc80", "x"];
const state = {} as State;

function leafOf(text: string): Leaf {
  const { condition } = check(text);
  if (condition?.kind === "comparison" || condition?.kind === "exists") return condition;
  throw new Error(`no leaf: ${text}`);
}

Deno.test("LeafSet says of short and of long texts what the judge says of each leaf", () => {
  const random = new Random(11);
  for (let round = 0; round < 40; round++) {
    const set = new LeafSet({ remembers: random.below(2) === 0 });
    const leaves = Array.from({ length: 1 + random.below(20) }, () => {
      const word = random.pick(WORDS.slice(0, -2));
      const operator = random.pick(["contains", "icontains", "startswith", "endswith", "="]);
      return leafOf(`proc.exe ${operator} "${word}"`);
    });
    const places = leaves.map((leaf) => set.add(leaf));
    for (let texts = 0; texts < 20; texts++) {
      const size = random.pick([0, 1, 5, 60, 2000]);
      const text = Array.from({ length: random.below(size + 1) }, () => random.pick(WORDS)).join(
        "",
      );
      const event = { "proc.exe": text } as unknown as Event;
      const truths = set.truths(event, state);
      for (const [i, leaf] of leaves.entries()) {
        const { group, index } = places[i]!;
        assertEquals(truths[group]!.holds[index], interpretCondition(leaf, event, state), text);
      }
    }
  }
});

Deno.test("LeafSet has one truth for texts of which the same is true, in whatever order it is found", () => {
  const set = new LeafSet({ remembers: true });
  for (const word of ["first", "second", "third", "fourth"]) {
    set.add(leafOf(`proc.exe contains ${word}`));
  }
  const long = " ".repeat(3000);
  const truthsOf = (text: string): Truths =>
    set.truths({ "proc.exe": text } as unknown as Event, state);
  const [truth] = truthsOf("first third");
  assertEquals(truthsOf(`${long}first${long}third`)[0] === truth, true);
  assertEquals(truthsOf(`${long}third${long}first`)[0] === truth, true);
  assertEquals(truthsOf(`${long}third${long}`)[0] === truth, false);
});

Deno.test("LeafSet tells long lists apart that differ in one value, and knows those that are alike", () => {
  const values = Array.from({ length: 600 }, (_, index) => `a value of many letters ${index}`);
  const inList = (last: string) =>
    check("proc.exe in (l)", { lists: { l: [...values.map((value) => `"${value}"`), last] } })
      .condition as Leaf;
  const set = new LeafSet({ remembers: true });
  // Of one length: V8 hashes such texts by nothing else.
  const places = Array.from({ length: 40 }, (_, index) => set.add(inList(`x${100 + index}`)));
  assertEquals(places.map(({ index }) => index), places.map((_, index) => index));
  assertEquals([set.add(inList("x120")), set.size], [places[20], 40]);
});
