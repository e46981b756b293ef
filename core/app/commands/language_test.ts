import { assert, assertEquals } from "../../../tests/assert.ts";
import { syscallFields } from "../../field/mod.ts";
import { examine } from "../examine.ts";
import { OPERATOR_WORDS, TRANSFORMER_WORDS } from "./language.ts";

Deno.test("examples of operators and transformers are conditions that use them", () => {
  const surroundings = {
    source: "syscall",
    fields: syscallFields,
    names: { macro: () => undefined, list: () => undefined },
  };
  for (const [name, { example }] of Object.entries({ ...OPERATOR_WORDS, ...TRANSFORMER_WORDS })) {
    assert(example.includes(name), name);
    const condition = example.startsWith("evt.type")
      ? example
      : `evt.type in (open, read, execve) and (${example})`;
    const { ok, diagnostics } = examine(condition, "check", surroundings);
    assertEquals([ok, diagnostics.map(({ title }) => title)], [true, []], example);
  }
});
