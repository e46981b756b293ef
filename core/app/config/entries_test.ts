import { assert, assertEquals } from "../../../tests/assert.ts";
import { readOwnFile } from "../../base/own_files.ts";
import { Report, SourceText, type Span, toFile } from "../../base/mod.ts";
import { checkConfig } from "./check.ts";
import { consequencesOf } from "./consequences.ts";
import { readConfigText } from "./load.ts";

/** Code and line of all that is told. */
function told(text: string): readonly string[] {
  const report = new Report();
  const source = new SourceText("falco.yaml", text);
  const root = readConfigText(source, { environment: () => "/rules", report });
  const found = new Report();
  if (root) checkConfig(root, found);
  const isConsequence = consequencesOf(report.diagnostics);
  report.absorb(found, (problem) => isConsequence?.(problem) ? undefined : problem);
  return report.diagnostics.filter(({ severity }) => severity !== "info")
    .map(({ code, at }) => `${code} ${lineOf(at)}`)
    .sort((a, b) => Number(a.split(" ")[1]) - Number(b.split(" ")[1]));
}

function lineOf(at: Span | undefined): number {
  const { source, start } = toFile(at!);
  return source.position(start).line;
}

Deno.test("readEntries() tells of every entry that is broken, and what is wrong in the others", () => {
  const text = `# a comment
rules_files: [rules.yaml]
json_output true
priority: lod
stdout_output:
  enabled: true
   keep_alive: false
file_output: {enabled: true, filename: [}
log_level: debgu
plugins:
\t- name: json
sinks:
  - type: slack
    webhook_url "http://x"
  - type: 7
    timeout: never
program_output:
  enabled: true
  program: "cat
syslog_output: {enabled: yess}
`;
  assertEquals(told(text), [
    "Y025 3",
    "C004 4",
    "Y023 7",
    "Y022 8",
    "C004 9",
    "Y020 11",
    "Y025 14",
    "C004 16",
    "Y021 19",
    "C004 20",
  ]);
});

Deno.test("readEntries() leaves anchors, texts of several lines and repeated keys as they are", () => {
  const text = `file_output: &out {enabled: false, filename: [}
http_output: *out
static_fields:
  text: |
    json_output true

    "
json_output: true
log_level: "info
log_stderr: false
json_output: false
`;
  assertEquals(told(text), ["Y022 1", "Y021 9", "Y011 11"]);
});

Deno.test("readEntries() tells one mistake alone where keys at the margin are not what they seem", () => {
  // In a text and in brackets, and in a file of several documents.
  assertEquals(told('rules_files: ["a\nb: c", d\npriority: lod\n').filter(isOfYaml).length, 1);
  assertEquals(told("a: [\n---\nb: [\n").filter(isOfYaml), ["Y022 1", "Y022 3"]);
  assertEquals(told(" a: 1\nb: [\nc: [\n").filter(isOfYaml).length, 1);
});

const isOfYaml = (one: string) => one.startsWith("Y02");

/** Each makes a line, or the one behind it, one that cannot be read. */
const BREAKS: readonly ((line: string) => string)[] = [
  (line) => line.replace(/:(?=\s|$)/, ""),
  (line) => `${line} "x`,
  (line) => line.replace(/:.*/, ": [a, b"),
  (line) => line.replace(/:.*/, ": {a: b"),
  (line) => line.replace(/:.*/, ': "never closed'),
  (line) => line.replace(/:.*/, ": 'a' b"),
  (line) => line.replace(/:.*/, ": a: b"),
  (line) => `${line}\n\t- x`,
  (line) => `${line}\n   odd: x\n  odder: y\n    oddest`,
  (line) => `${line} ]`,
  (line) => line.replace(/:.*/, ": @x"),
];

Deno.test("readEntries() tells nothing of entries that are right, whatever breaks others", () => {
  const lines = new TextDecoder().decode(readOwnFile("rules/falco.yaml")).split("\n");
  const keys = lines.flatMap((line, index) => /^\w+:/.test(line) ? [index] : []);
  assert(keys.length > 20);
  assertEquals(told(lines.join("\n")), []);
  for (let round = 0; round < keys.length * 2; round++) {
    const places = [round, round + 1 + round % 7].map((number) => number % keys.length);
    const breaks = [round, round * 3 + 1].map((number) => BREAKS[number % BREAKS.length]!);
    const broken = [...lines];
    places.forEach((place, index) => {
      const at = keys[place]!;
      broken[at] = breaks[index]!(broken[at]!);
    });
    const text = broken.join("\n");
    const lineAt = (index: number) => broken.slice(0, index).join("\n").split("\n").length + 1;
    const spans = places.map((place) => [
      lineAt(keys[place]!),
      lineAt(keys[place + 1] ?? lines.length),
    ]);
    const found = told(text);
    for (const one of found) {
      const line = Number(one.split(" ")[1]);
      assert(
        spans.some(([start, end]) => start! <= line && line < end!),
        `${round}: ${found}, ${spans}`,
      );
    }
    for (const [start, end] of spans) {
      const isTold = found.some((one) => {
        const line = Number(one.split(" ")[1]);
        return start! <= line && line < end!;
      });
      assert(isTold, `${round}: ${found}, ${spans}`);
    }
  }
});
