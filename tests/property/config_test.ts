/** Whatever falco.yaml, `-o` and the environment say: it is reported or it works, nothing throws. */
import { Report, SourceText } from "../../core/base/mod.ts";
import { checkConfig } from "../../core/app/config/check.ts";
import { expandEnvironment } from "../../core/app/config/environment.ts";
import { readConfigText } from "../../core/app/config/load.ts";
import { applyOption, parseOption } from "../../core/app/config/option.ts";
import { keyNames } from "../../core/app/config/known_keys.ts";
import { emptyMapping, type MappingNode, nodeAt, spell } from "../../core/app/config/tree.ts";
import { assert, assertEquals } from "../assert.ts";
import { Random } from "./random.ts";

const SEED = Number(Deno.env.get("FALCOD_SEED") ?? Date.now() % 2 ** 32);

const OPTION_PIECES = [
  "json_output",
  "rules",
  "plugins",
  "a",
  ".",
  "..",
  "[",
  "]",
  "[]",
  "[0]",
  "[7]",
  "[9999]",
  "[-1]",
  "[x]",
  "\\",
  "\\.",
  "\\[",
  "=",
  "==",
  "true",
  "{",
  "}",
  '{"a": 1}',
  "{a: [1, {b: 2}]}",
  "é",
  "\0",
  " ",
  "\n",
  "__proto__",
  "constructor",
  "toString",
  "${HOME}",
  "$",
  "-",
  "0",
]; // deno-fmt-ignore-line

function text(random: Random, pieces: readonly string[], limit: number): string {
  return Array.from({ length: random.below(limit) }, () => random.pick(pieces)).join("");
}

/** One known top-level key with a value that fits or does not. */
function entry(random: Random, depth = 0): string {
  const names = keyNames([], undefined)!;
  const key = random.below(8) === 0
    ? random.pick(["__proto__", "x", "1", "''"])
    : random.pick(names);
  return `${key}: ${value(random, depth)}\n`;
}

function value(random: Random, depth: number): string {
  const scalars = [
    "true",
    "maybe",
    "3",
    "-1",
    "1e99",
    "0x10",
    "''",
    "~",
    "a.yaml",
    "debug",
    "'\${A}'",
  ];
  switch (depth > 3 ? 0 : random.below(4)) {
    case 1:
      return `[${
        Array.from({ length: random.below(4) }, () => value(random, depth + 1)).join(", ")
      }]`;
    case 2: {
      const keys = ["enabled", "kind", "name", "path", "rule", "enable", "kmod", "capacity", "zzz"];
      const pairs = new Set(Array.from({ length: random.below(4) }, () => random.pick(keys)));
      return `{${[...pairs].map((key) => `${key}: ${value(random, depth + 1)}`).join(", ")}}`;
    }
    default:
      return random.pick(scalars);
  }
}

Deno.test(`parseOption() reports or succeeds for any text (seed ${SEED})`, () => {
  const random = new Random(SEED);
  for (let round = 0; round < 5000; round++) {
    const given = text(random, OPTION_PIECES, 12);
    const report = new Report();
    const option = parseOption(given, report);
    assertEquals(option === undefined, report.hasErrors, JSON.stringify(given));
    for (const { at } of report.diagnostics) {
      assert(at && at.start >= 0 && at.start <= at.end, JSON.stringify(given));
    }
  }
});

Deno.test(`applyOption() puts any option where it can be found again (seed ${SEED})`, () => {
  const random = new Random(SEED);
  for (let round = 0; round < 500; round++) {
    const root = emptyMapping(new SourceText("falco.yaml", "").all);
    for (let step = 0; step < 8; step++) {
      const given = `${text(random, ["a", "b", ".", "[]", "[0]", "[3]", "__proto__"], 7)}=v`;
      const option = parseOption(given, new Report());
      if (!option) continue;
      applyOption(root, option, { kind: "scalar", text: "v", at: option.value });
      if (option.steps.some((step) => step.kind === "append")) continue;
      const path = option.steps.map((step) =>
        step.kind === "name" ? step.name : step.kind === "index" ? step.index : 0
      );
      assertEquals(nodeAt(root, path)?.kind, "scalar", given);
      // The spelling of a path leads to the same place.
      assertEquals(parseOption(`${spell(path)}=x`, new Report())?.steps.length, path.length);
    }
    assertEquals(({} as Record<string, unknown>)["v"], undefined);
    checkConfig(root, new Report());
  }
});

Deno.test(`a configuration of known keys and wild values is checked, never thrown at (seed ${SEED})`, () => {
  const random = new Random(SEED);
  for (let round = 0; round < 400; round++) {
    const yaml = Array.from({ length: 1 + random.below(8) }, () => entry(random)).join("");
    const report = new Report();
    const source = new SourceText("falco.yaml", yaml);
    const root = readConfigText(source, { environment: () => "x", report });
    if (!root) continue;
    const config = checkConfig(root as MappingNode, report);
    assertEquals(typeof config.json_output, "boolean", yaml);
    for (const { title, at } of report.diagnostics) {
      assert(title.length < 2000, title);
      if (at?.source === source) assert(at.end <= yaml.length, yaml);
    }
  }
});

Deno.test(`any text as a configuration is reported or read (seed ${SEED})`, () => {
  const random = new Random(SEED);
  const pieces = [
    "json_output",
    ": ",
    "- ",
    "\n",
    "  ",
    "[",
    "]",
    "{",
    "}",
    "'",
    '"',
    "#",
    "&a ",
    "*a",
    "|",
    ">",
    "---",
    "?",
    "\t",
    "é",
    "true",
    "!!x ",
  ];
  for (let round = 0; round < 1000; round++) {
    const yaml = text(random, pieces, 30);
    const report = new Report();
    const root = readConfigText(new SourceText("falco.yaml", yaml), {
      environment: () => undefined,
      report,
    });
    if (root) checkConfig(root, report);
    else assert(report.hasErrors, JSON.stringify(yaml));
  }
});

Deno.test(`expandEnvironment() ends for any text and any variables (seed ${SEED})`, () => {
  const random = new Random(SEED);
  const pieces = ["$", "{", "}", "${", "$${", "A", "B", "${A}", "${B}", "x"];
  for (let round = 0; round < 500; round++) {
    const variables: Record<string, string> = {
      A: text(random, pieces, 6),
      B: text(random, pieces, 6),
    };
    const given = text(random, pieces, 20);
    assert(expandEnvironment(given, (name) => variables[name]).length <= 1 << 20);
  }
});
