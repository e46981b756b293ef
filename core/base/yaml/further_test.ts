import { assert, assertEquals } from "../../../tests/assert.ts";
import { Report } from "../diagnostic.ts";
import { SourceText } from "../text.ts";
import { readYaml } from "../yaml.ts";

/** Code and line of all that is told. */
function told(text: string): readonly string[] {
  const report = new Report();
  readYaml(new SourceText("test.yaml", text), report);
  return report.diagnostics.map(({ code, at }) => `${code} ${at!.source.position(at!.start).line}`);
}

const ITEM = (second: string, rest = "") => `- rule: a\n${second}\n  output: "\\q"\n${rest}`;

Deno.test("readYaml() tells what else is wrong with an item, whose first mistake is known", () => {
  assertEquals(told(ITEM("\tdesc: x")), ["Y020 2", "Y024 3"]);
  assertEquals(told(ITEM(" desc: x")), ["Y023 2", "Y024 3"]);
  assertEquals(told(ITEM("   desc: x")), ["Y023 2", "Y024 3"]);
  assertEquals(told(ITEM("  desc x")), ["Y025 2", "Y024 3"]);
  assertEquals(told(ITEM("  desc:x")), ["Y025 2", "Y024 3"]);
  assertEquals(told(ITEM("  desc: [x")), ["Y022 2", "Y024 3"]);
  assertEquals(told(ITEM("  desc: @x")), ["Y026 2", "Y024 3"]);
  assertEquals(told(ITEM("  desc: x: y")), ["Y028 2", "Y024 3"]);
  assertEquals(told(ITEM("  desc: [x]]")), ["Y027 2", "Y024 3"]);
  const all = "\tdesc: x\n   condition: y\n  tags [a]\n  source: [b\n  enabled:false";
  const items = ITEM(all, "  items:\n    - a\n      - b\n");
  const codes = ["Y020 2", "Y025 4", "Y022 5", "Y025 6", "Y024 7", "Y030 10"];
  assertEquals(told(items), codes);
  assertEquals(
    told(`- list: b\n${items}- list: c\n`),
    codes.map((one) => {
      const [code, line] = one.split(" ");
      return `${code} ${Number(line) + 1}`;
    }),
  );
});

Deno.test("readYaml() tells of a dash too deep beside other mistakes, of the item and of others", () => {
  const dash = "  items:\n    - a\n     - b\n";
  assertEquals(told(`- list: a\n${dash}  append false\n`), ["Y025 5", "Y030 4"]);
  assertEquals(told(`- list: a\n\titems:\n    - a\n     - b\n`), ["Y020 2", "Y030 4"]);
  assertEquals(told(`- list: a\n  append [\n- list: b\n${dash}`), ["Y025 2", "Y030 6"]);
  // Where the line that was told is the one with the dash.
  assertEquals(told("- list: a\n  items:\n    - a\n\t- b\n"), ["Y020 4"]);
});

Deno.test("readYaml() calls a tab a tab also where another mistake stands before it", () => {
  const item = "- rule: a\n  desc: x: y\n  condition: b\n\toutput: tab\n  priority: INFO\n";
  assertEquals(told(item).toSorted(), ["Y020 4", "Y028 2"]);
});

Deno.test("readYaml() tells what is wrong behind an item of which a line ends the list", () => {
  const behind = '- list: b\n  items: ["x" y]\n- list: c\n  items: [@z]\n';
  const codes = (line: number) => [`Y027 ${line + 1}`, `Y026 ${line + 3}`];
  assertEquals(told(`- list: a\n\titems: [x]\n${behind}`), ["Y020 2", ...codes(3)]);
  assertEquals(told(`- list: a\n  items: [x]\n\titems: [x]\n${behind}`), ["Y020 3", ...codes(4)]);
  assertEquals(told(`\t- list: a\n\t  items: [x]\n${behind}`), ["Y020 1", ...codes(3)]);
  assertEquals(told(`-\tlist: a\n\titems: [x]\n${behind}`), ["Y020 1", ...codes(3)]);
  assertEquals(told(`- a: @b\n-\td: e\n\tf: g\n${behind}`), ["Y026 1", "Y020 2", ...codes(4)]);
  assertEquals(told(`- list: a\nitems: [x]\n${behind}`), ["Y023 2", ...codes(3)]);
  assertEquals(told(`- a: >\n\tb\n  c: d: e\n- f: |\n\tg\n${behind}`).toSorted(), [
    "Y020 2",
    "Y020 5",
    "Y026 9",
    "Y027 7",
    "Y028 3",
  ]);
  assertEquals(told(`- list: a\n\titems: [x]\n`.repeat(20)).length, 11);
});

Deno.test("readYaml() holds no document for broken by a line that ends the list of another one", () => {
  const text = "- list: a\n---\n- list: b\n\titems: [x]\n- list: c\n---\n- list: d\n";
  const documents = readYaml(new SourceText("test.yaml", text), new Report());
  assertEquals(documents.map(({ broken }) => broken.length), [0, 1, 0]);
});

Deno.test("readYaml() tells one mistake of lines that are wrong in one way", () => {
  assertEquals(told("- rule: a\n\tdesc: b\n\ttags:\n\t\t- c\n\toutput: d\n"), ["Y020 2"]);
  assertEquals(told("- rule: a\n   desc: b\n   tags:\n     - c\n   output: d\n"), ["Y023 2"]);
  assertEquals(told("-rule: a\n desc: b\n output: c\n"), ["Y027 1"]);
});

Deno.test("readYaml() tells nothing beside a mistake whose repair does not make the item right", () => {
  // What the bracket holds, and where the text ends, nobody knows.
  assertEquals(told("- list: a\n  items: [b,\n    c\n  append false\n  x: y: z\n"), ["Y022 2"]);
  assertEquals(told('- rule: a\n  desc: "b\n    c\n  output d\n- list: a\n'), ["Y021 2"]);
  assertEquals(told("- rule: a\n  desc: 'b' c\n  output d\n  x: y: z\n").length, 1);
});

Deno.test("readYaml() looks only so far into what is wrong everywhere", () => {
  const item = '- rule: a\n\tb: c\n  d: "\\q"\n   e f\n  g:h\n  @\n';
  const lines = "  b: c: d\n   e f\n\tg:h\n";
  const texts = [item.repeat(2000), `a:\n${lines.repeat(5000)}`, item + lines.repeat(5000)];
  for (const text of [...texts, `---\n${item}`.repeat(2000)]) {
    assert(told(text).length > 0);
  }
});
