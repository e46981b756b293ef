import { assert, assertEquals, assertObjectMatch } from "../assert.ts";
import { falcod } from "./program.ts";

Deno.test("falcod explain-code says what a code means, with a mistake and its repair", async () => {
  const [text, json, copied] = await Promise.all([
    falcod(["explain-code", "f012"]),
    falcod(["explain-code", "F012", "--json"]),
    falcod(["explain-code", "rules.yaml:6:36: error[F012]:"]),
  ]);
  assertEquals([text.code, text.error], [0, ""]);
  assertEquals(copied, text);
  for (
    const part of ["F012: unknown field", "proc.nmae", "proc.name", "LOAD_ERR_COMPILE_CONDITION"]
  ) {
    assert(text.out.includes(part), text.out);
  }
  assertObjectMatch(JSON.parse(json.out), {
    code: "F012",
    falco_code: "LOAD_ERR_COMPILE_CONDITION",
    example: { wrong: { kind: "condition" }, right: { kind: "condition" } },
  });
});

Deno.test("falcod explain-code shows files that an example needs, those that stay only once", async () => {
  const { out } = await falcod(["explain-code", "C020"]);
  assertEquals(out.match(/# falco\.yaml/g)?.length, 2);
  assertEquals(out.match(/# rules\.yaml/g)?.length, 1);
});

Deno.test("falcod explain-code lists all codes, or those that are one of Falco's", async () => {
  const [all, some, json] = await Promise.all([
    falcod(["explain-code"]),
    falcod(["explain-code", "LOAD_DEPRECATED_ITEM"]),
    falcod(["explain-code", "--json"]),
  ]);
  const codes = all.out.trimEnd().split("\n").map((line) => line.split("\t")[0]!);
  assert(codes.length > 100);
  assertEquals(JSON.parse(json.out).map(({ code }: { code: string }) => code), codes);
  const deprecated = some.out.trimEnd().split("\n").map((line) => line.split("\t")[0]!);
  assertEquals(deprecated, ["F034", "A008", "R050", "R051", "R052"]);
});

Deno.test("falcod explain-code gives what Falco takes no code of Falco's errors", async () => {
  const [text, json, some] = await Promise.all([
    falcod(["explain-code", "Y011"]),
    falcod(["explain-code", "Y011", "--json"]),
    falcod(["explain-code", "LOAD_ERR_YAML_PARSE"]),
  ]);
  assert(!text.out.includes("LOAD_ERR"), text.out);
  assertEquals(JSON.parse(json.out).falco_code, undefined);
  assert(some.out.includes("Y012") && !some.out.includes("Y011"), some.out);
});

Deno.test("falcod explain-code suggests the code that was probably meant", async () => {
  const [near, far] = await Promise.all([
    falcod(["explain-code", "F01O"]),
    falcod(["explain-code", "no\x1bsense"]),
  ]);
  assertEquals([near.code, near.out, far.code, far.out], [1, "", 1, ""]);
  assertEquals(near.error, 'no code "F01O"; did you mean "F010"?\n');
  assertEquals(far.error, 'no code "no\\u001bsense"; falcod explain-code lists all\n');
});
