import { Buffer } from "node:buffer";
import { assertEquals } from "../../tests/assert.ts";
import { getopt } from "./_getopt.ts";
import { type FieldValue, listOf, type TransformerName, TRANSFORMERS } from "./mod.ts";

function apply(name: TransformerName, ...operands: FieldValue[]): FieldValue {
  return TRANSFORMERS[name].apply(undefined)(...operands);
}

Deno.test("transformers change each value of a list and leave absent ones absent", () => {
  assertEquals(apply("toupper", ["a", "É", "ß"]), ["A", "É", "ß"]);
  assertEquals(apply("tolower", undefined), undefined);
  assertEquals(apply("basename", "/usr/bin/cat"), "cat");
  assertEquals(apply("basename", "cat"), "cat");
  assertEquals(apply("basename", "/usr/bin/"), "");
});

Deno.test("len() counts bytes of strings and values of lists", () => {
  assertEquals(apply("len", "é"), 2);
  assertEquals(apply("len", "é\udcff"), 3);
  assertEquals(apply("len", []), 0);
  assertEquals(apply("len", new Uint8Array(5)), 5);
});

Deno.test("b64() decodes strictly and is absent where it cannot", () => {
  assertEquals(apply("b64", "aGVsbG8="), "hello");
  assertEquals(apply("b64", "aGVsbG8"), "hello");
  assertEquals(apply("b64", ""), "");
  assertEquals(apply("b64", "YQBi"), "a");
  assertEquals(apply("b64", "Yf8="), "a\udcff");
  for (const bad of ["a", "aGVsbG9=", "aGVs bG8", "aGVsbG8===", "=", "aGVs-G8="]) {
    assertEquals(apply("b64", bad), undefined, bad);
  }
  assertEquals(apply("b64", new TextEncoder().encode("YQA=")), Buffer.from([0x61, 0]));
  assertEquals(apply("b64", new TextEncoder().encode("YQ==\0\0")), Buffer.from([0x61]));
  assertEquals(apply("b64", new TextEncoder().encode("YQ\0YQ")), undefined);
});

Deno.test("getopt() stops where options stop", () => {
  assertEquals(getopt(["-ab", "v", "-c", "rest", "-d"], "ab:cd"), ["a", "b", "v", "c"]);
  assertEquals(getopt(["-a", "--", "-b"], "ab"), ["a"]);
  assertEquals(getopt(["--long", "-?x"], "?"), ["?", "?"]);
  assertEquals(getopt(["-t"], "t:"), [""]);
  assertEquals(getopt(["-t", "1", "-t2"], "t:", "t"), "2");
  assertEquals(getopt(["-x"], "t:", "t"), undefined);
  assertEquals(getopt(["-x"], "", "x"), undefined);
});

Deno.test("toupper() and tolower() change ASCII letters only", () => {
  assertEquals(apply("toupper", "init-ü"), "INIT-ü");
  assertEquals(apply("tolower", "INIT-Ü"), "init-Ü");
});

Deno.test("join() and concat() put text together, and are absent where a part is", () => {
  assertEquals(apply("join", "->", ["a", "b"]), "a->b");
  assertEquals(apply("concat", "a", "b", "c"), "abc");
  assertEquals(apply("concat", "a", "b", undefined), undefined);
});

Deno.test("getopt() with an option gives its last value, or nothing when it was not given", () => {
  assertEquals(getopt(["-t", "1", "-t2", "-n"], "nt:", "t"), "2");
  assertEquals(getopt(["-n"], "n", "n"), "n");
  assertEquals(getopt(["-n"], "nt:", "t"), undefined);
  assertEquals(getopt(["-t"], "t:", "t"), "");
});

Deno.test("a list of very many values is spliced into another", () => {
  const many = Array.from({ length: 300_000 }, () => "x");
  assertEquals((listOf(many, 7n) as readonly string[]).length, 300_001);
});
