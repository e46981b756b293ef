import { assertEquals } from "../../../tests/assert.ts";
import { expressionProblem, isWanted } from "./search.ts";

const NAME = "https://github.com/example/pager/.github/workflows/release.yml@refs/tags/1";

Deno.test("isWanted() finds an expression anywhere in a name, as falcoctl does", () => {
  const isFound = (matches: string) => isWanted(NAME, { matches });
  assertEquals(isFound("https://github.com/example/"), true);
  assertEquals(isFound("^https://github\\.com/(example|other)/"), true);
  assertEquals(isFound("@refs/tags/1$"), true);
  assertEquals(isFound("^example"), false);
  assertEquals(isFound("tags$|^github"), false);
  assertEquals(isFound("("), false);
  assertEquals(isFound("x)|(https"), false);
});

Deno.test("isWanted() takes a whole name, and none that is long or has control characters", () => {
  assertEquals(isWanted(NAME, { is: NAME }), true);
  assertEquals(isWanted(`${NAME}2`, { is: NAME }), false);
  assertEquals(isWanted(undefined, { matches: ".*" }), false);
  assertEquals(isWanted(`https://eve.example\n${NAME}`, { matches: "^https://github" }), false);
  assertEquals(isWanted("x".repeat(3000), { matches: ".*" }), false);
});

Deno.test("isWanted() reads flags in front of an expression as Go does", () => {
  const cases: readonly (readonly [expression: string, isFound: boolean])[] = [
    ["HTTPS://GITHUB", false],
    ["(?i)HTTPS://GITHUB", true],
    ["(?i)^https://[A-G]ithub\\.COM/", true],
    ["(?i)^[[:UPPER:]]", false],
    ["(?i)^[[:upper:]]", true],
    ["(?i)^[^H]", false],
    ["(?i)^[[:^upper:]]", false],
    ["(?i)/\\x45xample/", true],
    ["(?i)wor\u212aflows", true],
    ["(?i)relea\u017fe", true],
    ["(?i-i)HTTPS", false],
    ["(?-i)HTTPS", false],
    ["(?i)(?-i)HTTPS", false],
    ["(?s)(?i)HTTPS", true],
    ["(?ims-U)^HTTPS.*/1$", true],
    ["(?m)^example", false],
    ["(?)^https", true],
    ["(?i)x)|(https", false],
  ];
  for (const [matches, isFound] of cases) {
    assertEquals(isWanted(NAME, { matches }), isFound, matches);
  }
});

Deno.test("expressionProblem() says which groups of Perl there are", () => {
  const help = 'flags stand in front of all the rest, and are i, m, s and U: "(?i)example"';
  const problem = (group: string) => ({ message: `"${group}" is not supported here`, help });
  assertEquals(expressionProblem("(?i)example"), undefined);
  assertEquals(expressionProblem("(?x)example"), problem("(?x"));
  assertEquals(expressionProblem("^(?i)example"), problem("(?i"));
  assertEquals(expressionProblem("(?i:example)"), problem("(?i"));
  assertEquals(expressionProblem("(?i-)example"), problem("(?i"));
  assertEquals(expressionProblem("(?i)a(?:b|c)"), problem("(?:"));
  assertEquals(expressionProblem("(?P<name>a)"), problem("(?P"));
  assertEquals(expressionProblem("(?i)*")?.message, 'nothing stands before "*"');
});

// Whoever tries every way to match does not come to an end.
Deno.test("isWanted() is not made slow by a name", () => {
  assertEquals(isWanted("x".repeat(2048), { matches: "(?i)(X+X+)+y" }), false);
});
