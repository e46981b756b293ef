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
  const own = [
    ["falco_rules.yaml", "falco_rules_test.yaml"],
    ["k8s_audit_rules.yaml", "k8s_audit_rules_test.yaml", "k8s_audit_tuning_test.yaml"],
  ];
  for (const [rules, ...tests] of own) {
    const paths = tests.map((name) => `rules/tests/${name}`);
    const { code, out, error } = await falcod(["test", ...paths]);
    assertEquals([code, error], [0, ""], out);
    const listed = await falcod(["list", "rules", "--json", "-r", `rules/${rules}`]);
    const text = paths.map((path) => Deno.readTextFileSync(`${root}${path}`)).join("");
    const names: readonly { readonly name: string }[] = JSON.parse(listed.out);
    assert(names.length > 10, rules!);
    for (const { name } of names) {
      assert(new RegExp(`expect: \\[(.*, )?${name}[\\],]|- rule: ${name}\n`).test(text), name);
    }
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
    "no_rules.yaml": PASSING.replace("rules.yaml", "gone.yaml"),
    "wrong_rules.yaml": PASSING.replace("rules.yaml", "wrong.yaml"),
    "wrong.yaml": RULES.replace("fd.name =", "fd.nmae ="),
    "good.yaml": PASSING,
  });
  const broken = ["keys", "no_rules", "wrong_rules"].map((name) => folder.file(`${name}.yaml`));
  const { code, out, error } = await falcod(["test", ...broken, folder.file("good.yaml")]);
  assertEquals([code, out], [1, "3 passed, 0 failed, 3 of 4 files cannot be run\n"]);
  for (
    const part of [
      "keys.yaml:19:5: error[T002]",
      "no_rules.yaml:2:8: error[T007]",
    ]
  ) {
    assert(error.includes(part), `${part} in ${error}`);
  }
  assert(error.includes("wrong.yaml:6:36: error[F012]"), error);
});

const MISTAKEN = `
rules: rules.yaml
tests:
  - name: another rule
    event: {evt.type: openat, fd.name: /srv/x}
    expect_not: Shadow raed
  - name: another field
    event: {evt.type: openat, fd.nmae: /srv/x}
    expect: [Any open]
  - name: a file that is not there
    source: k8s_audit
    event_file: gone.log
    expect: []
  - name: the same file
    source: k8s_audit
    event_file: gone.log
    expect: []
  - name: fine
    event: {evt.type: openat, fd.name: /srv/x}
    expect: [Any open]
`;

Deno.test("falcod test fails the tests that have mistakes, says which, and runs the others", async () => {
  using folder = new Folder({ "rules.yaml": RULES, "test.yaml": MISTAKEN });
  const path = folder.file("test.yaml");
  const { code, out, error } = await falcod(["test", path]);
  assertEquals(code, 1);
  assertEquals(
    out,
    `FAILED ${path}:4: another rule
    not run: mistake in line 6 (T005)
FAILED ${path}:7: another field
    not run: mistake in line 8 (G004)
FAILED ${path}:10: a file that is not there
    not run: mistake in line 12 (C001)
FAILED ${path}:14: the same file
    not run: mistake in line 16 (C001)
1 passed, 4 failed
`,
  );
  for (const reason of [`${path}:6:17: error[T005]`, 'did you mean "Shadow read"?']) {
    assertEquals(error.split(reason).length, 2, error);
  }
  const [json, some] = await Promise.all([
    falcod(["test", path, "--json"]),
    falcod(["test", path, "--filter", "fine"]),
  ]);
  const plain = JSON.parse(json.out);
  assertObjectMatch(plain, { ok: false, passed: 1, failed: 4, broken: 0 });
  assertObjectMatch(plain.files[0].tests[0], {
    passed: false,
    failures: [],
    mistakes: [{ code: "T005", at: { line: 6 } }],
  });
  assertEquals([some.code, some.out, some.error], [0, "1 passed, 0 failed\n", ""]);
});

const AUDIT_RULES = `
- rule: Secret read
  desc: d
  condition: ka.verb = get and ka.target.resource = secrets and ka.response.code = 200
  output: "%ka.user.name read %ka.target.name at %evt.rawtime"
  priority: WARNING
  source: k8s_audit
`;
const READ = '{"kind":"Event","auditID":"a","stage":"ResponseComplete",' +
  '"stageTimestamp":"2026-01-01T00:00:01Z","verb":"get","user":{"username":"ana"},' +
  '"objectRef":{"resource":"secrets","name":"db"},"responseStatus":{"code":200}}';
const AUDIT_LOG = [
  READ.replace("get", "list"),
  `{"kind":"EventList","items":[${READ},${READ.replace("200", "403")}]}`,
].join("\n");

