import { assert, assertEquals, assertObjectMatch } from "../../tests/assert.ts";
import { check } from "./testing.ts";
import { type CheckedComparison, type CheckedRight, leavesOf } from "./checked.ts";
import { fieldsOf } from "./mod.ts";

/** Code and underlined text of each problem. */
function problems(text: string): readonly (readonly [code: string, at: string])[] {
  return check(text).report.diagnostics.map(({ code, at }) => [
    code,
    at!.source.text.slice(at!.start, at!.end),
  ]);
}

Deno.test("checkCondition() points at what it refuses", () => {
  const cases: readonly (readonly [text: string, code: string, at: string])[] = [
    ["proc.nmae = cat", "F012", "proc.nmae"],
    ["proc.pid contains 1", "F013", "contains"],
    ["evt.is_open in (yes)", "F014", "yes"],
    ["proc.pid = cat", "F014", "cat"],
    ["proc.pid = 0x10", "F014", "0x10"],
    ["fd.port = htps", "F014", "htps"],
    ["fd.sip = 10.0.0.0/8", "F014", "10.0.0.0/8"],
    ["fd.net = 10.0.0.1", "F014", "10.0.0.1"],
    ["fd.net = ::/0", "F014", "::/0"],
    ['proc.name = "a\\x00"', "F014", '"a\\x00"'],
    ["evt.buffer bcontains 7f4", "F014", "7f4"],
    ["proc.env = a", "F015", "proc.env"],
    ["proc.name[1] = a", "F015", "1"],
    ["proc.aname[x] = a", "F015", "x"],
    ["evt.arg[nothing] = a", "F015", "nothing"],
    ["fd.types = file", "F013", "="],
    ["evt.type = opne", "F023", "opne"],
    ["proc.name regex 'a('", "F024", "'a('"],
    ["out.only = a", "F026", "out.only"],
  ];
  for (const [text, code, at] of cases) assertEquals(problems(text), [[code, at]], text);
});

Deno.test("checkCondition() shows every problem of a condition in one run", () => {
  assertEquals(problems("proc.nmae = cat and (proc.pid = x or not fd.sip in (1.2.3.4, y, z))"), [
    ["F012", "proc.nmae"],
    ["F014", "x"],
    ["F014", "y"],
    ["F014", "z"],
  ]);
});

Deno.test("checkCondition() helps: near names, decimal numbers, networks, ports, operators", () => {
  const help = (text: string) => check(text).report.diagnostics[0]!.help;
  assertEquals(help("proc.nmae = cat"), 'did you mean "proc.name"?');
  assertEquals(help("evt.type = opnat"), 'did you mean "openat"?');
  assertEquals(
    help('evt.type = "open, openat"'),
    "several types stand in brackets, without quotes: evt.type in (open, openat)",
  );
  assertEquals(help("proc.pid = 0x1F"), "only decimal numbers are read here: 31");
  assertEquals(help("fd.net = 10.0.0.1"), "add a prefix length: 10.0.0.1/32");
  assertEquals(help("fd.port = htps"), 'did you mean "https"?');
  assertEquals(help("fd.port = 0x50"), "only decimal numbers are read here: 80");
  assertEquals(help("evt.is_open > 1"), "possible here: = == != in intersects exists");
});

Deno.test("checkCondition() says through which macro and which list a mistake came", () => {
  const { report } = check("spawned", {
    macros: { spawned: "proc.pid in (pids)" },
    lists: { pids: ["1", "more"], more: ["two"] },
  });
  assertEquals(report.diagnostics.length, 1);
  assertObjectMatch(report.diagnostics[0], {
    code: "F014",
    at: { source: { name: "more" }, start: 0, end: 3 },
    notes: [
      { message: 'in macro "spawned", used here', at: { source: { name: "<test>" } } },
      { message: 'in list "pids", used here', at: { source: { name: "spawned" }, start: 13 } },
      { message: 'in list "more", used here', at: { source: { name: "pids" } } },
    ],
  });
});

