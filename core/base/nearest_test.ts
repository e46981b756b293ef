import { assertEquals } from "../../tests/assert.ts";
import { didYouMean, type Effort, effortOfRun, nearest } from "./nearest.ts";

Deno.test("nearest() finds the name with the fewest slips", () => {
  const names = ["proc.name", "proc.pname", "fd.name", "evt.type"];
  assertEquals(nearest("proc.nmae", names), "proc.name");
  assertEquals(nearest("proc.pnam", names), "proc.pname");
  assertEquals(nearest("evt.tpe", names), "evt.type");
  assertEquals(nearest("FD.NAME", names), "fd.name");
});

Deno.test("nearest() suggests nothing that a slip does not explain", () => {
  assertEquals(nearest("container.id", ["fd.name", "evt.type"]), undefined);
  assertEquals(nearest("ab", ["xy"]), undefined);
  assertEquals(nearest("", ["a"]), undefined);
  assertEquals(nearest("a".repeat(101), ["a".repeat(100)]), undefined);
});

Deno.test("nearest() counts swapped neighbours as one slip and keeps the first of equals", () => {
  assertEquals(nearest("tset", ["best", "test"]), "test");
  assertEquals(nearest("bat", ["cat", "hat"]), "cat");
});

Deno.test("nearest() prefers, of equally near names, the one that begins in the same way", () => {
  assertEquals(nearest("fd.nam", ["fd.num", "fd.name"]), "fd.name");
  assertEquals(nearest("fd.nam", ["fd.name", "fd.num"]), "fd.name");
});

Deno.test("nearest() takes one or two letters for no other name than the same in another case", () => {
  assertEquals(nearest("1", ["y", "no"]), undefined);
  assertEquals(nearest("x1", ["L1", "X1"]), "X1");
  assertEquals(nearest("x1", ["L1", "x"]), undefined);
});

Deno.test("didYouMean() words the suggestion, or says nothing", () => {
  assertEquals(didYouMean("condtion", ["condition"]), 'did you mean "condition"?');
  assertEquals(didYouMean("zzzz", ["condition"]), undefined);
});

Deno.test("nearest() looks at the first of very many candidates only", () => {
  const many = Array.from({ length: 10_000 }, (_, i) => `entirely_different_${i}`);
  assertEquals(nearest("shell", ["shells", ...many]), "shells");
  assertEquals(nearest("shell", [...many, "shells"]), undefined);
});

Deno.test("nearest() takes no effort for names that differ in length or letters", () => {
  const effort: Effort = { letters: 1 };
  const names = ["shell_binaries", "bash", "known_binaries", "xyz"];
  for (let round = 0; round < 5; round++) {
    assertEquals(nearest("chrome_sandbox", names, effort), undefined);
  }
  assertEquals(effort.letters > 0, true);
});

Deno.test("nearest() suggests nothing any more when the effort of a run is spent", () => {
  const effort = effortOfRun();
  const names = Array.from({ length: 2000 }, (_, i) => `some long rule name that is there ${i}`);
  let suggested = 0, asked = 0;
  const counted = {
    *[Symbol.iterator]() {
      for (const name of names) {
        asked++;
        yield name;
      }
    },
  };
  for (let i = 0; i < 5000; i++) {
    if (nearest(`sme long rule name that is there ${i}`, counted, effort) !== undefined) {
      suggested++;
    }
  }
  assertEquals(suggested > 100, true);
  assertEquals(asked < 1_000_000, true, `${asked}`);
  assertEquals(nearest("sme", ["some"], effort), undefined);
});
