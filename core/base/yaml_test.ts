import { assert, assertEquals, assertObjectMatch } from "../../tests/assert.ts";
import { Report } from "./diagnostic.ts";
import { SourceText, toFile } from "./text.ts";
import { readYaml, type YamlNode, YamlScalar } from "./yaml.ts";
import { booleanOf, entryOf, nodeAt, plainValue, unsignedOf } from "./yaml_value.ts";

function read(text: string) {
  const report = new Report();
  const source = new SourceText("f.yaml", text);
  const documents = readYaml(source, report);
  return { source, documents, root: documents[0]?.root, diagnostics: report.diagnostics };
}

function scalarAt(text: string, ...path: (string | number)[]): YamlScalar {
  const node = nodeAt(read(text).root!, path);
  assert(node instanceof YamlScalar);
  return node;
}

/** The text in the file that a part of the decoded value came from. */
function origin(scalar: YamlScalar, part: string): string {
  const start = scalar.value.indexOf(part);
  assert(start >= 0, `no ${part} in ${scalar.value}`);
  const span = toFile(scalar.text.span(start, start + part.length));
  return span.source.text.slice(span.start, span.end);
}

Deno.test("readYaml() keeps the order of a mapping and the spans of keys and values", () => {
  const { root, source } = read("b: 1\na: [x, y]\n");
  assert(root?.kind === "map");
  assertEquals(root.entries.map((entry) => entry.key.value), ["b", "a"]);
  const { key, value } = entryOf(root, "a")!;
  assertEquals(source.text.slice(key.span.start, key.span.end), "a");
  assertEquals(source.text.slice(value.span.start, value.span.end), "[x, y]");
});

Deno.test("readYaml() reads several documents, and none from an empty file or comments", () => {
  assertEquals(read("a: 1\n---\nb: 2\n").documents.map(({ root }) => plainValue(root)), [
    { __proto__: null, a: 1 },
    { __proto__: null, b: 2 },
  ]);
  assertEquals(read("").documents.map(({ root }) => root.kind), []);
  assertEquals(
    read("# only\n# comments\n").documents.every(({ root }) => root.kind === "null"),
    true,
  );
});

Deno.test("readYaml() accepts a closing bracket at the column of its key, as Falco does", () => {
  const { diagnostics, root } = read("- list: x\n  items: [\n    a,\n  ]\n");
  assertEquals(diagnostics, []);
  assertEquals(plainValue(root!), [{ __proto__: null, list: "x", items: ["a"] }]);
});

Deno.test("text of a folded scalar maps words on later lines to the file", () => {
  const scalar = scalarAt("c: >\n  evt.type = open\n  and fd.name\n\n    = /etc\n  or x\n", "c");
  assertEquals(scalar.value, "evt.type = open and fd.name\n\n  = /etc\nor x\n");
  for (const word of ["evt.type", "open", "and fd.name", "= /etc", "or x"]) {
    assertEquals(origin(scalar, word), word);
  }
});

Deno.test("text of a literal scalar maps, with indentation indicator, chomping and CRLF", () => {
  const scalar = scalarAt("c: |2-\r\n    a\r\n  bc\r\n\r\n", "c");
  assertEquals(scalar.value, "  a\nbc");
  assertEquals(origin(scalar, "a"), "a");
  assertEquals(origin(scalar, "bc"), "bc");
  assertEquals(scalarAt("c: |+\n  a\n\n", "c").value, "a\n\n");
});

Deno.test("text of a plain scalar over several lines maps", () => {
  const scalar = scalarAt("c: evt.type = open\n   and   fd.name\n\n   or x # comment\n", "c");
  assertEquals(scalar.value, "evt.type = open and   fd.name\nor x");
  assertEquals(origin(scalar, "fd.name"), "fd.name");
  assertEquals(origin(scalar, "or x"), "or x");
});

Deno.test("text of a quoted scalar maps behind doubled quotes and escapes", () => {
  const single = scalarAt("c: 'it''s  x\n  y'\n", "c");
  assertEquals(single.value, "it's  x y");
  assertEquals(origin(single, "y"), "y");
  const double = scalarAt('c: "a\\tb\\u0041\\x42 \\\n   end \\"q\\""\n', "c");
  assertEquals(double.value, 'a\tbAB end "q"');
  assertEquals(origin(double, "b"), "b");
  assertEquals(origin(double, "A"), "\\u0041");
  assertEquals(origin(double, "end"), "end");
});

