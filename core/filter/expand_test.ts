import { assert, assertEquals, assertObjectMatch } from "../../tests/assert.ts";
import { Report, SourceText } from "../base/mod.ts";
import { check, evaluate } from "./testing.ts";
import {
  expandCondition,
  type ListDefinition,
  type Names,
  parseCondition,
  printCondition,
} from "./mod.ts";

function codes({ diagnostics }: Report): readonly string[] {
  return diagnostics.map(({ code }) => code);
}

/** The printed expansion of a condition with lists only. */
function expandedLists(text: string, lists: Readonly<Record<string, readonly string[]>>): string {
  const report = new Report();
  const definitions = new Map<string, ListDefinition>(
    Object.entries(lists).map(([name, items]) => [name, {
      name,
      items: items.map((item) => new SourceText(name, item)),
    }]),
  );
  const expanded = expandCondition(parseCondition(new SourceText("<test>", text), report)!, {
    macro: () => undefined,
    list: (name) => definitions.get(name),
  }, report);
  return expanded ? printCondition(expanded) : report.diagnostics[0]!.code;
}

Deno.test("expandCondition() puts lists in the place of their names", () => {
  const lists = {
    shells: ["bash", "zsh"],
    all: ["shells", "sh -c", '"quo,ted"'],
    one: ["a"],
    none: [],
  };
  const cases: readonly (readonly [string, string])[] = [
    ["proc.name in (shells)", "proc.name in (bash, zsh)"],
    ["proc.name in (x, all)", 'proc.name in (x, bash, zsh, "sh -c", quo,ted)'],
    ["proc.name in shells", "proc.name in (bash, zsh)"],
    ["proc.name in (none)", "proc.name in ()"],
    ["proc.name in unknown", "proc.name in unknown"],
    ["proc.name = one", "proc.name = a"],
    ["proc.name = shells", "F022"],
    ["proc.name in ('shells')", "proc.name in (shells)"],
    ["proc.name startswith anyof shells", "proc.name startswith anyof (bash, zsh)"],
    ["fd.name pmatch (one)", "fd.name pmatch (a)"],
  ];
  for (const [text, expected] of cases) assertEquals(expandedLists(text, lists), expected, text);
});

Deno.test("expandCondition() ends where lists contain each other", () => {
  assertEquals(expandedLists("a.b in (x)", { x: ["y", "1"], y: ["x", "2"] }), "a.b in (x, 2, 1)");
  const nested = Object.fromEntries(
    Array.from({ length: 200 }, (_, i) => [`l${i}`, [`l${i + 1}`]]),
  );
  assertEquals(expandedLists("a.b in (l0)", nested), "F018");
});

Deno.test("expandCondition() keeps macros' places and says through which a name was reached", () => {
  const { report } = check("outer", {
    macros: { outer: "proc.name = cat and inner", inner: "shel" },
  });
  assertObjectMatch(report.diagnostics[0], {
    code: "F016",
    title: 'unknown macro "shel"',
    at: { source: { name: "inner" }, start: 0, end: 4 },
    notes: [
      { message: 'in macro "outer", used here', at: { source: { name: "<test>" } } },
      { message: 'in macro "inner", used here', at: { source: { name: "outer" }, start: 20 } },
    ],
  });
});

Deno.test("expandCondition() suggests a near macro and recognizes a list", () => {
  const help = (text: string) =>
    check(text, { macros: { spawned_process: "evt.type = execve" }, lists: { shells: ["bash"] } })
      .report.diagnostics[0]!.help;
  assertEquals(help("spawned_proces"), 'did you mean "spawned_process"?');
  assertEquals(
    help("shells"),
    '"shells" is a list: compare a field with it, "proc.name in (shells)"',
  );
});

