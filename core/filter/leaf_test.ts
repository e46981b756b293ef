import { assertEquals } from "../../tests/assert.ts";
import { syscallFields } from "../field/mod.ts";
import { keyOfOperand } from "./leaf.ts";

Deno.test("keyOfOperand() does not take a field with an argument for another field", () => {
  const keys = new Set<string>();
  let operands = 0;
  for (const definition of syscallFields.values()) {
    const { type, list = false } = definition;
    for (const argument of [undefined, ...Array(10).keys(), "0"]) {
      keys.add(keyOfOperand({ kind: "field", definition, argument, type, list }));
      operands++;
    }
  }
  assertEquals(keys.size, operands);
});
