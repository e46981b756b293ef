import { assert, assertEquals, assertObjectMatch } from "../../tests/assert.ts";
import { type Diagnostic, Report, SourceText } from "../base/mod.ts";
import { MAX_NESTING } from "./_operands.ts";
import { parseCondition, parseListItem } from "./parser.ts";
import { printCondition } from "./print.ts";

function parse(
  text: string,
): { readonly printed?: string; readonly diagnostics: readonly Diagnostic[] } {
  const report = new Report();
  const condition = parseCondition(new SourceText("<test>", text), report);
  const { diagnostics } = report;
  return condition ? { printed: printCondition(condition), diagnostics } : { diagnostics };
}

/** The one problem of a text: its code, the text it points at, and its title. */
function problem(
  text: string,
): { code: string; at: string; title: string; help: string | undefined } {
  const { printed, diagnostics } = parse(text);
  assertEquals(printed, undefined, text);
  assertEquals(diagnostics.length, 1, text);
  const { code, at, title, help } = diagnostics[0]!;
  return { code, at: text.slice(at!.start, at!.end), title, help };
}

Deno.test("parseCondition() points at the bracket that was never closed", () => {
  assertObjectMatch(parse("(proc.name = cat").diagnostics[0], {
    code: "F003",
    at: { start: 0, end: 1 },
  });
  assertObjectMatch(parse("a and (b or (c and d) ").diagnostics[0], {
    code: "F003",
    at: { start: 6, end: 7 },
  });
  assertObjectMatch(parse("proc.name in (a, b").diagnostics[0], {
    code: "F003",
    at: { start: 13, end: 14 },
  });
  assertObjectMatch(parse("proc.env[HOME = /").diagnostics[0], { code: "F010" });
  assertObjectMatch(parse("proc.env[HOME").diagnostics[0], {
    code: "F003",
    at: { start: 8, end: 9 },
  });
});

Deno.test("parseCondition() says what it found and where, one problem a condition", () => {
  const cases: readonly (readonly [text: string, code: string, at: string])[] = [
    [" \n", "F001", " \n"],
    ["proc.name = cat and", "F002", ""],
    ["and !proc.name = cat", "F004", "!proc.name"],
    ["#comment", "F002", "#comment"],
    ["a)", "F004", ")"],
    ["proc.name = cat && evt.type = open", "F004", "&&"],
    ["proc.name = cat dog", "F004", "dog"],
    ["a orb", "F005", "orb"],
    ["a andnot b", "F005", "andnot"],
    ["proc.name", "F006", "proc.name"],
    ["proc.name is cat", "F006", "is"],
    ["proc.name contains", "F006", "contains"],
    ["proc.pid > many", "F007", "many"],
    ["proc.name = ", "F007", ""],
    ["proc.name = (cat)", "F007", "("],
    ["proc.name in (a,)", "F007", ")"],
    ["len(name) > 3", "F007", "name"],
    ["proc.name = val(name)", "F007", "name"],
    ['proc.name = "cat', "F008", '"'],
    ['proc.name = "c\\at"', "F009", "\\a"],
    ['proc.name = "\\xg1"', "F009", "\\xg1"],
    ["proc.name = 'a\\\"'", "F009", '\\"'],
    ["proc.env[] = a", "F010", "]"],
    ["proc.env[a b] = a", "F010", " "],
  ];
  for (const [text, code, at] of cases) {
    const found = problem(text);
    assertEquals([found.code, found.at], [code, at], `${text}: ${found.title}`);
  }
});

Deno.test("parseCondition() helps with what people write by habit", () => {
  assertEquals(problem("a && b").help, 'write "and"');
  assertEquals(problem("a AND b").help, 'operators are lower case: "and"');
  assertEquals(problem("a not b").help, 'write "and not"');
  assertEquals(problem("proc.name startwith a").help, 'did you mean "startswith"?');
  assertEquals(
    problem("proc.cmdline contains a b").help,
    `a value with blanks or any of ()"'=, must be quoted: 'a b'`,
  );
  assertEquals(problem("proc.name = a, b").help, 'several values stand in brackets: "in (a, b)"');
  assertEquals(problem("a.b = len (c.d)").help, 'no blank may stand between "len" and its bracket');
  for (const check of ["pid = 1", "a and pid in (1)", "pid exists"]) {
    assertEquals(
      problem(check).help,
      '"pid" is a macro by its name: those of fields have a dot, as in "proc.name = cat"',
    );
  }
  assertEquals(problem("a.b = (c, d)").help, 'to look for any of several values, use "in (…)"');
  assertEquals(
    problem("a.b contains (c, d)").help,
    'to look for any of several values, write "contains anyof (…)"',
  );
  assertEquals(
    problem("a.b contains any (c, d)").help,
    'for any of several values write "anyof (…)", for all of them "allof (…)"',
  );
  for (const text of ["or a.b = c", "and not a.b = c"]) {
    assertEquals(
      problem(text).help,
      "to add to a condition that is there, write override: {condition: append} beside it",
    );
  }
  assertEquals(problem("a.b = c not d.e = f").help, 'write "and not"');
  assertEquals(problem("a.b = c and or d.e = f").help, '"or" stands between checks');
  assertEquals(problem("a.b starts with c").help, 'write "startswith", in one word');
  assertEquals(problem("a.b <> c").help, 'write "!="');
  assertEquals(problem("c and exists a.b").help, '"exists" stands behind the field: a.b exists');
  assertEquals(
    problem("(a.b startswith c or startswith d)").help,
    "alternatives are whole checks, each with its field: … or fd.name startswith d",
  );
  assertEquals(
    problem('a.b in ("c" or "d")').help,
    "values in brackets have commas between them: (a, b)",
  );
  for (const field of ["a.b(2)", "a.b.2"]) {
    assertEquals(problem(`${field} = c`).help, "arguments stand in square brackets: a.b[2]");
  }
  assertEquals(problem("a.b in [c, d]").help, "brackets of lists are round: in (…)");
  assertEquals(problem("a.b pmatch /c").help, "write pmatch (/c)");
  assertEquals(problem("touper(a.b) = C").help, 'did you mean "toupper"?');
  assert(problem("a.b = small(c.d)").help?.startsWith('"small" is none of the transformers: '));
  assertEquals(
    problem('a.b[2] contains "c" or "d"').help,
    'alternatives are whole checks: … or a.b[2] contains "d"',
  );
});

