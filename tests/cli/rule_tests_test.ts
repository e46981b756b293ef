import { assert, assertEquals, assertObjectMatch } from "../assert.ts";
import { falcod, Folder, root } from "./program.ts";

const RULES = `
- list: quiet
  items: [su]
- rule: Shadow read
  desc: d
  condition: evt.type = openat and fd.name = /etc/shadow and not proc.name in (quiet)
  output: read by %proc.name in %proc.aname[2] with %fd.num
  priority: WARNING
- rule: Any open
  desc: d
  condition: evt.type = openat and fd.name startswith /srv/
  output: opened
  priority: NOTICE
`;
const PASSING = `
rules: rules.yaml
event: {evt.type: openat, fd.name: /etc/shadow}
tests:
  - name: shadow file
    event: {proc.name: cat}
    expect:
      - rule: Shadow read
        priority: warning
        output: read by cat in <NA> with 3
        output_fields: {fd.num: 3, "proc.aname[2]": null}
  - name: quiet programs
    events:
      - {proc.name: su}
      - {fd.name: /etc/motd, proc.name: cat}
    expect: []
  - name: only one is looked at
    event: {fd.name: /srv/x}
    expect_not: Shadow read
`;
const FAILING = `
rules: [rules.yaml]
tests:
  - name: should have fired
    events:
      - {evt.type: openat, fd.name: /etc/shadow, proc.name: cat}
      - {evt.type: openat, fd.name: /etc/shadow, proc.name: su}
    expect: [Shadow read]
  - name: should not have fired
    event: {evt.type: openat, fd.name: /srv/x}
    expect: []
  - name: must not fire
    event: {evt.type: openat, fd.name: /srv/x}
    expect_not: [Any open]
  - name: fires otherwise
    event: {evt.type: openat, fd.name: /etc/shadow, proc.name: cat}
    expect:
      - rule: Shadow read
        priority: error
        output: something else
        output_fields: {fd.num: 4, fd.name: /x}
`;

Deno.test("falcod test passes falcod's own rules, each with an event that fires it", async () => {
  const { code, out, error } = await falcod(["test", "rules/tests/falco_rules_test.yaml"]);
  assertEquals([code, error], [0, ""], out);
  const listed = await falcod(["list", "rules", "--json", "-r", "rules/falco_rules.yaml"]);
  const text = Deno.readTextFileSync(`${root}rules/tests/falco_rules_test.yaml`);
  for (const { name } of JSON.parse(listed.out)) {
    assert(new RegExp(`expect: \\[${name}\\]|- rule: ${name}\n`).test(text), `no test of ${name}`);
  }
});

Deno.test("falcod test passes what comes out as expected", async () => {
  using folder = new Folder({ "rules.yaml": RULES, "test.yaml": PASSING });
  const { code, out, error } = await falcod(["test", folder.file("test.yaml")]);
  assertEquals([code, out, error], [0, "3 passed, 0 failed\n", ""]);
});

Deno.test("falcod test says what came out instead, and why a rule did not fire", async () => {
  using folder = new Folder({ "rules.yaml": RULES, "test.yaml": FAILING });
  const path = folder.file("test.yaml");
  const { code, out } = await falcod(["test", path]);
  assertEquals(code, 1);
  assertEquals(
    out,
    `FAILED ${path}:4: should have fired
    the event at line 7: an alert was expected. "Shadow read" does not match, because proc.name in (quiet) is true with proc.name = "su".
FAILED ${path}:9: should not have fired
    "Any open" alerted and was not expected to: opened
FAILED ${path}:12: must not fire
    "Any open" alerted and was not expected to: opened
FAILED ${path}:15: fires otherwise
    the output of "Shadow read" differs
      expected: something else
      found:    read by cat in <NA> with 3
    the priority of "Shadow read" differs
      expected: Error
      found:    Warning
    field fd.num of "Shadow read" differs
      expected: "4"
      found:    "3"
    field fd.name of "Shadow read" differs
      expected: "/x"
      found:    not in the output
0 passed, 4 failed
`,
  );
});

Deno.test("falcod test --json tells the same to programs, --filter leaves tests out", async () => {
  using folder = new Folder({ "rules.yaml": RULES, "test.yaml": FAILING });
  const args = ["test", folder.file("test.yaml"), "--json"];
  const [all, some, none] = await Promise.all([
    falcod(args),
    falcod([...args, "--filter", "must*"]),
    falcod(["test", folder.file("test.yaml"), "--filter", "nothing"]),
  ]);
  assertEquals([all.code, some.code, none.code], [1, 1, 1]);
  assertObjectMatch(JSON.parse(all.out), { ok: false, passed: 0, failed: 4, broken: 0 });
  const [file] = JSON.parse(some.out).files;
  assertObjectMatch(file.tests, [{
    name: "must not fire",
    passed: false,
    at: { line: 12 },
    failures: [{ kind: "unexpected", rule: "Any open", at: { line: 13 } }],
  }] as unknown as Record<string, unknown>);
  assertEquals(none.out, "0 passed, 0 failed: no test has such a name\n");
});

