import { assert, assertEquals } from "../../tests/assert.ts";
import { upstreamCode } from "./upstream_codes.ts";

Deno.test("upstreamCode() gives Falco's code for ours, and nothing where Falco says nothing", () => {
  const codes = [
    "Y021",
    "R005",
    "R037",
    "F012",
    "F016",
    "A002",
    "R042",
    "F035",
    "R021",
    "F033",
    "C001",
  ];
  assertEquals(codes.map(upstreamCode), [
    "LOAD_ERR_YAML_PARSE",
    "LOAD_ERR_YAML_VALIDATE",
    "LOAD_ERR_VALIDATE",
    "LOAD_ERR_COMPILE_CONDITION",
    "LOAD_ERR_VALIDATE",
    "LOAD_ERR_COMPILE_OUTPUT",
    "LOAD_UNKNOWN_SOURCE",
    "LOAD_UNSAFE_NA_CHECK",
    undefined,
    undefined,
    undefined,
  ]);
});

/** Ours alone; what they are about is not what a rule file says, or Falco has no word for it. */
const OWN = new Set([
  ...[
    "R021",
    "R025",
    "R047",
    "R048",
    "R049",
    "R053",
    "F033",
    "F036",
    "F037",
    "F038",
    "F039",
    "Y029",
  ],
  ...["F040", "F041", "F042", "F043", "F044", "A009", "A010", "Y011", "Y030", "Y031"],
]);

Deno.test("upstreamCode() knows every code of YAML, rule files, conditions and outputs", () => {
  const missing = new Set<string>();
  for (const folder of ["../base", ".", "../filter", "../alert"]) {
    for (const text of sourcesOf(new URL(`${folder}/`, import.meta.url))) {
      for (const [, code] of text.matchAll(/"([YRFA]\d{3})"/g)) {
        if (!upstreamCode(code!) && !OWN.has(code!)) missing.add(code!);
      }
    }
  }
  assertEquals([...missing], []);
  assert(upstreamCode("R999") === undefined);
});

function* sourcesOf(folder: URL): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (isDirectory) yield* sourcesOf(new URL(`${name}/`, folder));
    else if (name.endsWith(".ts") && !name.endsWith("_test.ts")) {
      yield Deno.readTextFileSync(new URL(name, folder));
    }
  }
}
