import { Buffer } from "node:buffer";
import { assertEquals } from "../../tests/assert.ts";
import type { FieldValue } from "../field/mod.ts";
import { check, evaluate } from "./testing.ts";
import { getopt } from "./getopt.ts";
import { TRANSFORMER_TABLE } from "./transformers.ts";
import type { TransformerName } from "./condition.ts";

function apply(name: TransformerName, ...operands: FieldValue[]): FieldValue {
  return TRANSFORMER_TABLE[name].apply(undefined)(...operands);
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
  assertEquals(apply("len", []), 0);
  assertEquals(apply("len", new Uint8Array(5)), 5);
});

Deno.test("b64() decodes strictly and is absent where it cannot", () => {
  assertEquals(apply("b64", "aGVsbG8="), "hello");
  assertEquals(apply("b64", "aGVsbG8"), "hello");
  assertEquals(apply("b64", ""), "");
  assertEquals(apply("b64", "YQBi"), "a");
  for (const bad of ["a", "aGVsbG9=", "aGVs bG8", "aGVsbG8===", "=", "aGVs-G8="]) {
    assertEquals(apply("b64", bad), undefined, bad);
  }
  assertEquals(apply("b64", new TextEncoder().encode("YQA=")), Buffer.from([0x61, 0]));
});

Deno.test("join(), concat() and lists put values together, numbers as text", () => {
  assertEquals(apply("join", "-", ["a", "b"]), "a-b");
  assertEquals(apply("concat", "a", "b", undefined), undefined);
  assertEquals(
    evaluate('join(",", (proc.pid, "x", fd.types)) = "7,x,file,pipe"', {
      "proc.pid": 7n,
      "fd.types": ["file", "pipe"],
    }),
    true,
  );
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

Deno.test("transformers on the right compare with what they make of the event", () => {
  const values = { "proc.name": "cat", "proc.exe": "CAT" };
  assertEquals(evaluate("proc.name = tolower(proc.exe)", values), true);
  assertEquals(evaluate("proc.name = val(proc.exe)", values), false);
  assertEquals(evaluate("proc.name != val(proc.exe)", { "proc.name": "cat" }), false);
  assertEquals(evaluate("proc.exe iglob val(proc.name)", values), true);
  assertEquals(evaluate("proc.name in val(proc.name)", values), true);
  assertEquals(evaluate("fd.types in val(fd.types)", { "fd.types": ["a", "b"] }), true);
});

Deno.test("transformers refuse operands and arguments that do not fit", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["toupper(proc.pid) = 1", "F019"],
    ["toupper(proc.name, proc.exe) = A", "F019"],
    ["toupper(proc.name)[x] = A", "F015"],
    ["len(evt.is_open) = 1", "F019"],
    ["basename(fd.ip) = a", "F019"],
    ["join(fd.types, fd.types) = a", "F019"],
    ["concat(fd.name, proc.name) = a", "F019"],
    ["join(',', (evt.is_open)) = a", "F019"],
    ["getopt(fd.types, 'a')[ab] = a", "F015"],
    ["proc.pid = len(proc.name)", "F020"],
    ["proc.name = val(fd.types)", "F020"],
    ["proc.name regex val(proc.exe)", "F021"],
    ["fd.ip = val(fd.sip)", "F021"],
    ["proc.name = val(proc.aname)", "F021"],
    ["proc.name = val(proc.exe)[x]", "F015"],
  ];
  for (const [text, code] of cases) {
    assertEquals(check(text).report.diagnostics.map((found) => found.code), [code], text);
  }
});
