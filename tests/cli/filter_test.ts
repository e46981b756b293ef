import { assert, assertEquals, assertObjectMatch } from "../assert.ts";
import { falcod } from "./program.ts";

Deno.test("falcod filter parse shows the tree, with places in the condition", async () => {
  const { code, out } = await falcod([
    "filter",
    "parse",
    "--json",
    "evt.type=open and not some_macro",
  ]);
  assertEquals(code, 0);
  const { normalized, ast } = JSON.parse(out);
  assertEquals(normalized, "(evt.type = open and not some_macro)");
  assertObjectMatch(ast, {
    kind: "and",
    children: [{ kind: "comparison", operator: "=", span: { start: 0, end: 13 } }, { kind: "not" }],
  });
});

Deno.test("falcod filter parse joins words, and points at what is wrong", async () => {
  const [good, bad] = await Promise.all([
    falcod(["filter", "parse", "proc.name", "exists"]),
    falcod(["filter", "parse", "(proc.name = cat"]),
  ]);
  assertEquals([good.code, bad.code], [0, 1]);
  assert(good.out.startsWith("proc.name exists\n"), good.out);
  assert(/<condition>:1:1: error\[F003\]/.test(bad.error), bad.error);
});

Deno.test("falcod filter check knows fields and the values they take", async () => {
  const [good, unknown, wrong] = await Promise.all([
    falcod(["filter", "check", "--json", "proc.name = cat"]),
    falcod(["filter", "check", "--json", "proc.nmae = cat"]),
    falcod(["filter", "check", "--json", "proc.pid = abc"]),
  ]);
  assertEquals([good.code, unknown.code, wrong.code], [0, 1, 1]);
  assertEquals(JSON.parse(good.out).ok, true);
  assertEquals(JSON.parse(unknown.out).diagnostics[0].code, "F012");
  assertEquals(JSON.parse(wrong.out).diagnostics[0].code, "F014");
});

Deno.test("falcod filter events names the types a condition can match", async () => {
  const { code, out } = await falcod(["filter", "events", "evt.type in (open, openat)"]);
  assertEquals([code, out], [0, "open\nopenat\n"]);
});
