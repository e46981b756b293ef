import { assert, assertEquals } from "../../tests/assert.ts";
import { Random } from "../../tests/property/random.ts";
import type { OutputValue } from "../alert/mod.ts";
import { compileGoTemplate } from "./go_template.ts";
import { compileFieldTemplate } from "./message.ts";

const FIELDS = new Map<string, OutputValue>([
  ["proc.name", "cat"],
  ["proc.pid", 12n],
  ["user", "root"],
  ["none", null],
  ["list", ["a", "b"]],
]);

function filled(text: string): string {
  const template = compileFieldTemplate(text);
  assert(typeof template === "function", JSON.stringify(template));
  return template(FIELDS);
}

Deno.test("compileFieldTemplate() fills in what Go's language names", () => {
  const cases: readonly (readonly [string, string])[] = [
    ['{{ or (index . "k8s.ns.labels.foo") "bar" }}', "bar"],
    ['{{ or (index . "proc.name") "bar" }}', "cat"],
    ['<{{ index . "none" }}>', "<>"],
    ["{{ .user }}/{{ index . `proc.pid` }}", "root/12"],
    ['{{ index . "list" }} {{ index . "list" 1 }}', "[a b] b"],
    ['{{ if eq .user "root" }}admin{{ else }}user{{ end }}', "admin"],
    ["{{ if .nobody }}a{{ else if .user }}b{{ end }}c", "bc"],
    ['{{ .user | printf "%s-%q" "x" }}', 'x-"root"'],
    ['a {{- " b " -}} c', "a b c"],
    ["{{/* nothing */}}x", "x"],
    ['{{ and .user (not .nobody) | print "is " }}', "is true"],
    ['{{ len .user }} {{ ne .user "x" }}', "4 true"],
  ];
  for (const [text, wanted] of cases) assertEquals(filled(text), wanted, text);
});

Deno.test("compileFieldTemplate() says what it does not know", () => {
  const wrong = [
    "{{ range .list }}{{ end }}",
    "{{ if .a }}",
    "{{ end }}",
    "{{ upper .a }}",
    "{{ index }}",
    "{{ .a..b }}",
    "{{ (.a }}",
    "{{ .a",
    "{{ else }}",
  ];
  for (const text of wrong) assert("mistake" in Object(compileFieldTemplate(text)), text);
});

Deno.test("compileGoTemplate() takes any text without throwing, and templates never throw", () => {
  const parts = ["{{", "}}", " if ", ".a", "index", '"x"', "(", ")", "|", "-", "else", "end", "`"];
  const random = new Random(7);
  for (let round = 0; round < 3000; round++) {
    const text = Array.from({ length: random.below(14) }, () => random.pick(parts)).join(" ");
    const template = compileGoTemplate<ReadonlyMap<string, OutputValue>>(text, {
      dot: (fields) => fields,
    });
    if (typeof template === "function") template(FIELDS, (text) => text);
  }
});
