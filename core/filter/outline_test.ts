import { assert, assertEquals } from "../../tests/assert.ts";
import { Random } from "../../tests/property/random.ts";
import { bitsIn, HOLDS, type Known, narrowOutline, NEVER, type Outline } from "./outline.ts";

const BITS = 6;

function randomOutline(random: Random, depth = 0): Outline {
  const kind = depth > 4 ? 0 : random.below(5);
  if (kind < 2) {
    const index = random.below(BITS);
    return { kind: "bit", index, ofKin: index % 2 === 0 };
  }
  if (kind === 2) return { kind: "not", child: randomOutline(random, depth + 1) };
  const children = Array.from({ length: random.below(4) }, () => randomOutline(random, depth + 1));
  return { kind: kind === 3 ? "and" : "or", children };
}

function truthOf(outline: Outline, bits: number): boolean {
  switch (outline.kind) {
    case "and":
      return outline.children.every((child) => truthOf(child, bits));
    case "or":
      return outline.children.some((child) => truthOf(child, bits));
    case "not":
      return !truthOf(outline.child, bits);
    case "bit":
      return (bits >>> outline.index & 1) !== 0;
    default:
      throw new Error("there are no others");
  }
}

function known(asked: number, bits: number, ofKin = false): Known {
  return { asked, bits, ofKin, event: undefined, path: undefined, process: undefined };
}

Deno.test("narrowOutline() keeps the truth, forgets what was asked, and says when all is decided", () => {
  const random = new Random(7);
  let decided = 0;
  for (let round = 0; round < 3000; round++) {
    const outline = randomOutline(random);
    const bits = random.below(1 << BITS), asked = random.below(1 << BITS);
    const narrowed = narrowOutline(outline, known(asked, bits));
    const left = new Map<number, boolean>();
    bitsIn(narrowed, left);
    for (const index of left.keys()) assert((asked >>> index & 1) === 0, `${index} was asked`);
    if (left.size === 0) assert(narrowed === HOLDS || narrowed === NEVER);
    if (left.size === 0) decided++;
    for (let others = 0; others < 1 << BITS; others++) {
      const all = bits & asked | others & ~asked;
      assertEquals(truthOf(narrowed, all), truthOf(outline, all));
    }
  }
  assert(decided > 300, `${decided} decided`);
});

Deno.test("narrowOutline() for a kin takes only the answers that all of the kin give", () => {
  const both: Outline = {
    kind: "and",
    children: [{ kind: "bit", index: 0, ofKin: true }, { kind: "bit", index: 1, ofKin: false }],
  };
  assertEquals(narrowOutline(both, known(0b11, 0b01, true)), both.children[1]);
  assertEquals(narrowOutline(both, known(0b11, 0b10, true)), NEVER);
  assertEquals(narrowOutline(both, known(0b11, 0b01)), NEVER);
});
