import { assert, assertEquals } from "../../../tests/assert.ts";
import { SourceText, type Span } from "../text.ts";
import { readCommon } from "./common.ts";
import { YAML_LIMITS } from "./limits.ts";

const read = (text: string, limits = YAML_LIMITS) => readCommon(new SourceText("f", text), limits);

Deno.test("readCommon() finds no document in comments", () => {
  assertEquals(read("# nothing\n\n  # at all"), []);
});

Deno.test("readCommon() gives up at what is not common", () => {
  for (
    const text of [
      "a: &x 1\nb: *x\n",
      "a: !!str 1\n",
      "a:\t1\n",
      "a: 1\r\n",
      "a: 1\n---\nb: 2\n",
      "%YAML 1.2\n---\na: 1\n",
      "two words: 1\n",
      "? a\n: b\n",
      "{a, b}\n",
      "just a text\n",
      "a: |2\n    text\n",
    ]
  ) assertEquals(read(text), undefined, text);
});

Deno.test("readCommon() gives up at mistakes, so that they are reported", () => {
  for (
    const text of [
      "a: 1\na: 2\n",
      "a: 1\n  b: 2\n",
      "  a: 1\n b: 2\n",
      "a: b: c\n",
      "a: [1, 2\nb: 3\n",
      "a: 'x\n",
      'a: "\\q"\n',
      "a: 'x' y\n",
      "a: @x\n",
      "a: |\n  x\n y\n",
    ]
  ) assertEquals(read(text), undefined, text);
});

Deno.test("readCommon() leaves to the package what may be past a limit", () => {
  const small = {
    sizeBytes: 1000,
    tokens: 100,
    plainTokens: 100,
    rareTokens: 100,
    depth: 8,
    expandedNodes: 100,
  };
  assert(read("- [a, b]\n", small));
  assertEquals(read("- a\n".repeat(50), small), undefined);
  assertEquals(read("# comment\n".repeat(50) + "- a\n", small), undefined);
  assertEquals(read("- - - - - - a\n", small), undefined);
  assertEquals(read("a: [[[[[[a]]]]]]\n", small), undefined);
  assertEquals(read(`a: ${"x".repeat(1000)}\n`, small), undefined);
  assertEquals(read(`a: ${"[".repeat(100_000)}`), undefined);
});

Deno.test("readCommon() looks at each character a bounded number of times", () => {
  const many = 300_000;
  const limits = { ...YAML_LIMITS, plainTokens: 100_000_000 };
  for (
    const text of [
      `a: [${"'b', ".repeat(many)}]`,
      `a: [${'"b", '.repeat(many)}]`,
      `a: [${"b, ".repeat(many)}]`,
      `a: [${"b\n ".repeat(many)}]`,
      `a: b\n${" b\n".repeat(many)}`,
      `a: |\n${" b\n\n".repeat(many)}`,
      `a: '${"''".repeat(many)}'`,
      `a: "${"\\n".repeat(many)}"`,
      "- |\n  b\n\n".repeat(many),
      `a: [b\n${"# c\n".repeat(many)}]`,
    ]
  ) readCommon(new SourceText("f", text), limits);
});

/** Counts what is read of it. */
class Counting extends SourceText {
  spans = 0;

  override span(start: number, end: number): Span {
    this.spans++;
    return super.span(start, end);
  }
}

Deno.test("readCommon() gives up where there is too much, and reads no further", () => {
  const limits = { ...YAML_LIMITS, plainTokens: 1200 };
  for (
    const [start, piece] of [["- [", "'a', "], ["", "- a\n"], ["", "- {a: b}\n"], ["a: [", "b,\n "]]
  ) {
    const source = new Counting("f", start + piece!.repeat(10_000));
    assertEquals(readCommon(source, limits), undefined);
    assert(source.spans < 1000, `${source.spans} of ${piece}`);
  }
});
