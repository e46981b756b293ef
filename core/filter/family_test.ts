import { assertEquals } from "../../tests/assert.ts";
import { SourceText } from "../base/mod.ts";
import type { FieldType } from "../field/mod.ts";
import type { Literal } from "./condition.ts";
import { type Constant, readConstant, readHexadecimal } from "./family.ts";

function literal(text: string): Literal {
  return { kind: "literal", text, quoted: true, span: new SourceText("<test>", text).all };
}

function read(text: string, type: FieldType): Constant | string {
  const reading = readConstant(literal(text), type);
  return "problem" in reading ? `no: ${reading.problem}` : reading.value;
}

Deno.test("readConstant() gives integers the value scanf(3) gives them", () => {
  const cases: readonly (readonly [text: string, type: FieldType, value: Constant])[] = [
    ["7", "UINT8", 7],
    [" +7", "INT32", 7],
    ["300", "UINT8", 44],
    ["200", "INT8", -56],
    ["-1", "UINT32", 4294967295],
    ["-1", "UINT64", 2n ** 64n - 1n],
    ["9007199254740993", "UINT64", 9007199254740993n],
    ["99999999999999999999", "INT64", 2n ** 63n - 1n],
    ["-99999999999999999999", "INT64", -(2n ** 63n)],
    ["99999999999999999999", "ABSTIME", 2n ** 64n - 1n],
    ["65536", "PORT", 0],
  ];
  for (const [text, type, value] of cases) assertEquals(read(text, type), value, `${text} ${type}`);
});

Deno.test("readConstant() reads a port as digits, the name of a service, or nothing", () => {
  const cases: readonly (readonly [text: string, value: Constant | "no"])[] = [
    ["80", 80],
    ["080", 80],
    ["65616", 80],
    ["2147483647", 65535],
    ["", 0],
    ["https", 443],
    ["www", 80],
    ["ftp-data", 20],
    ["HTTPS", "no"],
    ["htps", "no"],
    ["2147483648", "no"],
    ["9".repeat(100_000), "no"],
    ["-1", "no"],
    ["+80", "no"],
    [" 80", "no"],
    ["0x50", "no"],
    ["constructor", "no"],
  ];
  for (const [text, value] of cases) {
    const found = read(text, "PORT");
    assertEquals(String(found).startsWith("no: ") ? "no" : found, value, text.slice(0, 20));
  }
});

Deno.test("readConstant() refuses what is no value of the type", () => {
  const cases: readonly (readonly [text: string, type: FieldType])[] = [
    ["", "INT64"],
    ["0x10", "UINT64"],
    ["1.5", "DOUBLE"],
    ["1e3", "INT64"],
    ["9".repeat(99), "INT64"],
    ["TRUE", "BOOL"],
    ["1", "BOOL"],
    ["1.2.3", "IPADDR"],
    ["10.0.0.0/33", "IPNET"],
    ["a\0", "CHARBUF"],
    ["x", "SOCKFAMILY"],
  ];
  for (const [text, type] of cases) {
    assertEquals(String(read(text, type)).startsWith("no: "), true, `${text} ${type}`);
  }
});

Deno.test("readHexadecimal() reads pairs of digits of either case", () => {
  assertEquals(readHexadecimal(literal("7fAb")), { value: new Uint8Array([0x7f, 0xab]) });
  assertEquals("problem" in readHexadecimal(literal("7f4")), true);
  assertEquals("problem" in readHexadecimal(literal("zz")), true);
});
