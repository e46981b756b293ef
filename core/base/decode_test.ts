import { assertEquals, assertObjectMatch } from "../../tests/assert.ts";
import { decodeText } from "./decode.ts";
import { Report } from "./diagnostic.ts";

function decode(bytes: Uint8Array) {
  const report = new Report();
  return { text: decodeText("f", bytes, report)?.text, diagnostics: report.diagnostics };
}

Deno.test("decodeText() reads UTF-8 and drops a byte order mark", () => {
  assertEquals(decode(new TextEncoder().encode("\ufeffäß\r\n\t😀")).text, "äß\r\n\t😀");
});

Deno.test("decodeText() points at a control character instead of reading a binary file", () => {
  const { text, diagnostics } = decode(new Uint8Array([0x61, 0x0a, 0x7f, 0x45, 0x4c, 0x46, 0]));
  assertEquals(text, undefined);
  assertObjectMatch(diagnostics[0], { code: "Y002", at: { start: 2, end: 3 } });
});

Deno.test("decodeText() points at the first byte that is not UTF-8", () => {
  const { text, diagnostics } = decode(new Uint8Array([0x61, 0x62, 0xc3, 0x28]));
  assertEquals(text, undefined);
  assertObjectMatch(diagnostics[0], { code: "Y001", at: { start: 2, end: 3 } });
});

Deno.test("decodeText() accepts a replacement character that is really in the file", () => {
  assertEquals(decode(new TextEncoder().encode("a\ufffdb")).text, "a\ufffdb");
});
