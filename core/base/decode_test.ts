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

Deno.test("decodeText() takes CR for the end of a line where there is no other", () => {
  const lines = (text: string) => decode(new TextEncoder().encode(text)).text;
  assertEquals(lines("- a\r- b # c\r\r"), "- a\n- b # c\n\n");
  for (const other of ["- a\r\n- b\r\n", "- a\r b\n"]) assertEquals(lines(other), other);
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

Deno.test("decodeText() reads UTF-16 that begins with a byte order mark, as Falco does", () => {
  const text = "- list: ä😀\r\n";
  const little = new Uint8Array(
    new Uint16Array([0xfeff, ...text.split("").map((unit) => unit.charCodeAt(0))]).buffer,
  );
  const big = little.map((_, index) => little[index ^ 1]!);
  assertEquals(decode(little), { text, diagnostics: [] });
  assertEquals(decode(big), { text, diagnostics: [] });
  assertObjectMatch(decode(little.slice(0, 19)).diagnostics[0], { code: "Y001" });
});

Deno.test("decodeText() only warns of bytes in comments that are not UTF-8", () => {
  const latin = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
  const { text, diagnostics } = decode(latin("# by Ren\xe9\n- a\n  # \xe9\xe8"));
  assertEquals(text, "# by Ren\ufffd\n- a\n  # \ufffd\ufffd");
  assertEquals(diagnostics.length, 1);
  assertObjectMatch(diagnostics[0], { code: "Y001", severity: "warning", at: { start: 8 } });
  const other = decode(latin("# by Ren\xe9\n- \xe9 # \xe9\n"));
  assertEquals(other.text, undefined);
  assertObjectMatch(other.diagnostics[0], { code: "Y001", severity: "error", at: { start: 12 } });
});
