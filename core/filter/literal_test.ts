import { assertEquals } from "../../tests/assert.ts";
import { encodeUtf8 } from "../base/mod.ts";
import { escape, unescape } from "./literal.ts";

Deno.test("unescape() resolves Falco's escapes and reports others with their place", () => {
  const text = (quoted: string) => {
    const result = unescape(quoted);
    return "text" in result ? result.text : [result.start, result.end];
  };
  assertEquals(text(String.raw`"a\tb\n\\\/\""`), 'a\tb\n\\/"');
  assertEquals(text(String.raw`'it\'s'`), "it's");
  assertEquals(text(String.raw`"old\ rules"`), "old\\rules");
  assertEquals(text(String.raw`"\x41\xc3\xa9"`), "Aé");
  assertEquals(text(String.raw`"a\qb"`), [2, 4]);
  assertEquals(text(String.raw`"\x4"`), [1, 4]);
  assertEquals(text(String.raw`"\constructor"`), [1, 3]);
});

Deno.test("unescape() keeps the exact bytes where they are not UTF-8", () => {
  const found = unescape(String.raw`"a\xffb\xe2\x82\xac\xe2"`);
  const text = "text" in found ? found.text : "";
  assertEquals(text, "a\udcffb€\udce2");
  assertEquals(encodeUtf8(text), new Uint8Array([0x61, 0xff, 0x62, 0xe2, 0x82, 0xac, 0xe2]));
});

Deno.test("escape() quotes only what would not read back bare", () => {
  assertEquals(escape("cat"), "cat");
  assertEquals(escape("a b"), '"a b"');
  assertEquals(escape("a\tb"), '"a\\tb"');
  assertEquals(escape('say "hi"'), '"say \\"hi\\""');
  assertEquals(escape(""), "");
});
