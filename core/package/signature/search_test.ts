import { assertEquals } from "../../../tests/assert.ts";
import { isWanted } from "./search.ts";

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
