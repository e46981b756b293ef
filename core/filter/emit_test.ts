import { assertEquals, assertThrows } from "../../tests/assert.ts";
import { bothWays, check } from "./testing.ts";
import { assemble, constant, js, local } from "./code.ts";
import { emitCondition, EmitRefusal } from "./mod.ts";

Deno.test("emitCondition() never puts text of a rule into source", () => {
  const hostile = '"); globalThis.stolen = 1; ("`${globalThis.stolen = 1}`\\u2028\u2028';
  const quoted = `'${hostile.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  const text =
    `proc.name = ${quoted} or proc.env[${quoted}] contains ${quoted} or proc.name in (${quoted})`;
  const { condition } = check(text);
  assertEquals(bothWays(condition!, { "proc.name": "a" }, text), false);
  assertEquals(bothWays(condition!, { "proc.name": hostile }, text), true);
  assertEquals("stolen" in globalThis, false);
});

Deno.test("emitCondition() refuses what would be too large or too deep, with a typed error", () => {
  const wide = Array.from({ length: 12_000 }, (_, i) => `proc.pid != ${i}`).join(" and ");
  assertThrows(() => emitCondition(check(wide).condition!), EmitRefusal);
  const huge = Array.from({ length: 100_000 }, () => "proc.pid = 1").join(" or ");
  assertThrows(() => emitCondition(check(huge).condition!), EmitRefusal);
  const macros = Object.fromEntries(
    Array.from({ length: 450 }, (_, i) => [`m${i}`, i === 449 ? "proc.name = a" : `not m${i + 1}`]),
  );
  assertThrows(() => emitCondition(check("m0", { macros }).condition!), EmitRefusal);
});

Deno.test("js takes only fragments into its holes, and constants get names", () => {
  const set = new Set([1]);
  const code = js`${constant(set)}.has(${local(3)}) || ${constant(set)}.has(${constant("x")})`;
  assertEquals(assemble(code), {
    source: "c0.has(v3) || c0.has(c1)",
    names: ["c0", "c1"],
    values: [set, "x"],
  });
  assertThrows(() => js`${"alert(1)" as never}`);
  assertThrows(() => local("x; alert(1)" as never));
});