Deno.test("falcod test takes rules and configuration from where it is told", async () => {
  using folder = new Folder({
    "rules.yaml": RULES,
    "changed.yaml": RULES.replace("items: [su]", "items: [su, cat]"),
    "falco.yaml": "rules_files: [rules.yaml]\npriority: error\nstdout_output: {enabled: true}\n",
    "test.yaml": PASSING,
    "configured.yaml": "config: falco.yaml\n" + FAILING.split("  - name: should not")[0]!,
  });
  const [changed, configured] = await Promise.all([
    falcod(["test", folder.file("test.yaml"), "-r", folder.file("changed.yaml")]),
    falcod(["test", folder.file("configured.yaml")], { folder: folder.path }),
  ]);
  assertEquals([changed.code, configured.code], [1, 1]);
  assert(changed.out.includes("1 failed"), changed.out);
  assert(configured.out.includes("priority Warning is below the minimum"), configured.out);
});

Deno.test("falcod test lets only the first rule alert where rule_matching says so (issue 3)", async () => {
  const both = `rules: rules.yaml
tests:
  - name: both match
    event: {evt.type: openat, fd.name: /srv/x}
    expect: [Any open, Any open again]
`;
  using folder = new Folder({
    "rules.yaml": RULES +
      RULES.slice(RULES.indexOf("- rule: Any open")).replace("open", "open again"),
    "all.yaml": both,
    "first.yaml": `rule_matching: first\n${both}`,
  });
  const [all, first] = await Promise.all(
    ["all.yaml", "first.yaml"].map((name) => falcod(["test", folder.file(name)])),
  );
  assertEquals([all!.code, first!.code], [0, 1], all!.out);
  assert(first!.out.includes('"Any open" comes first'), first!.out);
});

Deno.test("falcod test runs nothing of a file that is broken, and tells where", async () => {
  using folder = new Folder({
    "rules.yaml": RULES,
    "keys.yaml": PASSING.replace("expect_not", "except_not"),
    "names.yaml": PASSING.replace("expect_not: Shadow read", "expect_not: Shadow raed"),
    "no_rules.yaml": PASSING.replace("rules.yaml", "gone.yaml"),
    "wrong_rules.yaml": PASSING.replace("rules.yaml", "wrong.yaml"),
    "wrong.yaml": RULES.replace("fd.name =", "fd.nmae ="),
    "good.yaml": PASSING,
  });
  const broken = ["keys", "names", "no_rules", "wrong_rules"].map((name) =>
    folder.file(`${name}.yaml`)
  );
  const { code, out, error } = await falcod(["test", ...broken, folder.file("good.yaml")]);
  assertEquals([code, out], [1, "3 passed, 0 failed, 4 of 5 files cannot be run\n"]);
  for (
    const part of [
      "keys.yaml:19:5: error[T002]",
      "names.yaml:19:17: error[T005]",
      "no_rules.yaml:2:8: error[T007]",
    ]
  ) {
    assert(error.includes(part), `${part} in ${error}`);
  }
  assert(error.includes("wrong.yaml:6:36: error[F012]"), error);
});

Deno.test("falcod test and explain try rules of sources that nobody delivers yet", async () => {
  using folder = new Folder({
    "rules.yaml": `
- rule: Secret read
  desc: d
  condition: ka.verb = get and ka.target.resource = secrets
  output: read %ka.target.name
  priority: WARNING
  source: k8s_audit
`,
    "test.yaml": `
rules: rules.yaml
tests:
  - name: a secret
    source: k8s_audit
    event: {ka.verb: get, ka.target.resource: secrets, ka.target.name: s}
    expect: [{rule: Secret read, output: read s}]
`,
  });
  const rules = folder.file("rules.yaml");
  const [test, explain] = await Promise.all([
    falcod(["test", folder.file("test.yaml")]),
    falcod(["explain", "Secret read", "-r", rules, "--event", "{ka.verb: list}"]),
  ]);
  assertEquals([test.code, test.out], [0, "1 passed, 0 failed\n"]);
  assertEquals(explain.code, 0, explain.error);
  assert(explain.out.includes('nobody provides its event source "k8s_audit"'), explain.out);
});
