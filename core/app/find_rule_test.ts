import { assertEquals } from "../../tests/assert.ts";
import { findRule } from "./find_rule.ts";

const NAMES = ["Terminal shell in container", "Read sensitive file", "Read shell history", "Read"];

function find(asked: string, rulePaths: readonly string[] = []): string {
  const found = findRule(NAMES, { asked, configPath: undefined, rulePaths });
  return found.kind === "found" ? found.name : found.text;
}

Deno.test("findRule() takes a name as it is, and else a part that only one rule has (issue 3)", () => {
  assertEquals(find("Read"), "Read");
  assertEquals(find("terminal shell"), "Terminal shell in container");
  assertEquals(find("Read sensitive"), "Read sensitive file");
});

Deno.test("findRule() tells of the rules that share a part", () => {
  assertEquals(
    find("shell"),
    'no rule "shell"; "Terminal shell in container", "Read shell history" have it in their names\n',
  );
});

Deno.test("findRule() names what lists the same rules when nothing is near", () => {
  assertEquals(
    find("xyz", ["a.yaml", "b.yaml"]),
    'no rule "xyz"; falcod list rules -r a.yaml -r b.yaml shows all\n',
  );
  assertEquals(find("Raed"), 'no rule "Raed"; did you mean "Read"?\n');
  assertEquals(find(""), 'no rule ""; falcod list rules shows all\n');
});
