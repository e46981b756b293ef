/** Whatever the YAML reader is given, it reports or succeeds; and what it decodes, it can place. */
import {
  decodeText,
  nearest,
  renderText,
  Report,
  SourceText,
  toFile,
} from "../../core/base/mod.ts";
import { readYaml, type YamlNode } from "../../core/base/yaml.ts";
import { assert, assertEquals } from "../assert.ts";
import { Random } from "./random.ts";

const SEED = Number(Deno.env.get("FALCOD_SEED") ?? Date.now() % 2 ** 32);

const FRAGMENTS = [
  "- ",
  "? ",
  ": ",
  "a: ",
  "\n",
  "\n  ",
  "\n    ",
  "\t",
  "[",
  "]",
  "{",
  "}",
  ", ",
  "'",
  '"',
  "''",
  '\\"',
  "\\x41",
  "\\u00e9",
  "\\q",
  "&x ",
  "*x",
  "!!str ",
  "!t ",
  "|",
  ">",
  "|-",
  ">+",
  "|2",
  ">1-",
  "#c",
  " # c",
  "---\n",
  "...\n",
  "%YAML 1.2\n",
  "word",
  "two words",
  "%",
  "@",
  "`",
  "~",
  "null",
  "\r\n",
  "\u2028",
  "é",
  "😀",
  "\ud800",
  "<<: ",
  "0x1f",
  "\n\tb:",
  "\n   c d",
  "\n- k:v\n  ",
  "password x",
  "- rule: r\n  condition: >\n    a\n      b\n\n    c\n",
];

function check(text: string): void {
  const report = new Report();
  const source = new SourceText("random.yaml", text);
  for (const { root, broken } of readYaml(source, report)) walk(root, source, broken.length === 0);
  renderText(report.diagnostics);
  for (const { at } of report.diagnostics) {
    assert(at && at.start >= 0 && at.start <= text.length && at.end >= at.start);
  }
}

function walk(node: YamlNode, source: SourceText, whole: boolean): void {
  assert(node.span.start >= 0 && node.span.end <= source.text.length);
  if (node.kind === "seq") { for (const item of node.items) walk(item, source, whole); }
  if (node.kind === "map") {
    for (const { key, value } of node.entries) {
      walk(key, source, whole);
      walk(value, source, whole);
    }
  }
  if (node.kind !== "scalar") return;
  let last = node.span.start;
  for (let offset = 0; offset <= node.value.length; offset++) {
    const { start } = toFile(node.text.span(offset, offset));
    assert(start >= node.span.start && start <= node.span.end, "places stay in the scalar");
    if (!whole) continue;
    assert(start >= last, "places go forward");
    last = start;
    const character = node.value[offset];
    if (node.style === "double" || character === undefined || /\s/.test(character)) continue;
    assertEquals(source.text[start], character, "a place shows its character");
  }
}

Deno.test(`readYaml() never throws and keeps every place inside the file (seed ${SEED})`, () => {
  const random = new Random(SEED);
  for (let round = 0; round < 3000; round++) {
    const text = Array.from({ length: random.below(30) }, () => random.pick(FRAGMENTS)).join("");
    try {
      check(text);
    } catch (error) {
      throw new Error(`seed ${SEED}, round ${round}: ${JSON.stringify(text)}`, { cause: error });
    }
  }
});

Deno.test(`decodeText() and readYaml() never throw on random bytes (seed ${SEED})`, () => {
  const random = new Random(SEED);
  for (let round = 0; round < 500; round++) {
    const bytes = Uint8Array.from({ length: random.below(200) }, () => random.below(256));
    const report = new Report();
    const source = decodeText("random.yaml", bytes, report);
    if (source) check(source.text);
    else assert(report.hasErrors);
  }
});

Deno.test(`places of words in a scalar are those of the file (seed ${SEED})`, () => {
  const random = new Random(SEED);
  const styles = [">", "|", ">-", "|+", ""];
  for (let round = 0; round < 500; round++) {
    const words = Array.from(
      { length: 1 + random.below(8) },
      (_, i) => `w${i}x${random.below(99)}`,
    );
    const style = random.pick(styles);
    const lines = words.map((word) => `   ${word}${random.below(4) === 0 ? "\n" : ""}`).join("\n");
    const text = `k: ${style}${style ? "\n" : ""}${style ? lines : lines.trim()}\n`;
    const source = new SourceText("f", text);
    const [document] = readYaml(source, new Report());
    assert(document?.root.kind === "map");
    const { value } = document.root.entries[0]!;
    assert(value.kind === "scalar");
    for (const word of words) {
      const at = value.value.indexOf(word);
      const { start, end } = toFile(value.text.span(at, at + word.length));
      assertEquals(text.slice(start, start + word.length), word, `seed ${SEED}: ${text}`);
      assert(end >= start + word.length);
    }
  }
});

Deno.test(`nearest() never throws, whatever it compares (seed ${SEED})`, () => {
  const random = new Random(SEED);
  const text = () =>
    Array.from({ length: random.below(12) }, () => random.pick(FRAGMENTS)).join("");
  for (let round = 0; round < 500; round++) nearest(text(), [text(), text(), text()]);
});
