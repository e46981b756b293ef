import { assert, assertEquals } from "../../tests/assert.ts";
import { Random } from "../../tests/property/random.ts";
import { decodeUtf8 } from "../base/mod.ts";
import {
  cutText,
  escapeUnprintable,
  escapeValue,
  jsonString,
  MAX_VALUE_LENGTH,
  unescapeText,
} from "./escape.ts";

Deno.test("escapeValue() spells line breaks and escape sequences as JSON does", () => {
  assertEquals(escapeValue("a\nb\r\tc\u001b[2J"), "a\\nb\\r\\tc\\u001b[2J");
  assertEquals(escapeValue("\u0085\u009b\u2028\u2029"), "\\u0085\\u009b\\u2028\\u2029");
});

Deno.test("escapeValue() spells bidirectional controls, so that a path reads as it is", () => {
  assertEquals(escapeValue("/bin/\u202egnp.sh"), "/bin/\\u202egnp.sh");
  assertEquals(escapeValue("\u2066\u2069\u200e\u061c"), "\\u2066\\u2069\\u200e\\u061c");
});

Deno.test("escapeValue() doubles backslashes, so that a written \\n differs from a line break", () => {
  assertEquals(escapeValue("a\\nb"), "a\\\\nb");
});

Deno.test("escapeValue() leaves quotes and other scripts alone", () => {
  assertEquals(escapeValue(`sh -c "echo 'ü 漢字 🦅'"`), `sh -c "echo 'ü 漢字 🦅'"`);
});

Deno.test("escapeValue() replaces lone surrogates by U+FFFD", () => {
  assertEquals(escapeValue("a\ud800b\udfff"), "a\ufffdb\ufffd");
});

Deno.test("escapeValue() cuts long values before it escapes, and says how much is missing", () => {
  const escaped = escapeValue("\n".repeat(MAX_VALUE_LENGTH + 5));
  assert(escaped.startsWith("\\n".repeat(MAX_VALUE_LENGTH)));
  assertEquals(escaped.slice(2 * MAX_VALUE_LENGTH), "…[cut, 5 more]");
});

Deno.test("cutText() never cuts a character in half", () => {
  assertEquals(cutText("a🦅b", 2), "a…[cut, 3 more]");
  assertEquals(cutText("a🦅b", 4), "a🦅b");
});

Deno.test("unescapeText() restores what was escaped", () => {
  const text = 'a\\b\n"\u0000\u2028\\n\\u0041';
  assertEquals(unescapeText(escapeValue(text)), text);
});

Deno.test("unescapeText() leaves backslashes that begin no escape", () => {
  assertEquals(unescapeText("C:\\dir \\u12 \\"), "C:\\dir \\u12 \\");
});

Deno.test("escapeUnprintable() does not change what is escaped already", () => {
  const escaped = escapeValue("a\\b\n");
  assertEquals(escapeUnprintable(escaped), escaped);
});

Deno.test("jsonString() decodes to the same text and shows no control character", () => {
  const text = 'a"\\\u007f\u0085\u2028\u202e\n';
  const literal = jsonString(text);
  assertEquals(JSON.parse(literal), text);
  assertEquals(literal, '"a\\"\\\\\\u007f\\u0085\\u2028\\u202e\\n"');
});

Deno.test("texts show one U+FFFD for every broken sequence of bytes", () => {
  const broken = decodeUtf8(new Uint8Array([0x61, 0xe2, 0x82, 0x62, 0xff, 0xfe]));
  assertEquals(escapeValue(broken), "a\ufffdb\ufffd\ufffd");
  assertEquals(jsonString(broken), '"a\ufffdb\ufffd\ufffd"');
});

Deno.test("unescapeText() takes what is no escape of ours for itself", () => {
  assertEquals(unescapeText("\\x\\u12g4\\u00E9\\u12\\\\n\\"), "\\x\\u12g4\\u00E9\\u12\\n\\");
  assertEquals(unescapeText("\\\\u0041\\u0041\\\\"), "\\u0041A\\");
});

Deno.test("long texts of which much is to be escaped come back as they were", () => {
  const random = new Random(8);
  const pieces = [
    "\\",
    "\n",
    "\x01",
    "\x7f",
    "\u202e",
    "\u2029",
    "\u206f",
    "é",
    "😀",
    '"',
    "n",
    "u0041",
  ];
  for (let round = 0; round < 60; round++) {
    const some = ["a", ...pieces.filter(() => random.below(2) === 0)];
    const text = Array.from({ length: random.below(8000) }, () => random.pick(some)).join("");
    const escaped = escapeValue(text);
    if (text.length <= MAX_VALUE_LENGTH) assertEquals(unescapeText(escaped), text);
    assertEquals(escapeUnprintable(escaped), escaped);
    const json = jsonString(text);
    assertEquals(JSON.parse(json), text);
    assertEquals(escapeUnprintable(json), json);
  }
});
