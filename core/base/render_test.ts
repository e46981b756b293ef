import { assert, assertEquals } from "../../tests/assert.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { renderJson, renderText } from "./render.ts";
import { SourceText } from "./text.ts";

const file = new SourceText("rules.yaml", "- rule: a\n  priority: SEVERE\n");
const diagnostic: Diagnostic = {
  code: "R012",
  severity: "error",
  title: '"SEVERE" is none of the eight priorities',
  at: file.span(22, 28),
  help: "they are …",
  notes: [{ message: "in this rule", at: file.span(8, 9) }, { message: "no place" }],
};

Deno.test("renderText() shows place, line, carets, notes and help", () => {
  assertEquals(
    renderText([diagnostic]),
    `rules.yaml:2:13: error[R012]: "SEVERE" is none of the eight priorities
    2 |   priority: SEVERE
      |             ^^^^^^
  note: in this rule, at rules.yaml:1:9
    1 | - rule: a
      |         ^
  note: no place
  help: they are …
`,
  );
});

Deno.test("renderJson() has the same data, without what is absent", () => {
  assertEquals(renderJson([diagnostic, { code: "X", severity: "info", title: "t" }]), [{
    code: "R012",
    severity: "error",
    title: '"SEVERE" is none of the eight priorities',
    at: {
      file: "rules.yaml",
      line: 2,
      column: 13,
      endLine: 2,
      endColumn: 19,
      offset: 22,
      endOffset: 28,
    },
    help: "they are …",
    notes: [
      {
        message: "in this rule",
        at: {
          file: "rules.yaml",
          line: 1,
          column: 9,
          endLine: 1,
          endColumn: 10,
          offset: 8,
          endOffset: 9,
        },
      },
      { message: "no place" },
    ],
  }, { code: "X", severity: "info", title: "t" }]);
});

Deno.test("renderText() escapes what would act on a terminal, and keeps the carets aligned", () => {
  const source = new SourceText("a\x1b[31m.yaml", "\tx: \x1b[2J\u202e bad\n");
  const text = renderText([{
    code: "C",
    severity: "error",
    title: "\x07",
    at: source.span(10, 13),
  }]);
  for (const hidden of ["\x1b", "\x07", "\u202e"]) assert(!text.includes(hidden));
  const [, line, carets] = text.split("\n");
  assertEquals(line!.slice(carets!.indexOf("^"), carets!.lastIndexOf("^") + 1), "bad");
});

Deno.test("renderText() shows a window of a long line around the place", () => {
  const source = new SourceText("f", `${"a".repeat(500)}HERE${"b".repeat(500)}`);
  const [, line, carets] = renderText([
    { code: "C", severity: "error", title: "t", at: source.span(500, 504) },
  ]).split("\n");
  assert(line!.length < 120);
  assertEquals(line!.slice(carets!.indexOf("^"), carets!.lastIndexOf("^") + 1), "HERE");
});

Deno.test("renderText() stands a place behind the end of a line or file", () => {
  const source = new SourceText("f", "abc\ndef");
  for (const offset of [3, 7, 1000]) {
    renderText([{ code: "C", severity: "error", title: "t", at: source.span(offset, offset) }]);
  }
});

Deno.test("renderText() colours only when asked", () => {
  assert(!renderText([diagnostic]).includes("\x1b"));
  assert(renderText([diagnostic], { colour: true }).includes("\x1b[1;31merror[R012]"));
});

Deno.test("renderText() shows a group as one, renderJson() each of it", () => {
  const group = { key: "rules", title: (count: number) => `${count} rules are skipped` };
  const skipped = (name: string): Diagnostic => ({
    code: "R042",
    severity: "warning",
    title: `rule ${name} is skipped`,
    group,
  });
  const all = [skipped("a"), diagnostic, skipped("b")];
  assertEquals(renderText(all).split("\n")[0], "warning[R042]: 2 rules are skipped");
  assertEquals(renderText(all).includes("rule b"), false);
  assertEquals(renderText([skipped("a")]), "warning[R042]: rule a is skipped\n");
  assertEquals(renderJson(all).map(({ title }) => title), all.map(({ title }) => title));
});

Deno.test("renderText() looks through a line once, however many mistakes are in it", () => {
  let looks = 0;
  class Watched extends SourceText {
    override shownLine(number: number): string {
      looks++;
      return super.shownLine(number);
    }
  }
  const source = new Watched("long.yaml", `{${"key: value, ".repeat(300)}}`);
  const mistakes: Diagnostic[] = Array.from({ length: 100 }, (_, i) => ({
    code: "Y011",
    severity: "warning",
    title: "t",
    at: source.span(i * 3, i * 3 + 3),
    notes: [{ message: "here", at: source.span(i, i + 1) }],
  }));
  const text = renderText(mistakes);
  assertEquals([text.split("\n").filter((line) => line.includes("^")).length, looks], [200, 1]);
});
