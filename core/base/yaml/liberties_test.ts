import { assertEquals } from "../../../tests/assert.ts";
import { Report } from "../diagnostic.ts";
import { SourceText } from "../text.ts";
import { readStrictYaml, readYaml } from "../yaml.ts";
import { plainValue } from "../yaml_value.ts";

/** The values of a text's documents as JSON, and what was told with its line. */
function read(text: string, reader = readYaml) {
  const report = new Report();
  const source = new SourceText("f.yaml", text);
  const values = JSON.stringify(reader(source, report).map(({ root }) => plainValue(root)));
  const told = report.diagnostics.map(({ severity, code, title, at }) =>
    `${severity} ${code} ${at && source.position(at.start).line}: ${title}`
  );
  return { values, told };
}

const LIBERTIES: Readonly<Record<string, readonly [text: string, value: unknown]>> = {
  "brackets that go on at the margin": ["a: [\nb,\nc d\n]\ne: f\n", { a: ["b", "c d"], e: "f" }],
  "brackets that go on at the column of their key": [
    "- a: [\n  b: c,\n  'd',\n  \"e\"\n  ]\n  f: g\n",
    [{ a: [{ b: "c" }, "d", "e"], f: "g" }],
  ],
  "a text in brackets that goes on there": ["- a: [b\n  c\n\n  d, e]\n", [{ a: ["b c\nd", "e"] }]],
  "brackets closed left of their key": ["- a:\n    b: [\n      c\n  ]\n", [{ a: { b: ["c"] } }]],
  "brackets with tabs": ["a: [\n\tb, # c\n\td\n\t]\n", { a: ["b", "d"] }],
  "a mapping in brackets with tabs": ["a: {\n\tb: c,\n\td: [e]\n}\n", { a: { b: "c", d: ["e"] } }],
  "double quotes that go on at the margin": ['- a: "b\nc\n\n  d"\n  e: f\n', [{
    a: "b c\nd",
    e: "f",
  }]],
  "single quotes that go on at the margin": ["- a: 'b''\nc #\n'\n", [{ a: "b' c # " }]],
  "quotes that go on behind a tab": ['a: "b\n\tc"\n', { a: "b c" }],
  "quotes with a line end that is none": ['a: "b\\\nc"\n', { a: "bc" }],
  "brackets below their key": ["- a:\n  [b]\n  c: d\n", [{ a: ["b"], c: "d" }]],
  "quotes below their key": ["a: # b\n# c\n\n'd'\ne: f\n", { a: "d", e: "f" }],
  "a text block below its key": ["a:\n|\n  b\n  c\nd: e\n", { a: "b\nc\n", d: "e" }],
  "a text behind a tab": ["a:\n\tb\nc: d\n", { a: "b", c: "d" }],
  "a comment behind quotes": ['a: "b"#c\nd: e\n', { a: "b", d: "e" }],
  "a comment behind brackets": ["a: [b,#c\n  d]#e\n", { a: ["b", "d"] }],
  "a comment behind the mark of a text block": ["a: |#b\n  #c\n", { a: "#c\n" }],
  "a comment behind brackets, and others below text blocks": [
    "- [a]#b\n- >-\n  c\n# d\n- |\n    e\n  # f\n- {g: h}\n",
    [["a"], "c", "e\n", { g: "h" }],
  ],
  "a dash alone in brackets": [
    "- a: [-, b, -]\n  c: [d, -,\n  {e: -, f: [-]}]\n",
    [{ a: ["-", "b", "-"], c: ["d", "-", { e: "-", f: ["-"] }] }],
  ],
  "an escaped quote": [`a: "it\\'s \\n\\\\'"\n`, { a: "it's \n\\'" }],
};

for (const [what, [text, value]] of Object.entries(LIBERTIES)) {
  Deno.test(`readYaml() takes ${what}, as Falco does, and warns`, () => {
    for (const written of [text, text.replaceAll("\n", "\r\n"), `---\n# ä\n${text}`]) {
      const { values, told } = read(written);
      assertEquals(JSON.parse(values), [value]);
      assertEquals(told.filter((one) => !one.startsWith("warning Y031")), []);
      assertEquals(told.length > 0, true);
    }
  });

  Deno.test(`readStrictYaml() refuses ${what}`, () => {
    assertEquals(read(text, readStrictYaml).told.some((one) => one.startsWith("error Y02")), true);
  });
}

Deno.test("readYaml() takes items left of those above for another document, as Falco does", () => {
  assertEquals(read('  - a: |\n     b\n  - c\n- d\n# e\n- f: "g\nh"\n'), {
    values: '[[{"a":"b\\n"},"c"],["d",{"f":"g h"}]]',
    told: [
      "warning Y031 4: this item stands left of those above it; only Falco takes that",
      "warning Y031 7: this line is indented no deeper than what it belongs to; only Falco takes that",
    ],
  });
});

Deno.test("readYaml() counts the places where only Falco takes what is written", () => {
  assertEquals(read("- [a]#b\n- [\n\tc\n\t]#d\n- [e]#f\n").told, [
    'warning Y031 1: 3 comments have no blank before their "#"; only Falco takes that',
    "warning Y031 3: a tab indents this line; only Falco takes that",
  ]);
});

Deno.test("readYaml() tells a mistake as before where there are such places, too", () => {
  assertEquals(read("- a: [b]#c\n- d: [e\n- f: g\n").told.map((one) => one.slice(0, 12)), [
    "error Y027 1",
    "error Y022 2",
  ]);
});

Deno.test("readYaml() refuses what Falco's parser does, too", () => {
  for (
    const text of [
      "a:\n\tb: c\n",
      "a:\n  b: c\n\td: e\n",
      "a: b\n\tc\n",
      "a: |\n\tb\n",
      "a: [\n- b\n]\n",
      "a: [b\n, c]\n",
      "a: [b #c\n d]\n",
      "a: [- b, -]\n",
      "a: [ - ]\n",
      "a: [-\n]\n",
      "a: {b: - }\n",
      'a: "b"#c\n  d\n',
      "a:\n  b:\n [c]\n",
      "- a:\n[b]\n",
      'a: "b" "c"\n',
      'a: "b\n---\nc"\n',
      "a: b\n# c\n  [d]\n",
      "a: [b]#c\nd\n",
      "- [a\n- b\n",
    ]
  ) {
    assertEquals(read(text).told.some((one) => one.startsWith("error")), true, text);
  }
});

Deno.test("readYaml() gives a text block no line end that the file does not have", () => {
  for (const tail of ["", "# c\n"]) {
    assertEquals(read(`a: |\n  b`).values, '[{"a":"b"}]');
    assertEquals(read(`a: &x >+\n  b\n  c`).values, '[{"a":"b c"}]');
    assertEquals(read(`a: |\n  b\n${tail}`).values, '[{"a":"b\\n"}]');
  }
});

Deno.test("readYaml() reads what has a tag of YAML as what is written", () => {
  const { values } = read("a: !!binary aGk=\nb: !!omap\n- c: d\ne: !!set {f}\n");
  assertEquals(values, '[{"a":"aGk=","b":[{"c":"d"}],"e":{"f":null}}]');
});

Deno.test("readYaml() does not take many brackets that go on at the margin for deep ones", () => {
  const { values, told } = read("- a: [b,\nc]\n".repeat(200));
  assertEquals(JSON.parse(values)[0].length, 200);
  assertEquals(told.length, 1);
});
