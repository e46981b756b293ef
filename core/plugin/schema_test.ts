import * as z from "zod";
import { assertEquals } from "../../tests/assert.ts";
import { Secret } from "./secret.ts";
import * as setting from "./schema.ts";

/** The value, or what is wanted instead. */
function read(type: z.ZodType, value: unknown): unknown {
  const result = type.safeParse(value);
  return result.success ? result.data : `wants ${result.error.issues[0]!.message}`;
}

Deno.test("settings read text as falco.yaml has it, and values in their own types", () => {
  const whole = setting.whole({ min: 0, max: 9, standard: 5 });
  const decimal = setting.decimal({ min: 0, max: 1, standard: .5 });
  const cases: readonly (readonly [z.ZodType, unknown, unknown])[] = [
    [setting.flag(false), "yes", true],
    [setting.flag(false), true, true],
    [setting.flag(true), undefined, true],
    [setting.flag(true), "maybe", "wants true or false"],
    [whole, "7", 7],
    [whole, 7, 7],
    [whole, undefined, 5],
    [whole, 10, "wants a whole number from 0 to 9"],
    [whole, "7.5", "wants a whole number from 0 to 9"],
    [decimal, ".25", .25],
    [decimal, 2, "wants a number from 0 to 1"],
    [setting.listOf(setting.word()), "a", ["a"]],
    [setting.texts(), { a: "b" }, { a: "b" }],
  ];
  for (const [type, value, wanted] of cases) assertEquals(read(type, value), wanted);
});

Deno.test("numbers are read as Falco's YAML library reads them", () => {
  const whole = setting.whole({ min: -99, max: 99, standard: 5 });
  const cases = {
    "010": 8,
    "+017": 15,
    "-010": -8,
    "08": 8,
    "00": 0,
    "0x1F": 31,
    "7\n": 7,
    "7 ": 7,
  };
  for (const [text, number] of Object.entries(cases)) assertEquals(read(whole, text), number, text);
  for (const text of [" 7", "7 7", "0b1", "1e1", ""]) {
    assertEquals(read(whole, text), "wants a whole number from -99 to 99", text);
  }
  const decimal = setting.decimal({ min: 0, max: 99, standard: 1 });
  assertEquals([read(decimal, "010"), read(decimal, ".5\n")], [10, .5]);
});

Deno.test("durations have units, and are milliseconds without", () => {
  const duration = setting.duration({ min: 1, max: 3_600_000, standard: 1000 });
  const right = { "250": 250, "250ms": 250, "30s": 30_000, "5M": 300_000, "1h": 3_600_000 };
  for (const [text, ms] of Object.entries(right)) assertEquals(read(duration, text), ms);
  assertEquals(read(duration, 42), 42);
  for (const text of ["", "0", "2h", "-1s", "1.5s", "soon", "1 s", "9".repeat(13)]) {
    assertEquals(read(duration, text), "wants a duration from 1ms to 1h, as 500ms, 30s or 1h");
  }
});

Deno.test("a secret is a text or names a file", () => {
  const revealed = read(setting.secret(), "token");
  assertEquals(revealed instanceof Secret && revealed.reveal(), "token");
  assertEquals(read(setting.secret(), { file: "/x" }) instanceof Secret, true);
  for (const value of [7, { path: "/x" }, ["x"]]) {
    assertEquals(
      read(setting.secret(), value),
      "wants a text, or {file: PATH} to have it read from there",
    );
  }
});
