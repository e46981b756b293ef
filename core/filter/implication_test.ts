import { assert, assertEquals } from "../../tests/assert.ts";
import type { CheckedCondition } from "./checked.ts";
import { contradictionOf, type Fact, implies, operandKey, operandText } from "./implication.ts";
import { check } from "./testing.ts";

function fact(text: string): Fact {
  const { condition, report } = check(text);
  assert(condition, `${text}: ${report.diagnostics[0]?.title}`);
  return factOf(condition, true);
}

function factOf(condition: CheckedCondition, holds: boolean): Fact {
  if (condition.kind === "not") return factOf(condition.child, !holds);
  assert(condition.kind === "exists" || condition.kind === "comparison");
  return { leaf: condition, holds };
}

/** Pairs of checks for which the expectation does not hold. */
function wrong(pairs: readonly (readonly [string, string])[], expected: boolean): string[] {
  return pairs
    .filter(([one, other]) => implies(fact(one).leaf, fact(other).leaf) !== expected)
    .map((pair) => pair.join(" => "));
}

Deno.test("implies() knows what follows from a check of the same field", () => {
  assertEquals(
    wrong([
      ["proc.name = cat", "proc.name exists"],
      ["proc.name = cat", "proc.name == cat"],
      ["proc.name = cat", "proc.name in (dog, cat)"],
      ["proc.name in (cat, cow)", "proc.name startswith c"],
      ["proc.name = cat", "proc.name != dog"],
      ["proc.name startswith /etc/", "proc.name startswith /etc"],
      ["proc.name startswith /etc/", "proc.name contains etc"],
      ["proc.name startswith /Etc", "proc.name icontains eTC"],
      ["proc.name startswith cat", "proc.name != dog"],
      ["proc.name endswith .sh", "proc.name endswith anyof (.sh, .bash)"],
      ["proc.name startswith anyof (/etc, /usr)", "proc.name startswith anyof (/usr, /etc, /x)"],
      ["proc.name contains allof (a, b)", "proc.name contains a"],
      ["proc.name glob *.sh", "proc.name != dog"],
      ["proc.pid > 4", "proc.pid >= 5"],
      ["proc.pid <= 4", "proc.pid < 5"],
      ["proc.pid = 5", "proc.pid > 4"],
      ["test.double >= 5", "test.double > 4"],
      ["fd.sip = 10.0.0.1", "fd.sip in (10.0.0.1, ::1)"],
      ["fd.ip = 10.0.0.1", "fd.ip in (10.0.0.1, ::1)"],
      ["fd.net = 10.0.0.0/8", "fd.net in (10.0.0.0/8, ::/1)"],
      ["fd.types in (a)", "fd.types in (a, b)"],
      ["fd.types intersects (a)", "fd.types intersects (a, b)"],
      ["fd.name = val(fd.name)", "fd.name = val(fd.name)"],
      ["tolower(proc.name) = cat", "tolower(proc.name) in (cat, dog)"],
    ], true),
    [],
  );
});

Deno.test("implies() says nothing that some value contradicts", () => {
  assertEquals(
    wrong([
      ["proc.name exists", "proc.name = cat"],
      ["proc.name in (dog, cat)", "proc.name = cat"],
      ["proc.name != dog", "proc.name = cat"],
      ["proc.name startswith /etc", "proc.name startswith /etc/"],
      ["proc.name contains allof (a, b)", "proc.name contains c"],
      ["proc.name contains oneof (a, b)", "proc.name contains a"],
      ["proc.name contains a", "proc.name startswith a"],
      ["proc.pid > 4", "proc.pid > 5"],
      ["test.double > 4", "test.double >= 5"],
      ["test.double >= 5", "test.double > 5"],
      ["fd.ip = 10.0.0.1", "fd.ip != ::1"],
      ["fd.types in (a)", "fd.types intersects (a)"],
      ["fd.name = val(fd.name)", "fd.name != val(fd.name)"],
    ], false),
    [],
  );
});

Deno.test("contradictionOf() finds facts about one operand that exclude each other", () => {
  const cases: readonly (readonly [...string[], boolean])[] = [
    ["proc.name = cat", "proc.name = dog", true],
    ["proc.name = cat", "not proc.name exists", true],
    ["proc.name startswith /etc", "not proc.name startswith /e", true],
    ["proc.name startswith /etc", "proc.name startswith /usr", true],
    ["proc.name endswith a", "proc.name endswith b", true],
    ["proc.name in (cat, dog)", "not proc.name = cat", "proc.name != dog", true],
    ["proc.name exists", "not proc.name != cat", "proc.name = dog", true],
    ["proc.pid > 5", "proc.pid < 6", true],
    ["evt.is_open exists", "not evt.is_open = true", "evt.is_open != false", true],
    ["test.double > 5", "test.double < 6", false],
    ["proc.name startswith /etc", "proc.name startswith /etc/x", false],
    ["proc.name startswith a", "proc.name endswith b", false],
    ["not proc.name = cat", "not proc.name != cat", false],
    // Either end of a connection, and any ancestor, may be the one.
    ["fd.ip = 10.0.0.1", "fd.ip = ::1", false],
    ["proc.aname = cat", "proc.aname = dog", false],
    ["fd.types intersects (a)", "fd.types intersects (b)", false],
  ];
  for (const row of cases) {
    const texts = row.slice(0, -1) as string[];
    const facts = texts.map(fact);
    const found = contradictionOf(facts.slice(0, -1), facts.at(-1)!) !== undefined;
    assertEquals(found, row.at(-1), texts.join(" and "));
  }
});

Deno.test("operandKey() tells operands apart, and operandText() shows them as written", () => {
  const keys = [
    "proc.name",
    "proc.aname[1]",
    "proc.env[HOME]",
    "tolower(proc.name)",
    "toupper(proc.name)",
    "tolower(proc.exe)",
  ].map((text) => operandKey(fact(`${text} exists`).leaf.left));
  assertEquals(new Set(keys).size, keys.length);
  assertEquals(operandText(fact("proc.env[HOME] exists").leaf.left), "proc.env[HOME]");
});
