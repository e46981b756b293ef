import { assert, assertEquals } from "../../tests/assert.ts";
import { Report, SourceText, TextJoiner, toFile } from "../base/mod.ts";
import { joinException } from "./_exception_text.ts";
import { Exceptions } from "./exception.ts";
import { readRuleFile } from "./read.ts";
import type { ExceptionItem } from "./rule_file.ts";

function items(exceptions: string, append = false): readonly ExceptionItem[] {
  const whole = "  desc: d\n  output: o\n  priority: INFO\n";
  const text = `- rule: r\n  condition: c\n${
    append ? "  append: true\n" : whole
  }  exceptions:\n${exceptions}`;
  const report = new Report();
  const [item] = readRuleFile(new SourceText("rules.yaml", text), report).items;
  assertEquals(report.diagnostics.filter(({ severity }) => severity === "error"), []);
  if (item?.kind === "rule") return item.exceptions!;
  assert(item?.kind === "rule-update");
  return item.append!.exceptions!;
}

/** The text that the exceptions add to a condition, and what was reported. */
function join(list: readonly ExceptionItem[], appended: readonly ExceptionItem[] = []) {
  const report = new Report();
  const exceptions = new Exceptions(list, report);
  exceptions.append(appended, report);
  const joiner = new TextJoiner();
  for (const exception of exceptions.all) joinException(joiner, exception, report);
  const { diagnostics } = report;
  return {
    text: joiner.build("rules.yaml"),
    codes: diagnostics.map(({ code }) => code),
    helps: diagnostics.map(({ help }) => help),
  };
}

Deno.test("an exception of several fields is a list of alternatives that hold together", () => {
  const { text, codes } = join(items(
    "    - {name: e, fields: [proc.name, fd.name], comps: [=, startswith], values: [[cat, /tmp], [ls, /a b]]}\n",
  ));
  assertEquals(codes, []);
  assertEquals(
    text.text,
    ' and not ((proc.name = cat and fd.name startswith /tmp) or (proc.name = ls and fd.name startswith "/a b"))',
  );
});

Deno.test("an exception of one field looks for it in a list", () => {
  assertEquals(
    join(items("    - {name: e, fields: proc.name, values: [cat, my_list, 'x y']}\n")).text.text,
    ' and not (proc.name in (cat, my_list, "x y"))',
  );
  assertEquals(
    join(items("    - {name: e, fields: fd.name, comps: startswith anyof, values: [/a]}\n")).text
      .text,
    " and not (fd.name startswith anyof (/a))",
  );
});

Deno.test("comparisons default to =, and operators on lists get brackets", () => {
  assertEquals(
    join(items("    - {name: e, fields: [a.b, c.d], values: [[x, y]]}\n")).text.text,
    " and not ((a.b = x and c.d = y))",
  );
  assertEquals(
    join(items(
      "    - {name: e, fields: [a.b, c.d, e.f], comps: [in, pmatch, in], values: [[x, [y, z], (l)]]}\n",
    )).text.text,
    " and not ((a.b in (x) and c.d pmatch (y, z) and e.f in (l)))",
  );
});

Deno.test("an exception without values adds nothing", () => {
  assertEquals(join(items("    - {name: e, fields: [proc.name]}\n")).text.text, "");
});

Deno.test("values appended to an exception join its own; a new one needs fields and values", () => {
  const base = items("    - {name: e, fields: [proc.name], values: [[a]]}\n");
  const { text, codes } = join(base, items("    - {name: e, values: [[b]]}\n", true));
  assertEquals([codes, text.text], [[], " and not ((proc.name = a) or (proc.name = b))"]);
  assertEquals(join(base, items("    - {name: new, values: [[b]]}\n", true)).codes, ["R032"]);
  assertEquals(join(base, items("    - {name: e, fields: [x.y], values: [[b]]}\n", true)).codes, [
    "R036",
  ]);
});

