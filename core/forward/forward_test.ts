import { assert, assertEquals } from "../../tests/assert.ts";
import { HOSTILE, sampleAlert } from "../../tests/contract/formatter_suite.ts";
import { escapeText, type OutputValue } from "../alert/mod.ts";
import { alertDocument } from "./document.ts";
import { factsOf, utcText } from "./facts.ts";
import { jsonText } from "./json.ts";
import { compileMessage } from "./message.ts";
import { shortText } from "./short_text.ts";

Deno.test("jsonText() writes integers in full and leaves out what is absent", () => {
  const text = jsonText({ a: 2n ** 63n, b: undefined, c: [1.5, null, { "d\n": true }], e: NaN });
  assertEquals(text, '{"a":9223372036854775808,"c":[1.5,null,{"d\\n":true}],"e":null}');
});

Deno.test("alertDocument() has Falco's keys, plain texts and values in their own types", () => {
  const fields = new Map<string, OutputValue>([["fd.num", 3n], ["b", HOSTILE], ["a", null]]);
  const text = jsonText(alertDocument(sampleAlert({ message: escapeText(HOSTILE), fields })));
  const document = JSON.parse(text);
  assertEquals(Object.keys(document), [
    "hostname",
    "output",
    "output_fields",
    "priority",
    "rule",
    "source",
    "tags",
    "time",
  ]);
  assert(document.output.endsWith(`: Warning ${HOSTILE.toWellFormed()}`));
  assertEquals(document.output_fields, { a: null, b: HOSTILE.toWellFormed(), "fd.num": 3 });
  assertEquals(document.tags, ["filesystem", "process"]);
  assertEquals(document.time, "2016-08-04T16:17:57.881785348Z");
});

Deno.test("factsOf() leaves out what an alert does not have, and shows values of every type", () => {
  const fields = new Map<string, OutputValue>([["n", 5n], ["l", ["a", 1]], ["x\n", "y\u202e"]]);
  const facts = factsOf(sampleAlert({ hostname: "", tags: [], fields }), [
    "rule",
    "hostname",
    "tags",
    "field",
    "time",
  ]);
  assertEquals(facts.map(({ name, value }) => `${name}=${value}`), [
    "rule=open_from_cat",
    'l=["a",1]',
    "n=5",
    "x\\n=y\\u202e",
    "time=2016-08-04 16:17:57.881785348 +0000 UTC",
  ]);
});

Deno.test("utcText() has a fraction only where there is one", () => {
  assertEquals(utcText(978311400000000000n), "2001-01-01 01:10:00 +0000 UTC");
  assertEquals(utcText(978311400500000000n), "2001-01-01 01:10:00.5 +0000 UTC");
});

Deno.test("shortText() keeps to its limit and cuts no character in half", () => {
  assertEquals(shortText("abc", 3), "abc");
  for (let limit = 30; limit < 60; limit++) {
    const text = shortText("😀".repeat(1000), limit);
    assert(text.length <= limit && text.isWellFormed(), text);
  }
});

Deno.test("compileMessage() fills in what falcosidekick's templates name", () => {
  const fill = compileMessage(
    'Rule {{ .Rule }}/{{.Priority}} by {{ index .OutputFields "proc.cmdline" }}{{index .OutputFields `no`}}',
  );
  assert(typeof fill === "function");
  assertEquals(fill(sampleAlert()), "Rule open_from_cat/Warning by cat /dev/null");
  const escape = (text: string) => text.replaceAll("<", "&lt;");
  assertEquals(
    fill(sampleAlert({ rule: "<r>\n" }), escape),
    "Rule &lt;r>\\n/Warning by cat /dev/null",
  );
});

Deno.test("compileMessage() says which action it does not know", () => {
  assertEquals(compileMessage("{{ range .Tags }}x{{ end }}"), { mistake: "range .Tags" });
  assertEquals(compileMessage("{{ Rule }}"), { mistake: "Rule" });
  assertEquals(compileMessage("{{ .constructor }}"), { mistake: ".constructor" });
});
