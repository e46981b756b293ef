import { assertEquals } from "../../../tests/assert.ts";
import { isConfigText } from "./recognize.ts";

Deno.test("isConfigText() takes a text whose first line says a key for a configuration", () => {
  for (
    const text of [
      "rules_files:\n  - a.yaml\n",
      "# SPDX\n\n%YAML 1.2\n---\n# more\njson_output: true # yes\n",
      "...\nrules_files: [a.yaml]\n...\n",
      '"json_output": true',
      "{json_output: true}",
      "\ufeffpriority: debug",
      "jsn_outptu: maybe",
      "rules:\n  - disable:\n      rule: '*'\n",
      "rules:\n  - enable: {rule: a}\npriority: debug\n",
      "customRules:\n  mine.yaml: |-\n    - rule: a\n    rule: b\n",
      "rules_files: [a.yaml]\nappend_output:\n  - match:\n      rule: a\n",
    ]
  ) assertEquals(isConfigText(text), true, text);
});

Deno.test("isConfigText() leaves lists, prose and items that lost their dash to the rule reader", () => {
  for (
    const text of [
      "- rule: x\n  desc: y\n",
      "# comment\n- macro: x",
      "...\n- macro: x",
      "[{rule: x}]",
      "rule: x\ndesc: y\n",
      "required_engine_version: 0.57.0",
      "priority: WARNING\ndesc: y\nrule: x\n",
      "rules:\n  - rule: x\n    desc: y\n",
      "rules: # mine\n\n- macro: x\n  condition: evt.num > 0\n",
      "",
      "# nothing",
      "hello world",
      "\u0000\u0001",
    ]
  ) assertEquals(isConfigText(text), false, text);
});
