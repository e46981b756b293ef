import { assertEquals } from "../../tests/assert.ts";
import { Random } from "../../tests/property/random.ts";
import { containsText } from "./contains.ts";

Deno.test("containsText() finds what includes() finds, long parts too", () => {
  const dice = new Random(7);
  const letters = (length: number) =>
    Array.from({ length }, () => dice.pick(["a", "a", "a", "b", "é😀"])).join("");
  let found = 0;
  for (let i = 0; i < 300; i++) {
    const row = letters(1 + dice.below(40)).repeat(30);
    const text = letters(dice.below(50)) + row + letters(dice.below(300));
    const start = dice.below(text.length);
    const part = text.slice(start, start + 150 + dice.below(300)) + dice.pick(["", "", "b"]);
    const expected = text.includes(part);
    if (expected) found++;
    assertEquals(containsText(text, part), expected, `${part} in ${text}`);
  }
  assertEquals(found > 50 && found < 290, true, `${found}`);
});

Deno.test("containsText() takes texts and parts that repeat themselves", () => {
  const half = "a".repeat(16_000);
  assertEquals(containsText("a".repeat(65_536), `${half}b${half}`), false);
  assertEquals(containsText(`${half}${half}b${half}`, `${half}b${half}`), true);
  assertEquals(containsText("", ""), true);
});