Deno.test("expandCondition() knows the macros that everybody takes from Falco's rules", () => {
  const help = (text: string, macros: Readonly<Record<string, string>>) =>
    check(text, { macros }).report.diagnostics[0]!.help;
  const load = "a macro of Falco's falco_rules.yaml: load that file before this one, or define it";
  assertEquals(help("open_write", {}), load);
  assertEquals(
    help("open_write", { opened_for_writing: "evt.type = open" }),
    `${load}; here the same is called "opened_for_writing"`,
  );
  const later = load.replace("falco_rules", "falco-incubating_rules");
  assertEquals(help("modify", { open_write: "evt.type = open" }), later);
  const kmodify = { kmodify: "evt.type = open" };
  assertEquals(help("modify", kmodify), `${later}; or did you mean "kmodify"?`);
  assertEquals(help("inbound", { outbound: "evt.type = connect" })?.includes("mean"), false);
  assertEquals(help("pod_subresource", {}), load.replace("falco_rules", "k8s_audit_rules"));
  assertEquals(
    help("always_true", {}),
    'Falco\'s rules have it no more: write "evt.num >= 0"',
  );
});

Deno.test("expandCondition() looks for near lists as long as there is effort left", () => {
  const found = (letters: number) => {
    const report = new Report();
    const condition = parseCondition(new SourceText("<test>", "a.b in (shel_binaries)"), report)!;
    expandCondition(condition, {
      macro: () => undefined,
      list: () => undefined,
      listNames: () => ["shell_binaries"],
      effort: { letters },
    }, report);
    return report.diagnostics.map(({ help }) => help!.split(" or ")[0]!.split("?")[0]);
  };
  assertEquals(found(1), ['did you mean "shell_binaries"']);
  assertEquals(found(0), ['define the list, "- list: shel_binaries",']);
});

Deno.test("expandCondition() takes a word behind a compared value for one more value", () => {
  const help = (text: string) => check(text, {}).report.diagnostics[0]!.help;
  assertEquals(
    help("proc.name = bash or sh"),
    "alternatives are whole checks: … or proc.name = sh",
  );
  for (const text of ["proc.name = bash or my_shell", "proc.name = bash and sh", "x or sh"]) {
    assert(help(text)?.startsWith('define it, "- macro: '), text);
  }
});

Deno.test("expandCondition() reports each unknown macro of a condition", () => {
  const { report } = check("x and (y or not z)");
  assertEquals(report.diagnostics.map(({ title }) => title), [
    'unknown macro "x"',
    'unknown macro "y"',
    'unknown macro "z"',
  ]);
});

Deno.test("expandCondition() refuses macros that contain themselves", () => {
  const { report } = check("a", { macros: { a: "b or proc.name = x", b: "not a" } });
  assertEquals(report.diagnostics.length, 1);
  assertObjectMatch(report.diagnostics[0], { code: "F017", title: 'macro "a" contains itself' });
});

Deno.test("expandCondition() bounds macros that double, without building them", () => {
  const macros = Object.fromEntries(
    Array.from(
      { length: 64 },
      (_, i) => [`m${i}`, i === 63 ? "proc.name = x" : `m${i + 1} and m${i + 1}`],
    ),
  );
  assertEquals(codes(check("m0", { macros }).report), ["F018"]);
});

Deno.test("expandCondition() bounds what all conditions grow to, and tells of it once", () => {
  const items = Array.from({ length: 10 }, (_, i) => new SourceText("list", `a${i}`));
  const names: Names = {
    macro: () => undefined,
    list: (name) => name === "many" ? { name, items } : undefined,
    room: { checksAndValues: 25, checks: 100 },
  };
  const report = new Report();
  const expand = () =>
    expandCondition(
      parseCondition(new SourceText("<test>", "proc.name in (many)"), report)!,
      names,
      report,
    );
  assert(expand() && expand());
  assertEquals([expand(), expand(), codes(report)], [undefined, undefined, ["F018"]]);
});

Deno.test("expandCondition() bounds the checks of all conditions, and says whose were too many", () => {
  const report = new Report();
  const macro = parseCondition(new SourceText("m", "proc.name = a or proc.name = b"), report)!;
  const names: Names = {
    macro: (name) => ({ name, condition: macro }),
    list: () => undefined,
    room: { checksAndValues: 100, checks: 5 },
  };
  const expand = (whose: string) => {
    const condition = parseCondition(new SourceText("<test>", "m and not m"), report)!;
    return expandCondition(condition, { ...names, whose }, report);
  };
  assert(expand('rule "one"'));
  assertEquals([expand('rule "two"'), expand('rule "three"')], [undefined, undefined]);
  assertEquals(report.diagnostics.map(({ code, title }) => [code, title]), [
    ["F018", 'all rules together grow to more than 1000000 checks with rule "two"'],
  ]);
});

