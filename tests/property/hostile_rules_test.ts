/** Rule files made to cost more than they are long: each is refused with a code that says why, or loads. */
import { Report, SourceText } from "../../core/base/mod.ts";
import { syscallFields } from "../../core/field/mod.ts";
import { loadRules, readRuleFile } from "../../core/rule/mod.ts";
import { assertEquals } from "../assert.ts";

function rule(condition: string, name = "r"): string {
  const keys = ["desc: d", `condition: ${condition}`, "output: o", "priority: INFO"];
  return `- rule: ${name}\n  ${keys.join("\n  ")}\n`;
}

function rows(count: number, row: (index: number) => string): string {
  return Array.from({ length: count }, (_, i) => row(i)).join("");
}

/** The first error's code; "loads" where there is none. */
function outcome(text: string): string {
  const report = new Report();
  const file = readRuleFile(new SourceText("hostile.yaml", text), report);
  const ruleset = loadRules([file], {
    fieldsOf: (source) => source === "syscall" ? syscallFields : undefined,
    engineVersion: "0.63.0",
    minimumPriority: "Debug",
  }, report);
  if (ruleset) return "loads";
  return report.diagnostics.find(({ severity }) => severity === "error")?.code ?? "no reason";
}

const DOUBLING_LISTS = "- list: l0\n  items: [a]\n" +
  rows(19, (i) => `- list: l${i + 1}\n  items: [l${i}, l${i}]\n`);

const SHAPES: readonly (readonly [name: string, text: () => string, outcome: string])[] = [
  ["10,000 brackets", () => rule(`${"(".repeat(10_000)}proc.name=a${")".repeat(10_000)}`), "F011"],
  ["a glob of 900,000 brackets", () => rule(`proc.name glob "${"[".repeat(900_000)}"`), "loads"],
  [
    "classes of a regex without end",
    () => rule(`proc.name regex "${"[[:alpha:".repeat(40_000)}"`),
    "F024",
  ],
  [
    "2000 regexes that count to 1000",
    () => rows(2000, (i) => rule(`proc.name regex "x${i}(a|b){1,1000}"`, `r${i}`)),
    "F024",
  ],
  ["10,000 transformers", () => rule(`${"tolower(".repeat(10_000)}proc.name`), "F011"],
  ["a million times not", () => rule(`${"not ".repeat(1_000_000)}proc.name=a`), "loads"],
  ["50,000 alternatives", () => rule(`${rows(50_000, (i) => `proc.name=${i} or `)}a.b=c`), "F012"],
  ["a chain of 10,000 macros", () =>
    "- macro: m0\n  condition: proc.name=a\n" +
    rows(10_000, (i) => `- macro: m${i + 1}\n  condition: m${i}\n`) + rule("m10000"), "F018"],
  [
    "the chain upside down",
    () => rows(10_000, (i) => `- macro: m${10_000 - i}\n  condition: m${9999 - i}\n`),
    "F016",
  ],
  ["macros that double", () =>
    "- macro: m0\n  condition: proc.name=a\n" +
    rows(30, (i) => `- macro: m${i + 1}\n  condition: m${i} and m${i}\n`) + rule("m30"), "F018"],
  [
    "lists that double",
    () => DOUBLING_LISTS + rows(20, (i) => rule("proc.name in (l19)", `r${i}`)),
    "F018",
  ],
  [
    "100,000 items",
    () => `- list: l\n  items: [${rows(100_000, (i) => `item${i},`)}]\n` + rule("proc.name in (l)"),
    "loads",
  ],
  [
    "5000 unknown macros beside 5000 known",
    () =>
      rows(5000, (i) => `- macro: some_macro_${i}\n  condition: proc.name=a\n`) +
      rows(5000, (i) => rule(`sme_macro_${i}`, `r${i}`)),
    "F016",
  ],
  [
    "a macro of 20,000 checks in 50 rules",
    () =>
      `- macro: m\n  condition: ${rows(20_000, (i) => `proc.env[V${i}]=a or `)} proc.name=a\n` +
      rows(50, (i) => rule(`m and proc.pname=p${i}`, `r${i}`)),
    "F018",
  ],
  [
    "a list of 10,000 paths in 100 rules",
    () =>
      `- list: l\n  items: [${rows(10_000, (i) => `/usr/*/a${i}/b*,`)}]\n` +
      rows(100, (i) => rule(`fd.name pmatch (l) and proc.pname=p${i}`, `r${i}`)),
    "loads",
  ],
  [
    "5000 changes to misspelt rules",
    () =>
      rows(5000, (i) => rule("proc.name=a", `Some long rule name that is here ${i}`)) +
      rows(5000, (i) => `- rule: Sme long rule name that is here ${i}\n  enabled: false\n`),
    "R030",
  ],
  [
    "30,000 unknown event types",
    () => rule(`evt.type in (${rows(30_000, (i) => `opeen${i},`)} close)`),
    "F023",
  ],
  [
    "1000 macros of nothing but unknown ones, and rules with each",
    () =>
      rows(1000, (i) => `- macro: m${i}\n  condition: um${i} or ${i > 0 ? `m${i - 1}` : "u"}\n`) +
      rows(1000, (i) => rule(`m${i}`, `r${i}`)),
    "F016",
  ],
  ["100,000 rules", () => rows(100_000, (i) => rule("proc.name=a", `r${i}`)), "Y004"],
  ["8 MiB of rules and more", () => "# \n".repeat(3 << 20), "Y003"],
  ["a million empty lines in a condition", () => rule(`>\n${"\n".repeat(1_100_000)}    x`), "Y004"],
  ["300,000 documents", () => "---\n".repeat(300_000), "Y004"],
  ["300,000 anchors", () => "&a ".repeat(300_000), "Y004"],
  ["a million brackets", () => "[".repeat(1_000_000), "Y005"],
  ["80,000 pairs of brackets in a line", () => "[] ".repeat(80_000), "Y027"],
  ["60,000 brackets in front of a comment", () => "{a #".repeat(60_000), "Y022"],
  ["40,000 secrets in comments", () => " #password:\n".repeat(40_000), "loads"],
  ["a million dashes", () => "- ".repeat(1_000_000), "Y005"],
  [
    "aliases of aliases",
    () => "- &a0 [x, x]\n" + rows(40, (i) => `- &a${i + 1} [*a${i}, *a${i}]\n`),
    "Y013",
  ],
  ["20,000 quotes that stay open", () => rows(20_000, () => '- a: "x\n'), "Y021"],
  [
    "40,000 quotes that stay open in one mapping",
    () => rows(20_000, (i) => `a${i}: 'x\nb${i}: "y\n`),
    "Y021",
  ],
];

for (const [name, text, expected] of SHAPES) {
  Deno.test(`a rule file with ${name} ends soon: ${expected}`, () => {
    assertEquals(outcome(text()), expected);
  });
}