Deno.test("checkCondition() warns of values that are probably not what was meant", () => {
  const cases: readonly (readonly [text: string, code: string])[] = [
    ["proc.name regex 'abc.*'", "F030"],
    ["proc.name = proc.exe", "F031"],
    ["proc.name in (cat, evt.arg.flags)", "F031"],
    ["proc.name = 'evt.arg[2]'", "F031"],
    ["proc.name = %evt.arg.path", "F031"],
    ["proc.name = 'tolower(proc.exe)'", "F032"],
    ["test.small = 300", "F033"],
    ["user.uid = -1", "F033"],
    ["evt.dir = <", "F034"],
    ["not evt.type in ('<unknown>', open)", "F034"],
    ["ka.verb in (get, <NA>)", "F035"],
    ["tolower(ka.verb) = <NA>", "F035"],
    ["concat(proc.name, ka.verb) = <NA>", "F035"],
  ];
  for (const [text, code] of cases) {
    const { condition, report } = check(text);
    assert(condition, text);
    assertEquals(report.diagnostics.map((found) => [found.code, found.severity]), [
      [code, "warning"],
    ], text);
  }
  assertEquals(check("proc.name regex 'a.c' and proc.name = cat.txt").report.diagnostics, []);
  assertEquals(check("tolower(proc.name) = <NA>").report.diagnostics, []);
});

Deno.test("checkCondition() repeats a field with its argument", () => {
  const [{ help } = {}] = check("tolower(jevt.value[/a]) = <NA>").report.diagnostics;
  assertEquals(help, 'to ask whether there is a value, write "jevt.value[/a] exists"');
});

Deno.test("checkCondition() finds arguments in brackets and behind a dot", () => {
  const { condition } = check("proc.env[HOME] = a and evt.arg.flags = b and evt.arg[3] = c");
  assertEquals(
    [...fieldsOf(condition!)].map(({ definition, argument }) => [definition.name, argument]),
    [
      ["proc.env", "HOME"],
      ["evt.arg", "flags"],
      ["evt.arg", 3],
    ],
  );
});

Deno.test("checkCondition() prepares the values of a list once for all comparisons that name it", () => {
  const lists = { dirs: ["/etc", "nested"], nested: ["/usr"] };
  const { condition } = check(
    "fd.name pmatch (dirs) and (fd.name pmatch dirs or not fd.name in (dirs))",
    { lists },
  );
  assert(condition);
  const rights = [...leavesOf(condition)].map((leaf) => (leaf as CheckedComparison).right);
  const [first, second, other] = rights as Extract<CheckedRight, { kind: "constants" }>[];
  assertEquals(first!.constants, ["/etc", "/usr"]);
  assert(first!.prepared === second!.prepared);
  assert(first!.prepared !== other!.prepared);
});

Deno.test("checkCondition() reads a list in its own way for types of events, whoever names it first", () => {
  const lists = { l: ["<unknown>", "close"] };
  const valuesOf = (text: string) => {
    const { condition } = check(text, { lists });
    return [...leavesOf(condition!)].map((leaf) => {
      const { right } = leaf as CheckedComparison;
      return (right as Extract<CheckedRight, { kind: "constants" }>).constants;
    });
  };
  const ofTypes = ["unknown", "close"], ofNames = ["<unknown>", "close"];
  assertEquals(valuesOf("evt.type in (l) and proc.name in (l)"), [ofTypes, ofNames]);
  assertEquals(valuesOf("proc.name in (l) and evt.type in (l)"), [ofNames, ofTypes]);
});

Deno.test("checkCondition() says of each comparison what is wrong with a list in common, and where", () => {
  const lists = { outer: ["inner"], inner: ["1", "x"] };
  const { report } = check("proc.pid in (outer) or user.uid in (outer) or proc.pid in outer", {
    lists,
  });
  const found = report.diagnostics.map(({ code, title, at, notes }) => [
    code,
    title.replace(/:.*/, ""),
    at!.source.name,
    notes!.map(({ message, at }) => `${message} ${at!.source.name}:${at!.start}`),
  ]);
  const notes = (start: number) => [
    `in list "outer", used here <test>:${start}`,
    'in list "inner", used here outer:0',
  ];
  const [title] = found.map(([, title]) => title);
  assertEquals(found.map(([code, , ...rest]) => [code, ...rest]), [
    ["F014", "inner", notes(13)],
    ["F014", "inner", notes(36)],
    ["F014", "inner", notes(58)],
  ], String(title));
});

Deno.test("checkCondition() warns of a list's values for each field that they are compared with", () => {
  const { report } = check("ka.verb in (l) and proc.name in (l) and ka.verb in (l)", {
    lists: { l: ["<NA>"] },
  });
  assertEquals(report.diagnostics.map(({ code, notes }) => [code, notes![0]!.at!.start]), [
    ["F035", 12],
    ["F035", 52],
  ]);
});