Deno.test("falcod test takes audit events by field, in part, whole, and out of a file", async () => {
  using folder = new Folder({
    "rules.yaml": AUDIT_RULES,
    "day.jsonl": AUDIT_LOG,
    "test.yaml": `
rules: rules.yaml
source: k8s_audit
tests:
  - name: by field
    event: {ka.verb: get, ka.target.resource: secrets, ka.target.name: s, evt.rawtime: 7}
    expect: [{rule: Secret read, output: <NA> read s at 7}]
  - name: in part
    event: {verb: get, objectRef: {resource: secrets}}
    events:
      - {objectRef: {name: s}}
      - {objectRef: {name: s}, ka.user.name: null}
    expect: [{rule: Secret read, output: <NA> read s at 1767225600000000000}]
  - name: whole
    event: ${READ}
    expect: [{rule: Secret read, output: ana read db at 1767225601000000000}]
  - name: one of a file
    event_file: day.jsonl#2
    expect: [Secret read]
  - name: the same, but for the user, by field and in the document
    event_file: day.jsonl#2
    event: {ka.user.name: eve, objectRef: {name: mail}}
    expect: [{rule: Secret read, output: eve read mail at 1767225601000000000}]
  - name: the same, but that it is of somebody unknown
    event_file: day.jsonl#2
    event: {user: {username: null}}
    expect: [{rule: Secret read, output: <NA> read db at 1767225601000000000}]
  - name: all of a file, but that they are of pods
    event_file: day.jsonl
    event: {objectRef: {resource: pods}}
    expect: []
`,
  });
  const { code, out, error } = await falcod(["test", folder.file("test.yaml")]);
  assertEquals([code, out, error], [0, "7 passed, 0 failed\n", ""]);
});

Deno.test("falcod test says which event of a file it went wrong with", async () => {
  using folder = new Folder({
    "rules.yaml": AUDIT_RULES,
    "day.jsonl": AUDIT_LOG,
    "test.yaml": `
rules: rules.yaml
tests:
  - name: all of a file
    source: k8s_audit
    event_file: day.jsonl
    expect: [Secret read]
`,
    "none.yaml": `
rules: rules.yaml
tests:
  - name: no such event
    source: k8s_audit
    event_file: day.jsonl#4
    expect: []
`,
  });
  const path = folder.file("test.yaml"), log = folder.file("day.jsonl");
  const [text, json, none] = await Promise.all([
    falcod(["test", path]),
    falcod(["test", path, "--json"]),
    falcod(["test", folder.file("none.yaml")]),
  ]);
  const missed = 'an alert was expected. "Secret read" does not match, because';
  assertEquals(
    text.out,
    `FAILED ${path}:4: all of a file
    event 1 of ${log}: ${missed} ka.verb = get is false with ka.verb = "list".
    event 3 of ${log}: ${missed} ka.response.code = 200 is false with ka.response.code = "403".
0 passed, 1 failed
`,
  );
  assertObjectMatch(JSON.parse(json.out).files[0].tests[0].failures[1], {
    kind: "missing",
    event_file: log,
    event_number: 3,
    at: { line: 6 },
  });
  assert(none.error.includes(`none.yaml:6:17: error[G010]: "${log}" has no event 4`), none.error);
  assert(none.error.includes("it has 3 events"), none.error);
});

Deno.test("falcod test takes keys of the configuration from -o", async () => {
  using folder = new Folder({ "rules.yaml": RULES, "a_test.yaml": PASSING });
  const test = (...options: string[]) =>
    falcod(["test", folder.file("a_test.yaml"), ...options.flatMap((option) => ["-o", option])]);
  const [plain, disabled, unknown, wrong] = await Promise.all([
    test("json_output=true"),
    test("rules[].disable.rule=Shadow read"),
    test("nosuch=1"),
    test("priority=nosuch"),
  ]);
  assertEquals([plain.code, plain.out, plain.error], [0, "3 passed, 0 failed\n", ""]);
  assertEquals(disabled.code, 1);
  assert(disabled.out.endsWith("2 passed, 1 failed\n"), disabled.out);
  assertEquals(unknown.code, 0);
  assert(unknown.error.includes('unknown key "nosuch"'), unknown.error);
  assertEquals(wrong.code, 1);
  assert(wrong.error.includes('"priority" wants one of'), wrong.error);
});

Deno.test("falcod test says of a rules file that it is one, and what a file of tests has", async () => {
  const rules = `- rule: Write below etc mine
  desc: d
  condition: evt.type = openat
  output: o
  priority: INFO
`;
  using folder = new Folder({
    "rules.yaml": rules,
    "part.yaml":
      "rules: rules.yaml\ntests:\n- name: a\n  event: {evt.type: openat}\n  expect: [Write below etc]\n",
  });
  const options = { folder: folder.path };
  const [mistaken, part] = await Promise.all([
    falcod(["test", "rules.yaml"], options),
    falcod(["test", "part.yaml"], options),
  ]);
  assertEquals([mistaken.code, part.code], [1, 1]);
  const told = mistaken.out + mistaken.error;
  assert(told.includes("this is a rules file; a file of tests names rules"), told);
  const near = part.out + part.error;
  assert(near.includes('did you mean "Write below etc mine"?'), near);
});

Deno.test("falcod test takes a directory: all files of tests in it", async () => {
  using folder = new Folder({
    "rules.yaml": RULES,
    "a_test.yaml": PASSING,
    "b_test.yml": PASSING,
    "notes.yaml": "- not: a test",
  });
  const [all, json, none] = await Promise.all([
    falcod(["test", folder.path]),
    falcod(["test", `${folder.path}/`, "--json"]),
    falcod(["test", `${root}core/base`]),
  ]);
  assertEquals([all.code, all.out, all.error], [0, "6 passed, 0 failed\n", ""]);
  assertEquals(
    JSON.parse(json.out).files.map(({ path }: { path: string }) => path),
    [folder.file("a_test.yaml"), folder.file("b_test.yml")],
  );
  assertEquals([none.code, none.out], [1, "0 passed, 0 failed, 1 of 1 files cannot be run\n"]);
  assert(none.error.includes("holds no files of tests"), none.error);
});
