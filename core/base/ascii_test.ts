import { assertEquals } from "../../tests/assert.ts";
import { Random } from "../../tests/property/random.ts";
import { asciiLower, asciiUpper } from "./ascii.ts";

Deno.test("asciiLower() and asciiUpper() change ASCII letters and nothing else", () => {
  assertEquals(asciiLower("[aZ@`{Ä\u212aİ\udc80]"), "[az@`{Ä\u212aİ\udc80]");
  assertEquals(asciiUpper("[aZ@`{ä\u0131ß\udc80]"), "[AZ@`{ä\u0131ß\udc80]");
  assertEquals(asciiLower(""), "");
});

Deno.test("asciiLower() and asciiUpper() do with long texts what they do with each letter", () => {
  const random = new Random(1);
  const alphabets = ["aAzZ@[`{ 09", "aAzZ@[`{äÄß", "aAzZ\u{1f600}\udc80\udcffé"];
  for (let round = 0; round < 60; round++) {
    const characters = [...random.pick(alphabets)];
    const text = Array.from({ length: random.below(20_000) }, () => random.pick(characters)).join(
      "",
    );
    assertEquals(asciiLower(text), text.replace(/[A-Z]/g, (letter) => letter.toLowerCase()));
    assertEquals(asciiUpper(text), text.replace(/[a-z]/g, (letter) => letter.toUpperCase()));
  }
});
