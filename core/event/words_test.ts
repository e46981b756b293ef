import { assert, assertEquals } from "../../tests/assert.ts";
import { Random } from "../../tests/property/random.ts";
import type { Image } from "./change.ts";
import { withWords, Words, wordsOf } from "./words.ts";

const long = "a\0".repeat(9000);
const IMAGE: Image = Object.freeze({
  comm: "cat",
  exe: "cat",
  args: [],
  argsTruncated: false,
  env: [],
  exePath: "/bin/cat",
  exeGiven: "cat",
  exeInode: 0n,
  exeDevice: 0,
  exeCtimeNs: 0n,
  exeMtimeNs: 0n,
  exeWritable: false,
  exeOnOverlayUpper: false,
  exeOnOverlayLower: false,
  exeFromMemfd: false,
});

Deno.test("Words keeps empty texts and a last one that was cut", () => {
  assertEquals(new Words("").list, []);
  assertEquals(new Words("").line, "");
  assertEquals(new Words("\0").list, [""]);
  assertEquals(new Words("cat\0\0a b\0").list, ["cat", "", "a b"]);
  assertEquals(new Words("cat\0--lo").list, ["cat", "--lo"]);
});

Deno.test("Words has the same list and line for long and for short ones, in whatever order asked", () => {
  const random = new Random(4);
  for (let round = 0; round < 100; round++) {
    const pieces = ["a", "", " ", "é", "😀", "\udc80", "\udcff", "x".repeat(random.below(300))];
    const list = Array.from({ length: 1 + random.below(3000) }, () => random.pick(pieces));
    const text = list.join("\0") + random.pick(["", "\0"]);
    const expected = text === ""
      ? []
      : (text.endsWith("\0") ? text.slice(0, -1) : text).split("\0");
    const lineFirst = new Words(text), listFirst = new Words(text);
    assertEquals(new Words(text).count, expected.length);
    assertEquals(lineFirst.line, expected.join(" "));
    assertEquals(lineFirst.list.join("|"), expected.join("|"));
    assertEquals(listFirst.list.length, expected.length);
    assertEquals(listFirst.line, lineFirst.line);
    assert(lineFirst.list === lineFirst.list);
  }
});

Deno.test("Words are the same when their lists are, and are not taken apart to be compared", () => {
  const texts = ["", "\0", "\0\0", "a", "a\0", "a\0b", "ab\0", "\0a", long, `${long}b`, `b${long}`];
  for (const a of texts) {
    for (const b of texts) {
      for (const [isLong, isAlsoLong] of [[true, true], [true, false], [false, false]]) {
        const [one, other] = [new Words(a, isLong), new Words(b, isAlsoLong)];
        const same = JSON.stringify(new Words(a).list) === JSON.stringify(new Words(b).list);
        assertEquals([one.equals(other), other.equals(one)], [same, same]);
      }
    }
  }
  const [one, other] = [new Words(long), new Words(long)];
  assert(one.equals(other) && !one.isApart && !other.isApart);
});

Deno.test("an image with long lists is an image like others, and so are its copies", () => {
  const words = { args: new Words(long), env: new Words("A=1\0B=2\0") };
  const image = withWords(IMAGE, words);
  assert(words.args.isLong && !words.env.isLong);
  assert(wordsOf(image) === words);
  assertEquals(image.args, Array(9000).fill("a"));
  assertEquals(image.env, ["A=1", "B=2"]);
  const copy = { ...image, args: ["other"] };
  assertEquals(wordsOf(copy), undefined);
  assertEquals([copy.args, copy.env, copy.comm], [["other"], ["A=1", "B=2"], "cat"]);
});

Deno.test("Words are counted and cut without being taken apart", () => {
  const words = new Words(long);
  assertEquals([words.isCounted, words.count, words.length], [false, 9000, 17_999]);
  const cut = words.beginning(4096);
  assertEquals([words.isApart, cut.isApart, cut.count], [false, false, 2048]);
  assertEquals(cut.list, Array(2048).fill("a"));
  assert(cut.beginning(4096) === cut, "cut once");
  const apart = new Words("abc\0def\0");
  assertEquals([apart.isApart, apart.count], [true, 2]);
  assertEquals(apart.beginning(6).list, ["abc", "d"]);
  assert(apart.beginning(8) === apart);
});

Deno.test("an image made of another one has its words, and other names", () => {
  const words = { args: new Words(long), env: new Words(long) };
  const whole = withWords(IMAGE, words);
  const copy = withWords(whole, words, { exe: "dog" });
  assertEquals([copy.exe, copy.comm, whole.exe], ["dog", "cat", "cat"]);
  assert(!words.args.isApart && copy.args.length === 9000);
});