Deno.test("expandCondition() does not count for ever what lists have too many of", () => {
  const items = (count: number, text: string) =>
    new Array<SourceText>(count).fill(new SourceText("l", text));
  const lists = new Map<string, ListDefinition>([
    ["many", { name: "many", items: items(1000, "a") }],
    ["too_many", { name: "too_many", items: items(1001, "many") }],
  ]);
  const report = new Report();
  const room = { checksAndValues: 1_500_000, checks: 100 };
  const names: Names = { macro: () => undefined, list: (name) => lists.get(name), room };
  const parsed = parseCondition(new SourceText("<test>", "proc.name in (too_many)"), report)!;
  const expand = () => expandCondition(parsed, names, report);
  assertEquals([expand(), codes(report)], [undefined, ["F018"]]);
  assertEquals([expand(), codes(report)], [undefined, ["F018", "F018", "F018"]]);
  assertEquals([expand(), codes(report)], [undefined, ["F018", "F018", "F018"]]);
  assert(report.diagnostics[2]!.title.startsWith("all rules together"));
});

Deno.test("expandCondition() bounds how deep macros nest", () => {
  const macros = Object.fromEntries(
    Array.from(
      { length: 3000 },
      (_, i) => [`m${i}`, i === 2999 ? "proc.name = x" : `not m${i + 1}`],
    ),
  );
  assertEquals(codes(check("m0", { macros }).report), ["F018"]);
});

Deno.test("expandCondition() warns of a value that is nearly the name of a list", () => {
  const lists = { shell_binaries: ["bash"], shells: ["sh"] };
  const found = (text: string) => codes(check(text, { lists }).report);
  assertEquals(found("proc.name in (shel_binaries)"), ["F036"]);
  assertEquals(found("proc.name in (cat, shell_binary)"), ["F036"]);
  assertEquals(found("proc.name startswith oneof (shell_binarys)"), ["F036"]);
  const single = check("proc.name in (shels)", { lists }).report.diagnostics;
  assertEquals(single.map(({ code, severity }) => [code, severity]), [["F036", "info"]]);
  for (
    const text of [
      "proc.name in (shell_binaries)",
      "proc.name in ('shel_binaries')",
      "proc.name in (shel, cat, dogs)",
      "proc.name in (dbus_daemon)",
      "proc.name = shel_binaries",
    ]
  ) assertEquals(found(text), [], text);
});

Deno.test("expandCondition() warns of what stands where lists do, and of lists in quotes", () => {
  const lists = { shell_binaries: ["bash"], shells: ["sh"] };
  const found = (text: string) =>
    check(text, { lists }).report.diagnostics.map(({ code, severity }) => `${severity} ${code}`);
  assertEquals(found("proc.name in no_such_thing"), ["warning F036"]);
  assertEquals(found("proc.name pmatch other"), ["info F036"]);
  assertEquals(found("proc.name in ('shell_binaries')"), ["info F036"]);
  for (
    const text of [
      "proc.name in shell_binaries",
      "proc.name in (no_such_thing)",
      "evt.type in finit_module",
      // A single word in quotes is how to say that no list is meant.
      "proc.name in ('shells')",
    ]
  ) assertEquals(found(text), [], text);
});

Deno.test("expanded macros and lists evaluate as if written out", () => {
  const definitions = {
    macros: { shell: "proc.name in (shells)", root: "user.uid = 0" },
    lists: { shells: ["bash", "zsh"] },
  };
  assertEquals(
    evaluate("shell and not root", { "proc.name": "zsh", "user.uid": 7 }, definitions),
    true,
  );
  assertEquals(
    evaluate("shell and not root", { "proc.name": "zsh", "user.uid": 0 }, definitions),
    false,
  );
});
