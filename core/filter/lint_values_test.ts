import { assertEquals } from "../../tests/assert.ts";
import { Report, SourceText } from "../base/mod.ts";
import { syscallFields } from "../field/mod.ts";
import { checkCondition } from "./check.ts";
import { lintValues } from "./lint_values.ts";
import { parseCondition } from "./parser.ts";

/** Codes of what is told of a condition without macros. */
function codesOf(text: string, hints = false): readonly string[] {
  const found = new Report();
  const parsed = parseCondition(new SourceText("<condition>", text), found)!;
  const checked = checkCondition(parsed, syscallFields, found)!;
  assertEquals(found.hasErrors, false, text);
  const report = new Report();
  lintValues(parsed, checked, { report, hints });
  return report.diagnostics.map(({ code, severity }) => `${severity} ${code}`);
}

Deno.test("lintValues() tells of values that no event has", () => {
  for (
    const text of [
      "evt.arg.flags contains O_CREATE",
      "fd.type = files",
      "fd.type != files",
      "fd.type contains fil3",
      "fd.typechar = q",
      "fd.l4proto in (TCP)",
      "evt.res = EFOO",
      "evt.res = 0",
      "evt.res != 2",
      "fd.filename = /etc/passwd",
      "fd.directory = /etc/",
      "proc.cwd = /root",
      "proc.exepath = cat",
      "proc.name = averyveryverylongname",
      "proc.name in (/bin/bash)",
      "proc.pname startswith /usr/",
      "proc.aname[2] startswith averyveryverylongname",
    ]
  ) assertEquals(codesOf(text), ["warning F037"], text);
});

Deno.test("lintValues() tells of stars that stand for themselves", () => {
  for (
    const text of [
      "fd.name = /etc/*",
      "fd.name contains *.conf",
      "container.image.repository = a/*",
    ]
  ) assertEquals(codesOf(text), ["warning F038"], text);
});

Deno.test("lintValues() says nothing of values that events may have", () => {
  for (
    const text of [
      "evt.arg.flags contains O_CREAT",
      "evt.arg.flags contains CREAT",
      "evt.arg.filename contains A_B",
      "evt.res = -4000",
      "evt.res startswith E",
      "proc.name contains /",
      "proc.name startswith kworker/",
      "proc.name = /usr/sbin/spamd",
      "fd.type = file",
      "fd.type contains ipv",
      "fd.type glob i*",
      "fd.typechar = 4",
      "fd.l4proto icontains TC",
      "fd.filename glob *.conf",
      "fd.directory = /",
      "fd.directory startswith /etc/",
      "proc.exepath endswith cat",
      "proc.exepath = '<NA>'",
      "proc.name = fifteen_letters",
      "proc.name = in_heartbeat_r*",
      "proc.cmdline contains 'rm *'",
      "fd.name glob /etc/*",
      "tolower(fd.type) = FILES",
    ]
  ) assertEquals(codesOf(text, true), [], text);
});

Deno.test("lintValues() only mentions single values of a list that may hold otherwise", () => {
  assertEquals(codesOf("fd.type in (file, files)"), []);
  assertEquals(codesOf("fd.type in (file, files)", true), ["info F037"]);
  assertEquals(codesOf("fd.type in (filed, files)"), ["warning F037", "warning F037"]);
});
