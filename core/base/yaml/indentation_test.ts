import { assert, assertEquals } from "../../../tests/assert.ts";
import { Report } from "../diagnostic.ts";
import { SourceText } from "../text.ts";
import { readYaml } from "../yaml.ts";
import { misplacedLine } from "./indentation.ts";

const CONFIG = `rules_files:
  - rules.yaml
json_output: true
webserver:
  enabled: true
  listen_port: 8765
stdout_output:
  enabled: true
`;
const RULES = `- macro: m
  condition: evt.type = open
- list: l
  items: [a, "b]",
    c]
- rule: a
  desc: d
  condition: >
    evt.type = execve and
    m
  output: o
  priority: INFO
  tags: [a]
`;

/** Lines, and the line that is told once each of them is so many blanks too far in or out. */
function told(text: string, blanks: number): string[] {
  const lines = text.trimEnd().split("\n");
  return lines.flatMap((line, index) => {
    const column = line.length - line.trimStart().length;
    if (column + blanks < 0) return [];
    const moved = lines.with(index, " ".repeat(column + blanks) + line.trimStart());
    const report = new Report();
    readYaml(new SourceText("test.yaml", moved.join("\n")), report);
    const found = report.diagnostics.map(({ code, at }) =>
      `${code} ${at?.source.position(at.start).line}`
    );
    return [`${index + 1}: ${found.join(", ") || "fine"}`];
  });
}

/** What a line means elsewhere may be right as well: those are left out. */
const mistaken = (lines: readonly string[]) => lines.filter((line) => !line.endsWith("fine"));

Deno.test("misplacedLine() finds the one line of a configuration that is in a wrong column", () => {
  assertEquals(
    mistaken(told(CONFIG, 1)),
    [1, 3, 4, 5, 6, 7].map((line) => `${line}: Y023 ${line}`),
  );
  assertEquals(mistaken(told(CONFIG, -1)), ["5: Y023 5", "6: Y023 6"]);
  assertEquals(mistaken(told(CONFIG, -2)), ["5: Y023 5"]);
});

Deno.test("misplacedLine() finds the one line of a rules file that is in a wrong column", () => {
  const inner = [2, 4, 7, 8, 11, 12, 13].map((line) => `${line}: Y023 ${line}`);
  const outer = [1, 3, 6].map((line) => `${line}: Y023 ${line}`);
  const inOrder = (lines: readonly string[]) => lines.toSorted((a, b) => parseInt(a) - parseInt(b));
  assertEquals(mistaken(told(RULES, 1)), inOrder([...inner, ...outer, "9: Y023 9"]));
  assertEquals(mistaken(told(RULES, -1)), inOrder([...inner, "10: Y023 10"]));
});

Deno.test("misplacedLine() says how deep the line stands, and which one stands right", () => {
  const source = new SourceText("test.yaml", "- rule: a\n  desc: d\n   output: o\n");
  const found = misplacedLine(source, 15)!;
  const text = ({ start, end }: { start: number; end: number }) => source.text.slice(start, end);
  assertEquals([text(found.at), found.indent, found.wanted], ["output: o", 3, 2]);
  assertEquals(found.beside && text(found.beside), "desc: d");
});

Deno.test("misplacedLine() says nothing where columns are as they should be, and nothing of garbage", () => {
  for (const text of [CONFIG, RULES, "", "\n\n", "a: b: c\n", "- a: [1\n  b: 2\n"]) {
    const source = new SourceText("test.yaml", text);
    for (let at = 0; at <= text.length; at++) assertEquals(misplacedLine(source, at), undefined);
  }
  const long = new SourceText("test.yaml", ` a: ${"[".repeat(5000)}\n`.repeat(200));
  assert(misplacedLine(long, 5000) === undefined);
});

