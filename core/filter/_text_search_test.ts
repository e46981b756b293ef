import { assert, assertEquals } from "../../tests/assert.ts";
import { Random } from "../../tests/property/random.ts";
import { asciiLower, decodeUtf8 } from "../base/mod.ts";
import { TextSearch } from "./_text_search.ts";

Deno.test("TextSearch finds what includes() finds, whatever the text is made of", () => {
  const random = new Random(3);
  let givenUp = 0;
  for (let round = 0; round < 300; round++) {
    const letters = [...random.pick(["ab", "aAbB", "aB -/", "abcdefghijklmnop"])];
    const word = (length: number) => Array.from({ length }, () => random.pick(letters)).join("");
    const search = new TextSearch();
    const parts = Array.from({ length: 1 + random.below(80) }, () => {
      const ignoreCase = random.below(3) === 0;
      const part = word(1 + random.below(random.pick([3, 8, 40])));
      return { part: ignoreCase ? asciiLower(part) : part, ignoreCase };
    });
    const numbers = parts.map(({ part, ignoreCase }) => search.add(part, { ignoreCase }));
    for (let texts = 0; texts < 4; texts++) {
      const text = Array.from(
        { length: random.below(30) },
        () => random.pick([word(9), random.pick(parts).part, "é😀\udc80", "\0"]),
      ).join("");
      const found = search.find(text);
      if (found === undefined) {
        givenUp++;
        continue;
      }
      for (const [i, { part, ignoreCase }] of parts.entries()) {
        const expected = (ignoreCase ? asciiLower(text) : text).includes(part);
        assertEquals(found[numbers[i]!], Number(expected), `${part} in ${text}`);
      }
    }
  }
  assert(givenUp < 400, `${givenUp}`);
});

Deno.test("TextSearch gives up where every part nearly fits in every place", () => {
  const search = new TextSearch();
  for (let i = 0; i < 50; i++) search.add(`${"a".repeat(i)}b`, { ignoreCase: i % 2 === 0 });
  assertEquals(search.find("a".repeat(60_000)), undefined);
  assertEquals(search.find("ab")!.subarray(0, 3), Uint8Array.of(1, 1, 0));
});

Deno.test("TextSearch takes no part for one that only begins at the end of the text", () => {
  const search = new TextSearch();
  const long = search.add("secret", { ignoreCase: false })!;
  const short = search.add("t", { ignoreCase: true })!;
  assertEquals([...search.find("my secret")!], [1, 1]);
  assertEquals(search.find("my secre")![long], 0);
  // What stood in the longer text before is not looked at.
  assertEquals(search.find("secreT")![short], 1);
  assertEquals(search.find("")![short], 0);
});

Deno.test("TextSearch refuses parts and texts that are for a search of their own", () => {
  const search = new TextSearch();
  for (const part of ["", "é", decodeUtf8(Uint8Array.of(0xff)), "a".repeat(65)]) {
    assertEquals(search.add(part, { ignoreCase: false }), undefined);
  }
  assertEquals(search.add("a", { ignoreCase: false }), 0);
  assertEquals(search.find("a".repeat(200_000)), undefined);
  assertEquals([...search.find("b".repeat(100_000) + "a")!], [1]);
});
