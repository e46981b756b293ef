import { assert, assertEquals } from "../../tests/assert.ts";
import { Report, SourceText } from "../base/mod.ts";
import { lintBrackets } from "./lint_brackets.ts";
import { parseCondition } from "./parser.ts";

/** What the warnings point at. */
function marked(text: string, joints: readonly number[] = []): string[] {
  const report = new Report();
  const condition = parseCondition(new SourceText("<test>", text), report);
  assert(condition, report.diagnostics[0]?.title);
  lintBrackets(condition, report, joints);
  return report.diagnostics.map(({ code, at }) => `${code} ${text.slice(at!.start, at!.end)}`);
}

Deno.test("lintBrackets() warns where reading from left to right differs", () => {
  assertEquals(marked("a or b and c"), ["F044 a or b and c"]);
  assertEquals(marked("a or not b and c or d"), ["F044 a or not b and c"]);
  assertEquals(marked("x and not (a or b and c)"), ["F044 a or b and c"]);
  assertEquals(marked("a and b or c or d and e"), ["F044 c or d and e"]);
  assertEquals(marked("(a) or (b) and (c)"), ["F044 (a) or (b) and (c)"]);
});

Deno.test("lintBrackets() accepts what shows how it is meant", () => {
  for (
    const text of [
      "a",
      "a and b or c",
      "a and b or c and d",
      "a or (b and c)",
      "(a or b) and c",
      "not a or b",
      "a or b or c",
    ]
  ) assertEquals(marked(text), [], text);
});

Deno.test("lintBrackets() points at what was appended and belongs to the last alternative", () => {
  assertEquals(marked("a or b and c", ["a or b".length]), ["F044 c"]);
  assertEquals(marked("(a or b) and c", ["(a or b)".length]), []);
  assertEquals(marked("a and b or c and d and e", ["a and b or c and d".length]), ["F044 e"]);
  assertEquals(marked("(a) or (c and d) and e", ["(a) or (c and d)".length]), ["F044 e"]);
  assertEquals(marked("a and b or c", ["a and b".length]), []);
  assertEquals(marked("a and b or c and d", ["a and b".length]), []);
});

Deno.test("lintBrackets() does not go through all places of appending for each alternative", () => {
  const count = 1000;
  let text = "x and y";
  let reads = 0;
  const joints: number[] = [];
  for (let i = 0; i < count; i++) {
    joints.push(text.length);
    text += " or a and b";
  }
  const watched = new Proxy(joints, {
    get(target, key) {
      reads++;
      return Reflect.get(target, key);
    },
  });
  assertEquals(marked(text, watched), []);
  assert(reads < count * 50, `${reads} reads`);
});
