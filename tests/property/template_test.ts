/** Outputs and alerts from arbitrary text. The seed is printed; FALCOD_SEED repeats a run. */
import {
  type Alert,
  compileTemplate,
  defineField,
  escapeValue,
  type Event,
  type FieldTable,
  jsonString,
  type OutputValue,
  Report,
  SourceText,
  type State,
  unescapeText,
} from "../../core/mod.ts";
import jsonPlugin from "../../plugins/formatters/json/mod.ts";
import textPlugin from "../../plugins/formatters/text/mod.ts";
import { assert, assertEquals } from "../assert.ts";
import { sampleAlert } from "../contract/formatter_suite.ts";

const seed = Number(Deno.env.get("FALCOD_SEED") ?? Date.now() % 2 ** 32);

/** mulberry32: small, seedable, good enough to vary inputs. */
function generator(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor(((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32 * below);
  };
}

const FRAGMENTS = [
  "%",
  "*",
  "proc.name",
  "fd.name",
  "proc.aname[2]",
  "proc.",
  ".",
  "toupper(",
  "join(",
  "concat(",
  "getopt(",
  "val(",
  ")",
  "(",
  ",",
  "[",
  "]",
  '"',
  "'",
  "\\",
  "\\n",
  "\\u0041",
  " ",
  "\n",
  "10",
  "0x1f",
  "-5e+3",
  "\u001b[2J",
  "\u2028",
  "\u202e",
  "\u0085",
  "\ud800",
  "\udc00",
  "🦅",
  "\ufffd",
  "\u0000",
  "text",
];

function randomText(random: (below: number) => number, pieces: number): string {
  let text = "";
  for (let i = random(pieces); i > 0; i--) {
    text += random(8) === 0
      ? String.fromCharCode(random(0x10000))
      : FRAGMENTS[random(FRAGMENTS.length)]!;
  }
  return text;
}

// deno-lint-ignore no-control-regex -- control characters are the subject
const DANGEROUS = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

function assertOneLine(text: string): void {
  assert(!DANGEROUS.test(text) && text.isWellFormed(), `seed ${seed}: ${JSON.stringify(text)}`);
}

function fieldsShowing(value: () => string): FieldTable {
  const argument = { required: false, kind: "index" } as const;
  return new Map(
    [
      defineField({ name: "proc.name", type: "CHARBUF", summary: "", extract: value }),
      defineField({ name: "proc.aname", type: "CHARBUF", summary: "", argument, extract: value }),
      defineField({ name: "fd.name", type: "CHARBUF", summary: "", extract: () => undefined }),
    ].map((field) => [field.name, field]),
  );
}

Deno.test(`escapeValue(): any text becomes one line and back (seed ${seed})`, () => {
  const random = generator(seed);
  for (let run = 0; run < 5000; run++) {
    const text = randomText(random, 30);
    const escaped = escapeValue(text);
    assertOneLine(escaped);
    assertEquals(unescapeText(escaped), text.toWellFormed());
    assertOneLine(jsonString(text));
    assertEquals(JSON.parse(jsonString(text)), text.toWellFormed());
  }
});

Deno.test(`compileTemplate(): any output compiles or is diagnosed (seed ${seed})`, () => {
  const random = generator(seed);
  let value = "";
  const fields = fieldsShowing(() => value);
  for (let run = 0; run < 5000; run++) {
    const source = new SourceText("<output>", randomText(random, 20));
    const report = new Report();
    const template = compileTemplate(source, fields, report);
    assertEquals(template === undefined, report.hasErrors);
    for (const { at } of report.diagnostics) {
      assert(at && 0 <= at.start && at.start <= at.end && at.end <= source.text.length);
    }
    if (!template) continue;
    value = randomText(random, 20);
    const { message, fields: output } = template.render({} as Event, {} as State);
    assertOneLine(message);
    assertFormats(sampleAlert({ message, fields: output }));
  }
});

Deno.test(`formatters: any alert becomes one line, and valid JSON (seed ${seed})`, () => {
  const random = generator(seed);
  const text = () => randomText(random, 15);
  for (let run = 0; run < 2000; run++) {
    assertFormats(sampleAlert({
      rule: text(),
      source: text(),
      hostname: text(),
      message: text(),
      tags: [text(), text()],
      timeNs: BigInt(random(2 ** 32)) * BigInt(random(2 ** 32)),
      fields: new Map<string, OutputValue>([[text(), text()], [
        text(),
        BigInt(random(2 ** 32)) ** 2n,
      ]]),
    }));
  }
});

Deno.test("deep and long outputs are bounded", () => {
  const fields = fieldsShowing(() => "x".repeat(100_000));
  const compile = (text: string) => {
    const report = new Report();
    return { template: compileTemplate(new SourceText("<output>", text), fields, report), report };
  };
  assert(compile(`%${"toupper(".repeat(100_000)}`).report.hasErrors);
  assert(compile(`%${"a.".repeat(50_000)}`).report.hasErrors);
  assert(compile("%".repeat(100_000)).report.hasErrors);
  const { template } = compile("%proc.name ".repeat(1000));
  assert(template!.render({} as Event, {} as State).message.length < 300_000);
});

const formatters = [
  jsonPlugin.create(jsonPlugin.schema.parse({ json_include_message_property: true })),
  textPlugin.create(textPlugin.schema.parse({})),
];

function assertFormats(alert: Alert): void {
  const [json, text] = formatters.map((formatter) => formatter.format(alert));
  assertOneLine(json!);
  assertOneLine(text!);
  const parsed = JSON.parse(json!);
  assertEquals(parsed.rule, alert.rule.toWellFormed());
  assert(parsed.output.endsWith(` ${alert.priority} ${parsed.message}`));
}
