import { assertEquals } from "../../tests/assert.ts";
import { check, evaluate } from "./testing.ts";

Deno.test("lists in brackets take fields, strings and lists, numbers as text", () => {
  assertEquals(
    evaluate('join(",", (proc.pid, "x", fd.types)) = "7,x,file,pipe"', {
      "proc.pid": 7n,
      "fd.types": ["file", "pipe"],
    }),
    true,
  );
});

Deno.test("transformers on the right compare with what they make of the event", () => {
  const values = { "proc.name": "cat", "proc.exe": "CAT" };
  assertEquals(evaluate("proc.name = tolower(proc.exe)", values), true);
  assertEquals(evaluate("proc.name = val(proc.exe)", values), false);
  assertEquals(evaluate("proc.name != val(proc.exe)", { "proc.name": "cat" }), false);
  assertEquals(evaluate("proc.exe iglob val(proc.name)", values), true);
  assertEquals(evaluate("proc.name in val(proc.name)", values), true);
  assertEquals(evaluate("fd.types in val(fd.types)", { "fd.types": ["a", "b"] }), true);
});

Deno.test("what makes one text of several takes one of a field's candidates", () => {
  const values = { "proc.name": "cat", "proc.aname[1]": "sh" };
  assertEquals(evaluate("concat(proc.aname[1], '/', proc.name) = sh/cat", values), true);
  assertEquals(evaluate("concat(proc.aname[2], proc.name) = cat", values), false);
  const codes = (text: string) => check(text).report.diagnostics.map(({ code }) => code);
  assertEquals(codes("toupper(proc.aname[1]) = SH"), ["F019"]);
});

Deno.test("what makes one text of several takes all candidates as outputs show them", () => {
  const values = { "proc.name": "cat", "proc.aname": ["sh", "init"] };
  assertEquals(evaluate("concat(proc.aname, '/', proc.name) = 'sh init/cat'", values), true);
  assertEquals(evaluate("join('-', (proc.name, proc.aname)) = 'cat-sh init'", values), true);
  assertEquals(evaluate("concat(proc.aname, 'x') exists", { "proc.name": "cat" }), false);
  const codes = check("toupper(proc.aname) = SH").report.diagnostics.map(({ code }) => code);
  assertEquals(codes, ["F019"]);
});

Deno.test("transformers refuse operands and arguments that do not fit", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["toupper(proc.pid) = 1", "F019"],
    ["toupper(proc.name, proc.exe) = A", "F019"],
    ["toupper(proc.name)[x] = A", "F015"],
    ["len(evt.is_open) = 1", "F019"],
    ["basename(fd.ip) = a", "F019"],
    ["join(fd.types, fd.types) = a", "F019"],
    ["concat(fd.name, proc.name) = a", "F019"],
    ["join(',', (evt.is_open)) = a", "F019"],
    ["getopt(fd.types, 'a')[ab] = a", "F015"],
    ["proc.pid = len(proc.name)", "F020"],
    ["proc.name = val(fd.types)", "F020"],
    ["proc.name regex val(proc.exe)", "F021"],
    ["fd.ip = val(fd.sip)", "F021"],
    ["proc.name = val(proc.aname)", "F021"],
    ["proc.name = val(proc.exe)[x]", "F015"],
  ];
  for (const [text, code] of cases) {
    assertEquals(check(text).report.diagnostics.map((found) => found.code), [code], text);
  }
});