Deno.test("several values of one field, written as one, are told how they are written", () => {
  const help = (values: string) =>
    join(items(`    - {name: e, fields: [a.b], values: ${values}}\n`)).helps;
  assertEquals(help("[[x, y]]"), [
    "write values: [[a], [b]], or fields: a.b without brackets, comps: in, values: [a, b]",
  ]);
  assertEquals(help("[x]"), ["write values: [[value of a.b]]"]);
});

Deno.test("numbers of fields, comparisons and values have to agree", () => {
  const codes = (text: string) => join(items(`    - ${text}\n`)).codes;
  assertEquals(codes("{name: e, fields: [a.b, c.d], comps: [=], values: [[x, y]]}"), ["R033"]);
  assertEquals(codes("{name: e, fields: [a.b, c.d], values: [[x]]}"), ["R035"]);
  assertEquals(codes("{name: e, fields: a.b, values: [[x]]}"), ["R035"]);
  assertEquals(codes("{name: e, fields: a.b, comps: [in], values: [x]}"), ["R033"]);
  assertEquals(codes("{name: e, fields: a.b, comps: startswith, values: [x]}"), ["R034"]);
  assertEquals(codes("{name: e, fields: [a.b], comps: [stratswith], values: [[x]]}"), ["R034"]);
});

Deno.test("a value in brackets is told to need quotes, unless it is a transformer", () => {
  const joined = (value: string) =>
    join(items(`    - {name: e, fields: [proc.name], values: [["${value}"]]}\n`));
  const { codes, helps } = joined("runc(it's)");
  assertEquals(codes, ["F004"]);
  assertEquals(helps, [`put the whole value in quotes of its own: '"runc(it''s)"'`]);
  assertEquals(joined("toupper(proc.pname)").codes, []);
});

Deno.test("fields and comps that hold nothing are as if they were not there", () => {
  const given = (text: string, append = false) => items(`    - ${text}\n`, append);
  for (const nothing of ["", "[]"]) {
    assertEquals(join(given(`{name: e, fields: ${nothing}, values: [[a]]}`)).codes, ["R032"]);
    assertEquals(
      join(given(`{name: e, fields: [a.b], comps: ${nothing}, values: [[x]]}`)).text.text,
      " and not ((a.b = x))",
    );
    assertEquals(
      join(given(`{name: e, fields: a.b, comps: ${nothing}, values: [x]}`)).text.text,
      " and not (a.b in (x))",
    );
    const base = given("{name: e, fields: [a.b], values: [[x]]}");
    const appended = given(`{name: e, fields: ${nothing}, values: [[y]]}`, true);
    assertEquals(join(base, appended).codes, []);
  }
});

Deno.test("every piece of an exception's text keeps its place in the file", () => {
  const { text } = join(
    items("    - name: e\n      fields: [proc.name]\n      values:\n      - [the value]\n"),
  );
  const start = text.text.indexOf("the value");
  const { source, start: at, end } = toFile(text.span(start, start + 9));
  assertEquals(source.text.slice(at, end), "the value");
  const field = text.text.indexOf("proc.name");
  const place = toFile(text.span(field, field + 9));
  assertEquals(source.position(place.start), { line: 8, column: 16 });
});

Deno.test("exceptions that files append to again and again grow in place", () => {
  const report = new Report();
  const exceptions = new Exceptions(
    items("    - {name: e, fields: [proc.name], values: [[x]]}\n"),
    report,
  );
  const { all } = exceptions;
  const values = all[0]!.values;
  exceptions.append(items("    - {name: e, values: [[y]]}\n", true), report);
  exceptions.append(items("    - {name: f, fields: [fd.name], values: [[z]]}\n", true), report);
  assertEquals(report.count, 0);
  assertEquals([exceptions.all === all, all.map(({ name }) => name)], [true, ["e", "f"]]);
  assertEquals([all[0]!.values === values, values.length], [true, 2]);
});