Deno.test("readYaml() points at both of two equal keys", () => {
  const { diagnostics, root } = read("- a: 1\n  b: 2\n  a: 3\n");
  assertObjectMatch(diagnostics, [
    { code: "Y011", at: { start: 16, end: 17 }, notes: [{ at: { start: 2, end: 3 } }] },
  ] as unknown as Record<string, unknown>);
  assertEquals(plainValue(root!), [{ __proto__: null, a: 1, b: 2 }]);
});

Deno.test("readYaml() reports one mistake in every item, in one run", () => {
  const { diagnostics, documents } = read(
    '- a: "open\n- b: [1, 2\n- c: ok\n- d: "\\q"\n- e:\n\tx: 1\n',
  );
  assertEquals(diagnostics.map(({ code }) => code), ["Y021", "Y022", "Y024", "Y020"]);
  assertEquals(diagnostics.map(({ at }) => at!.start), [5, 16, 36, 45]);
  assert(documents[0]!.broken.length >= 4);
});

Deno.test("readYaml() points at the line that is deeper than the first key of its item", () => {
  for (const end of ["\n", "\r\n"]) {
    const lines = ["- a: b", "", "   c: d", "  e: f", "- g: h", ""];
    const { diagnostics } = read(lines.join(end));
    const found = diagnostics.map((
      { code, at },
    ) => [code, at!.source.text.slice(at!.start, at!.end)]);
    assertEquals(found, [["Y023", "c: d"]]);
  }
});

Deno.test("readYaml() tells how to write a value that begins with an exclamation mark", () => {
  const { diagnostics } = read("custom_set: [!openat]\n");
  assertEquals(diagnostics.map(({ code, help }) => [code, help]), [
    ["Y029", 'a value that begins with "!" has to be in quotes'],
  ]);
  assertEquals(read('custom_set: ["!openat"]\n').diagnostics, []);
});

Deno.test("readYaml() resolves aliases, and reports unknown and circular ones", () => {
  assertEquals(plainValue(read("a: &x [1]\nb: *x\n").root!), { __proto__: null, a: [1], b: [1] });
  assertEquals(read("a: *nothing\n").diagnostics.map(({ code }) => code), ["Y012"]);
  assertEquals(read("a: &x [*x]\n").diagnostics.map(({ code }) => code), ["Y012"]);
});

Deno.test("readYaml() refuses aliases that multiply", () => {
  let text = `a0: &a0 [${Array(10).fill("x").join(", ")}]\n`;
  for (let i = 1; i < 10; i++) {
    text += `a${i}: &a${i} [${Array(10).fill(`*a${i - 1}`).join(", ")}]\n`;
  }
  assertEquals(read(text).diagnostics.map(({ code }) => code), ["Y013"]);
});

Deno.test("readYaml() refuses files that are too large, hold too many tokens or nest too deeply", () => {
  const codes = (text: string) => read(text).diagnostics.map(({ code }) => code);
  assertEquals(codes(" ".repeat((8 << 20) + 1)), ["Y003"]);
  assertEquals(codes(`- a: >\n${"\n".repeat(1_000_001)}    x\n`), ["Y004"]);
  const report = new Report();
  const limits = {
    sizeBytes: 1000,
    tokens: 10,
    plainTokens: 10,
    rareTokens: 10,
    depth: 64,
    expandedNodes: 100,
  };
  readYaml(new SourceText("f", "[1,2,3,4,5,6,7,8]"), report, limits);
  assertEquals(report.diagnostics.map(({ code }) => code), ["Y004"]);
  for (const text of ["---\n", "...\n", "&a ", "!x ", "%x\n", "]", '- "\\x"\n']) {
    assertEquals(codes(text.repeat(10_001)), ["Y004"], text);
  }
  assertEquals(codes(`- "${"\\n".repeat(20_000)}"\n- |\n${"  &a\n".repeat(20_000)}`), []);
  for (const text of ["[".repeat(100_000), "- ".repeat(100_000), "? ".repeat(100_000)]) {
    assertEquals(codes(text), ["Y005"]);
  }
  const steps = Array.from({ length: 100 }, (_, i) => `${" ".repeat(i)}k:\n`).join("");
  assertEquals(codes(steps), ["Y005"]);
});

