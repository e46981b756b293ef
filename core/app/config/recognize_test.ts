import { assertEquals } from "../../../tests/assert.ts";
import { isConfigText } from "./recognize.ts";

Deno.test("isConfigText() takes a text whose first line says a key for a configuration", () => {
  for (
    const text of [
      "rules_files:\n  - a.yaml\n",
      "# SPDX\n\n%YAML 1.2\n---\n# more\njson_output: true # yes\n",
      '"json_output": true',
      "{json_output: true}",
      "\ufeffpriority: debug",
      "jsn_outptu: maybe",
    ]
  ) assertEquals(isConfigText(text), true, text);
});

Deno.test("isConfigText() leaves lists, prose and items that lost their dash to the rule reader", () => {
  for (
    const text of [
      "- rule: x\n  desc: y\n",
      "# comment\n- macro: x",
      "[{rule: x}]",
      "rule: x\ndesc: y\n",
      "required_engine_version: 0.57.0",
      "",
      "# nothing",
      "hello world",
      "\u0000\u0001",
    ]
  ) assertEquals(isConfigText(text), false, text);
});
