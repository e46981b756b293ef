import { assertEquals } from "../../../tests/assert.ts";
import { Report } from "../diagnostic.ts";
import { SourceText } from "../text.ts";
import { readYaml } from "../yaml.ts";

/** Code and place of all that is told, and the title's first words. */
function told(text: string): readonly string[] {
  const report = new Report();
  const source = new SourceText("test.yaml", text);
  readYaml(source, report);
  return report.diagnostics.map(({ code, at, title }) => {
    const { line, column } = source.position(at!.start);
    return `${code} ${line}:${column} ${title.split(" ", 3).join(" ")}`;
  });
}

Deno.test("readYaml() names characters that look like blanks where they break a file", () => {
  const odd = (place: string, code = "00A0") => `Y027 ${place} the character U+${code}`;
  assertEquals(told("- rule: a\n\u00a0\u00a0desc: b\n  output: c\n"), [odd("2:1")]);
  assertEquals(told("- rule: a\n \u3000desc: b\n"), [odd("2:2", "3000")]);
  assertEquals(told("- rule: a\n  desc:\u00a0b\n  output: c\n"), [odd("2:8")]);
  assertEquals(told("- list: a\n  items:\n    - b\n    -\u00a0c\n"), [odd("4:6")]);
  assertEquals(told("- list: a\n  items: [b]\n\u200b\n- list: c\n"), [odd("3:1", "200B")]);
  assertEquals(told("- list: a\n\ufeff- list: b\n"), [odd("2:1", "FEFF")]);
  // What stands behind is told as well.
  assertEquals(told('- a:\u00a0b\n  c: "\\q"\n- d: @e\n'), [
    odd("1:5"),
    'Y024 2:7 "\\q" is no',
    "Y026 3:6 a value cannot",
  ]);
});

Deno.test("readYaml() takes characters that look like blanks for text where they may be", () => {
  for (
    const text of [
      "- a: b\u00a0c\n",
      "- \u00a0a: b\n",
      "a: >\n  \u00a0b\n  c:\u00a0d\n",
      'a: "\u00a0b"\nc: [d,\u00a0e]\n',
      "# \u00a0\n#\u200b\na: b #\u00a0c\n",
    ]
  ) assertEquals(told(text), []);
  assertEquals(told("- a: |\n    -\u00a0b\n  c: @d\n"), ["Y026 3:6 a value cannot"]);
});
