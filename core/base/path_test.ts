import { assertEquals } from "../../tests/assert.ts";
import { corpusTest, parseLines, readCorpus } from "../../tests/corpus.ts";
import { joinPath } from "./path.ts";

Deno.test("joinPath() leaves a plain absolute path as it is", () => {
  assertEquals(joinPath("/home/", "/etc/shadow"), "/etc/shadow");
  assertEquals(joinPath("/home/", "/"), "/");
  assertEquals(joinPath("/", "/etc/.hidden/..data/a..b"), "/etc/.hidden/..data/a..b");
});

Deno.test("joinPath() joins and normalizes a relative path", () => {
  assertEquals(joinPath("/etc/", "shadow"), "/etc/shadow");
  assertEquals(joinPath("/etc/", "../etc/./shadow"), "/etc/shadow");
  assertEquals(joinPath("/", "../../etc//shadow/"), "/etc/shadow");
});

interface Case {
  readonly fn: string;
  readonly args: readonly unknown[];
  readonly expect: unknown;
}

const CASES = "libs-utils.jsonl";

corpusTest(
  "joinPath() agrees with every text case of upstream's concatenate_paths",
  [CASES],
  () => {
    const cases = parseLines<Case>(readCorpus(CASES)).filter(({ fn, args, expect }) =>
      fn === "concatenate_paths" && typeof args[1] === "string" && typeof expect === "string"
    );
    for (const { args, expect } of cases) {
      assertEquals(joinPath(args[0] as string, args[1] as string), expect, JSON.stringify(args));
    }
  },
);