Deno.test("misplacedLine() leaves a line alone that lacks its colon or its dash, and says which", () => {
  const lacking = (text: string) => {
    const report = new Report();
    readYaml(new SourceText("test.yaml", text), report);
    return report.diagnostics.map(({ code, at, help }) =>
      `${code} ${at?.source.position(at.start).line} ${help}`
    );
  };
  const colon = "is the colon missing, or is a line indented too far?";
  const blank = (key: string) => `write a blank behind the colon: ${key}: …`;
  const dash = 'begin it with "- "';
  const rest = "stdout_output:\n  enabled: true\n";
  assertEquals(lacking(`rules_files:\n  - a\npriority debug\n${rest}`), [`Y025 3 ${colon}`]);
  assertEquals(lacking(`rules_files:\n- a\npriority:debug\n${rest}`), [
    `Y025 3 ${blank("priority")}`,
  ]);
  assertEquals(lacking(`json_output: true\npriority debug\n${rest}`), [`Y025 2 ${colon}`]);
  assertEquals(lacking(`${rest}  keep_alive false\n`), [`Y025 3 ${colon}`]);
  assertEquals(lacking("- rule:a\n  desc: d\n"), [`Y025 1 ${blank("rule")}`]);
  assertEquals(lacking(`rules_files:\n  - a\n  b\n${rest}`), [`Y027 3 ${dash}`]);
  assertEquals(lacking("rules_files:\n- a\n/b\n"), [`Y027 3 ${dash}`]);
  const deeper = [`Y027 3 ${dash}, indented by 2 blanks`];
  for (const item of ["/b", " /b"]) {
    assertEquals(lacking(`rules_files:\n  - a\n${item}\n`), deeper);
    assertEquals(lacking(`rules_files:\n  - a\n${item}\n  - c\n${rest}`), deeper);
  }
  // What may go on with a text stands in a wrong column.
  const goesOn = "- rule: a\n  condition: >\n    b\n  c d\n  tags:\n    - a\n";
  const condition = "- rule: a\n  condition: a = b\n  and c = d\n  tags:\n    - a\n";
  assertEquals(lacking(goesOn), ["Y023 4 indent it by 4 blanks"]);
  assertEquals(lacking(condition), ["Y023 3 indent it by 4 blanks"]);
});

Deno.test("misplacedLine() finds the first key of a mapping that lacks its blank or its colon", () => {
  const found = (text: string) => {
    const report = new Report();
    readYaml(new SourceText("test.yaml", text), report);
    return report.diagnostics.map(({ code, at }) => {
      const { source, start, end } = at!;
      return `${code} ${source.text.slice(start, end)}`;
    });
  };
  const rest = "  url: b\nc: d\n";
  for (
    const first of [
      "enabled:true",
      "file:/a",
      "enabled:[a]",
      'enabled:"a b"',
      "enabled true",
      "e 'a b'",
    ]
  ) {
    assertEquals(found(`a:\n  ${first}\n${rest}`), [`Y025 ${first}`]);
    assertEquals(found(`a:\r\n\r\n  ${first}\r\n  url: b\r\n`), [`Y025 ${first}`]);
    for (const dash of ["- ", "-   ", "- - "]) {
      const blanks = " ".repeat(dash.length);
      const item = `  ${dash}${first}\n  ${blanks}b: c\n`;
      assertEquals(found(`a:\n${item}`), [`Y025 ${first}`]);
      assertEquals(found(`a:\n  - b: c\n${item}  - d: e\n`), [`Y025 ${first}`]);
    }
  }
  const both = ["Y025 enabled:true", "Y025 user:b"];
  assertEquals(found(`a:\n  enabled:true\n  user:b\n${rest}`), both);
  assertEquals(found(`a:\n  "enabled":true\n${rest}`), ["Y025 :"]);
  assertEquals(found('a:\n  url: b\n  "enabled":true\n'), ['Y025 "enabled":true']);
  // A sentence, and a word, are values that the next line is too deep for.
  for (const text of ["what it is for", "word", "a = b", "http://x"]) {
    assertEquals(found(`a:\n  ${text}\n${rest}`), ["Y023 url: b"]);
  }
});

Deno.test("misplacedLine() finds the one line that lacks the blank behind its colon", () => {
  for (const text of [CONFIG, RULES]) {
    const lines = text.trimEnd().split("\n");
    const told = lines.flatMap((line, index) => {
      const tight = line.replace(/: (?=[^>|])/, ":");
      const report = new Report();
      readYaml(new SourceText("test.yaml", lines.with(index, tight).join("\n")), report);
      if (tight === line || report.diagnostics.length === 0) return [];
      return report.diagnostics.map(({ code, at }) =>
        `${code} ${at!.source.position(at!.start).line - index}`
      );
    });
    assertEquals(told, told.map(() => "Y025 1"));
    assert(told.length >= 3, `${told.length}`);
  }
});
