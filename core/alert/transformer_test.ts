import { assertEquals } from "../../tests/assert.ts";
import type { FieldValue } from "../field/mod.ts";
import { TRANSFORMERS } from "./transformer.ts";

function apply(name: string, ...values: NonNullable<FieldValue>[]): FieldValue {
  return TRANSFORMERS.get(name)!.apply(values, undefined);
}

function getopt(args: string[], known: string, option?: string): FieldValue {
  return TRANSFORMERS.get("getopt")!.apply([args, known], option);
}

Deno.test("toupper and tolower change ASCII letters only", () => {
  assertEquals(apply("toupper", "init-ü"), "INIT-ü");
  assertEquals(apply("tolower", "INIT-Ü"), "init-Ü");
  assertEquals(apply("toupper", ["a", "b"]), ["A", "B"]);
});

Deno.test("basename is what follows the last slash", () => {
  assertEquals(apply("basename", "/usr/bin/cat"), "cat");
  assertEquals(apply("basename", "cat"), "cat");
  assertEquals(apply("basename", "/usr/bin/"), "");
});

Deno.test("b64 decodes with and without padding, and is absent for anything else", () => {
  assertEquals(apply("b64", "aGVsbG8="), "hello");
  assertEquals(apply("b64", "aGVsbG8"), "hello");
  assertEquals(apply("b64", "!"), undefined);
  assertEquals(apply("b64", new TextEncoder().encode("aGk=")), new TextEncoder().encode("hi"));
});

Deno.test("len counts bytes of text and items of lists", () => {
  assertEquals(apply("len", "ü"), 2);
  assertEquals(apply("len", ["a", "b", "c"]), 3);
  assertEquals(apply("len", new Uint8Array(5)), 5);
});

Deno.test("join and concat put text together", () => {
  assertEquals(apply("join", "->", ["a", "b"]), "a->b");
  assertEquals(apply("concat", "a", "b", "c"), "abc");
});

Deno.test("getopt lists options, their arguments and what is wrong with them", () => {
  assertEquals(getopt(["-nt", "5", "-x", "rest", "-n"], "nt:"), ["n", "t", "5", "?"]);
  assertEquals(getopt(["--long", "-tvalue", "--", "-n"], "nt:"), ["t", "value"]);
  assertEquals(getopt(["-t"], "t:"), [""]);
});

Deno.test("getopt with an option gives its last argument, or nothing when it was not given", () => {
  assertEquals(getopt(["-t", "1", "-t2", "-n"], "nt:", "t"), "2");
  assertEquals(getopt(["-n"], "n", "n"), "n");
  assertEquals(getopt(["-n"], "nt:", "t"), undefined);
  assertEquals(getopt(["-t"], "t:", "t"), "");
});
