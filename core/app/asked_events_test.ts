import { assertEquals } from "../../tests/assert.ts";
import { rulesetOf } from "../../tests/ruleset.ts";
import { askedEventLines } from "./asked_events.ts";
import { standardConfig } from "./config/schema.ts";

const RULE = "- rule: Read\n  desc: d\n  output: x\n  priority: INFO\n" +
  "  condition: evt.type in (openat, open) or evt.type = mprotect\n";

Deno.test("askedEventLines() tells what rules ask for, and what is left out of that", () => {
  const config = standardConfig();
  assertEquals(askedEventLines(rulesetOf(RULE), config), [
    "events that rules ask for (3): mprotect, open, openat",
  ]);
  const base_syscalls = { ...config.base_syscalls, custom_set: ["!mprotect", "!close", "read"] };
  assertEquals(askedEventLines(rulesetOf(RULE), { ...config, base_syscalls }), [
    "events that rules ask for (2): open, openat",
    "events that base_syscalls leaves out (1): mprotect",
  ]);
});

Deno.test("askedEventLines() names newer calls beside those whose events they are", () => {
  const config = standardConfig();
  const base_syscalls = { ...config.base_syscalls, custom_set: ["!fchmodat"] };
  const rule = RULE.replace("mprotect", "fchmodat");
  assertEquals(askedEventLines(rulesetOf(rule), { ...config, base_syscalls }), [
    "events that rules ask for (3): fchmodat2, open, openat",
    "events that base_syscalls leaves out (1): fchmodat",
  ]);
});
