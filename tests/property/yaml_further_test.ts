/** Whatever is broken in an item, only lines that were broken are told. FALCOD_SEED repeats a run. */
import { Report, SourceText } from "../../core/base/mod.ts";
import { readYaml } from "../../core/base/yaml.ts";
import { assert, assertEquals } from "../assert.ts";
import { Random } from "./random.ts";

const SEED = Number(Deno.env.get("FALCOD_SEED") ?? Date.now() % 2 ** 32);

const ITEMS = [
  `- list: shells
  items: [bash, zsh]
`,
  `- rule: Write below etc
  desc: somebody writes
  condition: >
    evt.type = open and
    fd.name startswith /etc
  output: "written %fd.name"
  priority: WARNING
  tags: [a, b]
  exceptions:
    - name: known
      fields: [proc.name]
      values:
        - [a]
        - [b]
  enabled: true
  needs:
    - a
    - b
`,
  `- macro: open_write
  condition: evt.type = open
`,
];

/** Each makes one line wrong, or leaves it as it is. */
const BREAKS: readonly ((line: string) => string)[] = [
  (line) => line.replace(/^ +/, "\t"),
  (line) => line.replace(/^ {2}/, "\t"),
  (line) => ` ${line}`,
  (line) => line.replace(/^ /, ""),
  (line) => line.replace(/: (?=\S)/, ":"),
  (line) => line.replace(/:(?= \S)/, ""),
  (line) => line.replace(/\]$/, ""),
  (line) => line.replace(/: \w+$/, ': "\\q"'),
  (line) => line.replace(/: \w+$/, ": a: b"),
  (line) => line.replace(/: \w+$/, ": @b"),
  (line) => line.replace(/: \w+$/, ": 'b' c"),
  (line) => `${line}]`,
  (line) => line.replace(/^( *)- /, "$1-"),
];

const LINES = ITEMS.join("").split("\n");
/** Of the rule, those that are whole in themselves. */
const PLACES = [3, 4, 5, 8, 9, 10, 12, 13, 16, 17, 18, 19];

/** Lines that were broken, and those that are told. */
function broken(random: Random, count: number) {
  const lines = [...LINES];
  for (let done = 0; done < count; done++) {
    const place = random.pick(PLACES);
    lines[place] = random.pick(BREAKS)(lines[place]!);
  }
  const text = lines.join("\n");
  const source = new SourceText("random.yaml", text);
  const report = new Report();
  readYaml(source, report);
  return {
    text,
    made: lines.flatMap((line, index) => line === LINES[index] ? [] : [index]),
    told: report.diagnostics.map(({ code, at }) => ({
      code,
      line: source.position(at!.start).line - 1,
    })),
  };
}

Deno.test(`readYaml() tells no mistakes beside the first but those that were made (seed ${SEED})`, () => {
  const random = new Random(SEED);
  let pairs = 0, both = 0;
  for (let round = 0; round < 1500; round++) {
    const { text, made, told } = broken(random, 1 + random.below(4));
    // Of two lines in different columns, either may be meant; so may what the first is told of.
    // What a bracket holds that is not closed may reach into the next item.
    const isOpen = text.split("[").length !== text.split("]").length;
    const last = isOpen ? PLACES.at(-1)! : Infinity;
    for (const { code, line } of told.slice(1).filter(({ line }) => line <= last)) {
      const most = code === "Y023" || code === "Y030" ? 1 : 0;
      const isMade = made.some((place) => Math.abs(place - line) <= most);
      assert(isMade, `round ${round}: ${code} in line ${line + 1}\n${text}`);
    }
    assertEquals(told.length, new Set(told.map(({ code, line }) => `${code} ${line}`)).size, text);
    if (made.length !== 2) continue;
    pairs++;
    if (told.length === 2) both++;
  }
  assert(both > pairs / 3, `${both} of ${pairs}`);
});