Deno.test("parseCondition() tells one quoted value from a quote that is not closed where a list stands", () => {
  const list = problem('a.b in "c d"');
  assertEquals([list.code, list.at, list.help], ["F007", '"c d"', 'write in ("c d")']);
  assertEquals(problem('a.b in "c d').code, "F008");
});

Deno.test("parseCondition() binds not before and before or", () => {
  assertEquals(parse("not a and b or c").printed, "((not a and b) or c)");
  assertEquals(parse("a or b and not not c").printed, "(a or (b and c))");
  assertEquals(parse("not(a or(b))and(c)").printed, "(not (a or b) and c)");
});

Deno.test("parseCondition() reads keywords as values where values stand", () => {
  assertEquals(
    parse("proc.name = and and evt.type = or").printed,
    "(proc.name = and and evt.type = or)",
  );
  assertEquals(parse("a.b = oneof and c").printed, "(a.b = oneof and c)");
  assertEquals(parse("a.b = oneof (x, y)").printed, "a.b = oneof (x, y)");
});

Deno.test("parseCondition() stops at deep nesting instead of running out of stack", () => {
  const deepest = "(".repeat(MAX_NESTING) + "a" + ")".repeat(MAX_NESTING);
  assertEquals(parse(deepest).printed, "a");
  for (const opening of ["(", "not(", "len(", "a.b = len("]) {
    const { code } = problem(
      opening.repeat(opening.startsWith("a") ? 1 : 100_000) +
        (opening.startsWith("a") ? "len(".repeat(100_000) : ""),
    );
    assertEquals(code, "F011", opening);
  }
  assert(parse(`${"not ".repeat(100_000)}a`).printed);
});

Deno.test("parseCondition() bounds what one call of a transformer takes", () => {
  for (const operands of ["a.b,".repeat(2000), `(${"a.b,".repeat(2000)}`]) {
    assertEquals(problem(`concat(${operands}a.b) = x`).code, "F011");
  }
});

Deno.test("parseListItem() reads an item as Falco puts it between brackets", () => {
  const items = (text: string) => {
    const report = new Report();
    return parseListItem(new SourceText("<item>", text), report)?.map((item) => item.text) ??
      report.diagnostics[0]!.code;
  };
  assertEquals(items("cat"), ["cat"]);
  assertEquals(items("two words"), ["two words"]);
  assertEquals(items('"two words"'), ["two words"]);
  assertEquals(items("'a',b"), ["a", "b"]);
  assertEquals(items('""'), [""]);
  assertEquals(items(""), "F007");
  assertEquals(items("a(b)"), "F004");
  assertEquals(items("bad \\escape"), "F009");
});

Deno.test("parseListItem() tells how an item is written that is no value by itself", () => {
  const found = (text: string) => {
    const report = new Report();
    assertEquals(parseListItem(new SourceText("<item>", text), report), undefined);
    const { code, help } = report.diagnostics[0]!;
    return [code, help];
  };
  const whole = (text: string) => ["F004", `put the whole item in quotes: ${text}`];
  assertEquals(found("(systemd)"), whole(`'"(systemd)"'`));
  assertEquals(found("it's"), whole(`'"it''s"'`));
  assertEquals(found("a\\b(c)"), whole(`'"a\\\\b(c)"'`));
  assertEquals(found("=x"), whole(`'"=x"'`));
});

Deno.test("parseCondition() tells that only numbers have an order, also of quoted ones", () => {
  const helpFor = (condition: string) => {
    const report = new Report();
    parseCondition(new SourceText("c", condition), report);
    return report.diagnostics.map(({ code, help }) => `${code} ${help}`).join();
  };
  assertEquals(helpFor('proc.pid > "4"'), "F007 write it without quotes: > 4");
  assert(
    helpFor("proc.duration > '1s'").startsWith("F007 a number alone stands here, times in nanos"),
  );
  assert(helpFor("proc.duration > 1s").startsWith("F004 a number alone stands here"));
  assertEquals(helpFor("evt.is_open_write"), 'F006 compare it, "evt.is_open_write = true"');
});
