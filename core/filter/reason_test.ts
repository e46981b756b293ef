import { assert, assertEquals, assertObjectMatch } from "../../tests/assert.ts";
import { fixedValue, maySettle, syscallFields } from "../field/mod.ts";
import type { CheckedCondition } from "./checked.ts";
import { Budget, Reasoner, type ReasonerOptions } from "./reason.ts";
import { check, type Definitions } from "./testing.ts";

const KNOWLEDGE = { maySettle, fixedValue };

function checked(text: string, definitions?: Definitions): CheckedCondition {
  const { condition, report } = check(text, definitions, syscallFields);
  assert(condition, `${text}: ${report.diagnostics[0]?.title}`);
  return condition;
}

function refute(text: string, options: ReasonerOptions & Definitions = {}) {
  const condition = checked(text, options);
  return new Reasoner(new Budget(100_000), { knowledge: KNOWLEDGE, ...options })
    .refute([{ condition, holds: true }]);
}

Deno.test("Reasoner.refute() carries facts into alternatives, below not, and through macros", () => {
  const impossible = [
    "proc.name = cat and (proc.name = dog or proc.name = cow)",
    "proc.name = cat and not (proc.pid = 1 or proc.name = cat)",
    "(proc.name = cat or proc.name = dog) and proc.name = cow",
    "(proc.name = cat or proc.pid = 1) and proc.name = dog and proc.pid = 2",
    // Only one way is left, and what it says contradicts the rest.
    "(proc.name = cat or (proc.pid = 1 and proc.exe = a)) and proc.name = dog and proc.exe = b",
    "is_cat and not is_cat",
  ];
  const possible = [
    "proc.name = cat or proc.name = dog",
    "proc.name = cat and (proc.name = dog or proc.pid = 1)",
    "not (proc.name = cat and proc.name = dog)",
    "not proc.name = cat and not proc.name != cat",
  ];
  const macros = { is_cat: "proc.name = cat or proc.exe endswith /cat" };
  assertEquals(impossible.filter((text) => !refute(text, { macros })), []);
  assertEquals(possible.filter((text) => refute(text, { macros })), []);
});

Deno.test("Reasoner.refute() knows what events of a type never have", () => {
  const impossible = [
    "evt.type = execve and fd.name = /etc/passwd",
    "fd.name exists and evt.type in (execve, clone)",
    "evt.type = openat and evt.arg.oldpath = /x",
    "evt.type = open and syscall.type = openat",
    "evt.type = setuid and evt.dir = >",
    "evt.type = mkdir and evt.is_open_write = true",
    "evt.type = rename and fs.path.name = /x",
    "(evt.type = open and evt.arg.data = x) or (evt.type = kill and fd.num = 1)",
    // No type has both.
    "evt.type in (open, rename) and evt.arg.flags = x and evt.arg.oldpath = x",
  ];
  const possible = [
    "evt.type in (execve, open) and fd.name = /etc/passwd",
    "evt.type = execve and not fd.name = /etc/passwd",
    "evt.type = setuid and evt.dir = <",
    // Live capture looks at the descriptors of calls that are generic events in Falco.
    "evt.type = ftruncate and fd.name = /x",
    "evt.type = renameat and fs.path.source = /x and evt.rawarg.newpath = /x",
    "evt.arg.oldpath = /x and evt.arg.data = x",
  ];
  assertEquals(impossible.filter((text) => !refute(text)), []);
  assertEquals(possible.filter((text) => refute(text)), []);
});

Deno.test("Reasoner.refute() says which facts are in the way, and for which event types", () => {
  assertObjectMatch(refute("proc.name = cat and proc.pid = 1 and proc.name = dog"), {
    kind: "values",
    against: [{ holds: true }],
  });
  assertObjectMatch(refute("evt.type = execve and fd.num = 3"), { kind: "types", absent: true });
  assertObjectMatch(refute("evt.type = bpf and evt.dir = >"), { kind: "types", absent: false });
  assertObjectMatch(refute("(proc.pid = 1 or proc.pid = 2) and proc.pid = 3"), {
    kind: "choice",
    claim: { condition: { kind: "or" } },
  });
});

Deno.test("Reasoner leaves alone what is false on purpose, unless lists are taken as they are", () => {
  const lists = { nothing: [] };
  for (const text of ["evt.num = 0 and evt.num > 5", "proc.name in (nothing)"]) {
    assertEquals(refute(text, { lists }), undefined, text);
  }
  assert(refute("proc.name in ()"), "nothing is written in the brackets");
  assert(refute("proc.name in (nothing)", { lists, emptyLists: true }));
});

Deno.test("Reasoner.release() forgets the facts taken since the mark", () => {
  const reasoner = new Reasoner(new Budget(1000), { knowledge: KNOWLEDGE });
  const claim = (text: string) => ({ condition: checked(text), holds: true });
  reasoner.take([claim("proc.name = cat")]);
  const mark = reasoner.mark;
  reasoner.take([claim("evt.type = execve and proc.pid = 1")]);
  assert(reasoner.refute([claim("proc.pid = 2")]) && reasoner.refute([claim("fd.num = 3")]));
  reasoner.release(mark);
  assertEquals(reasoner.refute([claim("proc.pid = 2 and fd.num = 3")]), undefined);
  assert(reasoner.refute([claim("proc.name = dog")]));
});

Deno.test("Reasoner finds nothing more when its budget is spent, however large the condition", () => {
  const names = Array.from({ length: 2000 }, (_, index) => `n${index}`).join(", ");
  const part = `proc.name in (${names})`;
  const text = `${Array.from({ length: 100 }, () => part).join(" and ")} and proc.name = x`;
  const budget = new Budget(50_000);
  assertEquals(new Reasoner(budget).refute([{ condition: checked(text), holds: true }]), undefined);
  assert(budget.left <= 0 && budget.left > -500_000, `${budget.left}`);
  assert(refute("proc.name = a and proc.name = b"));
});

Deno.test("Reasoner counts that it gets to know an operand, once, and each check that it looks at", () => {
  const budget = new Budget(1000);
  const reasoner = new Reasoner(budget);
  const spent = (text: string) => {
    const before = budget.left;
    reasoner.refute([{ condition: checked(text), holds: true }]);
    return before - budget.left;
  };
  const first = spent("proc.name = a"), again = spent("proc.name = a");
  assert(first > 10 * again, `${first} ${again}`);
  assert(spent("proc.name = a or (fd.name = b and fd.num = 1)") > first + 2 * again);
});
