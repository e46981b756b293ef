/** What Falco's parser takes although it is no YAML means the same as what is written well. */
import { Report, SourceText } from "../../core/base/mod.ts";
import { readYaml } from "../../core/base/yaml.ts";
import { plainValue } from "../../core/base/yaml_value.ts";
import { assertEquals } from "../assert.ts";
import { Random } from "./random.ts";

const SEED = Number(Deno.env.get("FALCOD_SEED") ?? Date.now() % 2 ** 32);

const WORDS = ["a", "b c", "x#y", "proc.name", "k:v", "-1", "~", "it"];

/** How lines begin that go on with a value, and what stands before a comment. */
interface Hand {
  readonly indent: string;
  readonly gap: string;
}

/** Both are drawn from the same numbers, so that they hold the same. */
function itemOf(seed: number, { indent, gap }: Hand): string {
  const random = new Random(seed);
  const word = () => random.pick(WORDS);
  const comment = () => random.below(2) === 0 ? "" : `${gap}#c ] " '`;
  const value = () => {
    switch (random.below(6)) {
      case 0:
        return `"${word()}\n${indent}${word()}"${comment()}`;
      case 1:
        return `'${word()}\n\n${indent}it''s\n${indent}${word()}'${comment()}`;
      case 2:
        return `[\n${indent}"${word()}",${comment()}\n${indent}'${word()}', {${word()}: ${word()}}\n${indent}]${comment()}`;
      case 3:
        return `[${word()},\n${indent}${word()}\n${indent}${word()}, ]${comment()}`;
      case 4:
        return `|${comment()}\n        ${word()} #\n        # ${word()}`;
      default:
        return `"${word()}"${comment()}`;
    }
  };
  return `- one: ${value()}\n  two: ${value()}\n  # c\n  three:\n    - ${value()}\n`;
}

function read(text: string) {
  const report = new Report();
  const documents = readYaml(new SourceText("f.yaml", text), report);
  const told = new Set(report.diagnostics.map(({ code, severity }) => `${severity} ${code}`));
  return { value: documents.map(({ root }) => plainValue(root)), told: [...told] };
}

Deno.test(`readYaml() reads what only Falco takes as if it were written well (seed ${SEED})`, () => {
  for (let round = 0; round < 300; round++) {
    const seed = SEED + round;
    const well = read(itemOf(seed, { indent: "      ", gap: " " }));
    for (const indent of ["", "  ", "\t"]) {
      for (const gap of [" ", ""]) {
        const text = itemOf(seed, { indent, gap });
        const { value, told } = read(text);
        assertEquals(value, well.value, `seed ${seed}: ${JSON.stringify(text)}`);
        assertEquals(told.filter((one) => one !== "warning Y031"), [], JSON.stringify(text));
      }
    }
  }
});
