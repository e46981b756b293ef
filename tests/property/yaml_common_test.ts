/** The quick reader of common YAML against the package: where it does not give up, both say the same. */
import { Report, runSteps, SourceText } from "../../core/base/mod.ts";
import { YAML_LIMITS, type YamlNode } from "../../core/base/yaml.ts";
import { readCommon } from "../../core/base/yaml/common.ts";
import { packageSteps } from "../../core/base/yaml/whole.ts";
import { assert, assertEquals } from "../assert.ts";
import { corpusFiles, corpusTest, readCorpus } from "../corpus.ts";
import { Random } from "./random.ts";

const SEED = Number(Deno.env.get("FALCOD_SEED") ?? Date.now() % 2 ** 32);

/** Mostly what the quick reader knows, at places where it may not belong. */
const FRAGMENTS = [
  ...[
    "- ",
    "-",
    ": ",
    ":",
    "a: ",
    "b: ",
    "key:\n  ",
    "\n",
    "\n  ",
    "\n    ",
    "\n      ",
    " ",
    "  ",
  ],
  ...[
    "[",
    "]",
    "{",
    "}",
    ", ",
    ",",
    "'",
    '"',
    "''",
    '\\"',
    "\\x41",
    "\\q",
    "\\n",
    "\t",
    "&x ",
    "*x",
  ],
  ...["!!str ", "|\n", "> \n", ">\n  ", "|-\n    ", "|+\n  ", "|2", "#c", " # c", "# c\n", "---\n"],
  ...["...\n", "%Y", "word", "two words", "@", "~", "null", "é", "\u00a0", "\ufeff", "\v", "\0"],
  ...[
    "-1",
    "0x1f",
    "a:b",
    "a#b",
    ":x",
    "[a, b]",
    "{a: 1, b: [c]}",
    "'q'",
    '"d"',
    "- x\n",
    "  - z\n",
  ],
  "- rule: r\n  condition: >\n    a\n      b\n\n    c\n",
  "- list: l\n  items: [\n    a,\n    'b', # c\n  ]\n",
  "- - deep\n  - item # c\n- key:\n    a\n    b\n\n    c\n",
];

/** A node with its places, as a value that can be compared. */
function described(node: YamlNode): unknown {
  const { span: { start, end } } = node;
  switch (node.kind) {
    case "seq":
      return { start, end, items: node.items.map(described) };
    case "map": {
      const entries = node.entries.map(({ key, value }) => [described(key), described(value)]);
      return { start, end, entries };
    }
    case "scalar":
      return { start, end, value: node.value, style: node.style };
    case "null":
      return { start, end };
    default:
      return node satisfies never;
  }
}

/**
 * Its lexer takes a comment like `#this` between a key and a value on a later line for indentation, and
 * finds mistakes where there are none (yaml 2.9.1); not one like `# this`.
 */
const TOUCHING_COMMENT = /^( *#)[^\s#]/gm;

function readWhole(text: string, report: Report) {
  return runSteps(packageSteps(new SourceText("f.yaml", text), report));
}

/** Whether the quick reader read it. */
function compare(text: string): boolean {
  const source = new SourceText("f.yaml", text);
  const quick = readCommon(source, YAML_LIMITS);
  if (!quick) return false;
  let report = new Report();
  let whole = readWhole(text, report);
  if (report.diagnostics.length > 0 && TOUCHING_COMMENT.test(text)) {
    whole = readWhole(text.replaceAll(TOUCHING_COMMENT, "$1 "), report = new Report());
  }
  assertEquals(report.diagnostics, [], "what is read quickly has no mistakes");
  assertEquals(whole.map(({ broken }) => broken), quick.map(({ broken }) => broken));
  const roots = (documents: typeof quick) => documents.map(({ root }) => described(root));
  assertEquals(roots(quick), roots(whole));
  return true;
}

function compareMany(rounds: number, textOf: (random: Random) => string): void {
  const random = new Random(SEED);
  let read = 0;
  for (let round = 0; round < rounds; round++) {
    const text = textOf(random);
    try {
      if (compare(text)) read++;
    } catch (error) {
      throw new Error(`seed ${SEED}, round ${round}: ${JSON.stringify(text)}`, { cause: error });
    }
  }
  assert(read > rounds / 50, `only ${read} of ${rounds} texts were common`);
}

Deno.test(`readCommon() agrees with the package on random YAML (seed ${SEED})`, () => {
  compareMany(
    4000,
    (random) => Array.from({ length: random.below(14) }, () => random.pick(FRAGMENTS)).join(""),
  );
});

const NEEDED = ["rules/current/falco_rules.yaml"];

function ruleFiles(...directories: readonly string[]): string[] {
  return directories.flatMap(corpusFiles).filter((file) => file.endsWith(".yaml"));
}

corpusTest(
  `readCommon() agrees with the package on changed rule files (seed ${SEED})`,
  NEEDED,
  () => {
    const files = ruleFiles("rules/current", "rules/plugins");
    const items = files.flatMap((file) => readCorpus(file).split(/\n(?=- )/))
      .filter(({ length }) => length < 1500);
    compareMany(2000, (random) => {
      let text = `${random.pick(items)}\n${random.pick(items)}\n`;
      for (let changes = random.below(4); changes > 0; changes--) {
        const at = random.below(text.length + 1);
        const insert = random.below(3) === 0 ? "" : random.pick(FRAGMENTS);
        const removed = random.below(2) === 0 ? 0 : random.below(4);
        text = text.slice(0, at) + insert + text.slice(at + removed);
      }
      return text;
    });
  },
);

corpusTest("readCommon() reads upstream's rule files, as the package does", NEEDED, () => {
  for (const file of ruleFiles("rules/current")) assert(compare(readCorpus(file)), file);
});
