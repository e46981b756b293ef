import { assertEquals } from "../../../tests/assert.ts";
import { sourceText } from "./source_text.ts";

/** The text of what stands at the end of a path in a document. */
function textAt(json: string, ...path: readonly (string | number)[]): string {
  const document = JSON.parse(json);
  let part: unknown = document;
  for (const step of path) part = (part as Record<string | number, unknown>)[step];
  return sourceText(new TextEncoder().encode(json), document, part as object);
}

Deno.test("sourceText() has numbers, escapes and the order of keys as they were written", () => {
  const part = '{"2":1.0,"1":1e3,"big":12345678901234567890,"a":"\\u003cx\\u0026\\/","é":"ü\\""}';
  const json = `{"x":[0,{"y":${part}}],"z":${part.replace("1e3", "7")}}`;
  assertEquals(textAt(json, "x", 1, "y"), part);
  assertEquals(textAt(json, "x"), `[0,{"y":${part}}]`);
  assertEquals(textAt(json), json);
});

Deno.test("sourceText() leaves out blanks that say nothing", () => {
  const json = ' {"a" : { "b c" : [ 1 ,\n\t"d  e\\" f" ] } }\r\n';
  assertEquals(textAt(json, "a"), '{"b c":[1,"d  e\\" f"]}');
});

Deno.test("sourceText() takes the last of members with one name, as readers do", () => {
  const json = '{"a":{"x":1},"b":{"a":[]},"\\u0061":{"x":[2]},"b":{"a":[3]}}';
  assertEquals(textAt(json, "a"), '{"x":[2]}');
  assertEquals(textAt(json, "a", "x"), "[2]");
  assertEquals(textAt(json, "b", "a"), "[3]");
});

Deno.test("sourceText() finds names that JavaScript has itself, and makes do without a place", () => {
  const json = '{"__proto__":{"constructor":{"a":1.50}}}';
  assertEquals(textAt(json, "__proto__", "constructor"), '{"a":1.50}');
  assertEquals(sourceText(new Uint8Array([0x7b, 0x7d]), {}, { other: 1 }), '{"other":1}');
});
