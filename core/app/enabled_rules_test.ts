import { assertEquals } from "../../tests/assert.ts";
import { rulesetOf } from "../../tests/ruleset.ts";
import { enabledRulesLine, inEffectText, watchedText } from "./enabled_rules.ts";

const rule = (name: string, rest = "") =>
  `- rule: ${name}\n  desc: d\n  output: x\n  priority: INFO\n  condition: evt.type = open\n${rest}`;

Deno.test("enabledRulesLine() names the rules that judge", () => {
  // falco issue 2480
  const some = rulesetOf(rule("a b") + rule("off", "  enabled: false\n") + rule("c"));
  assertEquals(enabledRulesLine(some), 'enabled rules (2): "a b", "c"');
  assertEquals(enabledRulesLine(rulesetOf("")), "enabled rules (0)");
});

Deno.test("watchedText() counts the rules of each source where there are several", () => {
  const some = rulesetOf(rule("a") + rule("off", "  enabled: false\n") + rule("c"));
  assertEquals(watchedText(["syscall"], some), "syscall with 2 rules");
  const both = "syscall with 2 rules, k8s_audit with 0 rules";
  assertEquals(watchedText(["syscall", "k8s_audit"], some), both);
  assertEquals(inEffectText(["syscall"], some), "2 rules are in effect");
  assertEquals(inEffectText(["syscall", "k8s_audit"], some), `2 rules are in effect: ${both}`);
  assertEquals(inEffectText(["syscall"], rulesetOf(rule("a"))), "1 rule is in effect");
});