Deno.test("readYaml() comes to an end with a quote left open in each of very many items", () => {
  const { diagnostics } = read("- rule: 'x\n".repeat(20_000));
  assertEquals(new Set(diagnostics.map(({ code }) => code)), new Set(["Y021"]));
});

Deno.test("readYaml() tells of a quote left open once, and of a bracket that closes nothing", () => {
  const open = '- desc: d\n  output: "x\n  priority: y\n- desc: e\n  priority: z\n';
  assertEquals(read(open).diagnostics.map(({ code }) => code), ["Y021"]);
  const beforeQuotes = '- priority: \'x\n  output: "\\q"\n- desc: d\n';
  assertEquals(read(beforeQuotes).diagnostics.map(({ code }) => code), ["Y021"]);
  for (const [text, bracket] of [["a: [b]]\n", "]"], ["a: {b: c}}\n", "}"]] as const) {
    const found = read(text).diagnostics.map(({ title, at }) => [title, at!.start]);
    assertEquals(found, [[`this ${bracket} closes nothing`, text.length - 2]]);
  }
});

Deno.test("booleanOf() and unsignedOf() read what Falco's YAML library reads", () => {
  const scalar = (value: string) => (read(value).root as YamlNode) as YamlScalar;
  for (const yes of ["true", "True", "TRUE", "yes", "On", "y"]) {
    assertEquals(booleanOf(scalar(yes)), true);
  }
  for (const no of ["false", "No", "OFF", "n"]) assertEquals(booleanOf(scalar(no)), false);
  for (const other of ["tRue", "1", "yess"]) assertEquals(booleanOf(scalar(other)), undefined);
  assertEquals(["12", "0x1f", "017"].map((text) => unsignedOf(scalar(text))), [12, 31, 15]);
  assertEquals(["+5", "+0x1f", "+017"].map((text) => unsignedOf(scalar(text))), [5, 31, 15]);
  for (const other of ["-1", "-0", "1.5", "4294967296", "+", "++5", "+-5", "+ 5"]) {
    assertEquals(unsignedOf(scalar(other)), undefined, other);
  }
});

Deno.test("plainValue() follows YAML 1.2's core schema and makes objects without a prototype", () => {
  const value = plainValue(
    read("{a: true, b: yes, c: 1, d: 0x10, e: 1.5, f: '1', g: ~, __proto__: 1}").root!,
  );
  assertEquals(Object.entries(value as object), [
    ["a", true],
    ["b", "yes"],
    ["c", 1],
    ["d", 16],
    ["e", 1.5],
    ["f", "1"],
    ["g", null],
    ["__proto__", 1],
  ]);
});

Deno.test("readYaml() tells of a dash that stands deeper than the item above it", () => {
  const found = (text: string) => {
    return read(text).diagnostics.map(({ code, severity, at }) =>
      `${severity} ${code} ${at!.source.position(at!.start).line}`
    );
  };
  for (const indent of ["", "  "]) {
    for (const dash of [" - b", "   - b", " -", "\n - b", " c\n - b", " -\n   b"]) {
      const lines = `- a\n${dash}`.split("\n");
      const text = `k:\n${lines.map((line) => `${indent}${line}\n`).join("")}`;
      const line = lines.findIndex((line) => /^ +-/.test(line)) + 2;
      assertEquals(found(text), [`warning Y030 ${line}`], text);
      assertEquals(found(text.replaceAll("\n", "\r\n")), [`warning Y030 ${line}`], text);
    }
  }
  assertEquals(found("- - a\n   - b\n"), ["warning Y030 2"]);
  assertEquals(found("- &x a\n  - b\n- *x\n- *x\n"), ["warning Y030 2"]);
});

Deno.test("readYaml() takes a dash in a text for what it is", () => {
  for (
    const text of [
      "- a - b\n",
      "- a\n  -b\n  --\n",
      "- a -\n  b\n",
      "- 'a\n  - b'\n",
      '- "a\n  - b"\n',
      "- >\n  a\n  - b\n",
      "- |\n  - a\n   - b\n",
      "- a # c\n- b\n",
      "- - a\n  - b\n",
      "- k: a\n    - b\n",
      "k: a\n  - b\n",
      "k:\n  a\n  - b\n",
    ]
  ) assertEquals(read(text).diagnostics, [], text);
});
