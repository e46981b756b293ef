import { assertEquals } from "../../tests/assert.ts";
import { SourceText } from "../base/mod.ts";
import type { Rule, Ruleset } from "../rule/mod.ts";
import { rulesLost, whyNotEmptied } from "./rule_losses.ts";

/** Rules of files, those of one in brackets being off; a rule has its file's name, or the one before "@". */
function effect(paths: readonly string[], ...files: readonly string[]) {
  const rules = files.map((file) => {
    const plain = file.replace(/[()]/g, "");
    const [name, path = name!] = plain.split("@");
    return { name, at: new SourceText(path, "").all, enabled: plain === file } as Rule;
  });
  return {
    ruleset: { rules } as unknown as Ruleset,
    rulePaths: paths.map((path) => ({ path, required: false })),
  };
}

Deno.test("rulesLost() tells of files that are named and give no rules any more", () => {
  const paths = ["/a.yaml", "/rules.d"];
  const before = effect(paths, "/a.yaml", "/rules.d/b.yaml", "/rules.d/b.yaml");
  assertEquals(rulesLost(before, before), undefined);
  assertEquals(
    rulesLost(before, effect(paths, "/a.yaml")),
    "there are no rules from /rules.d/b.yaml any more",
  );
  assertEquals(rulesLost(before, effect(["/a.yaml"], "/a.yaml")), undefined);
});

Deno.test("rulesLost() keeps quiet when another file defines the rules now", () => {
  const paths = ["/a.yaml", "/b.yaml"];
  const before = effect(paths, "one@/a.yaml", "two@/a.yaml");
  assertEquals(rulesLost(before, effect(paths, "one@/b.yaml", "two@/b.yaml")), undefined);
  assertEquals(
    rulesLost(before, effect(paths, "one@/b.yaml")),
    "there are no rules from /a.yaml any more",
  );
});

Deno.test("whyNotEmptied() tells when no rule would be left, whatever the reason", () => {
  const before = effect(["/a.yaml"], "/a.yaml", "/a.yaml", "(/a.yaml)");
  const why =
    "no rule would be left (2 are in effect); if that is meant, restart falcod: a start takes it";
  assertEquals(whyNotEmptied(before, effect(["/a.yaml"], "(/a.yaml)")), why);
  assertEquals(whyNotEmptied(before, effect([])), why);
  assertEquals(whyNotEmptied(before, effect(["/a.yaml"])), why);
  assertEquals(whyNotEmptied(before, effect(["/b.yaml"], "/b.yaml")), undefined);
  assertEquals(whyNotEmptied(effect([]), effect([])), undefined);
});
