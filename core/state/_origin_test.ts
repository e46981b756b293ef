import { assert, assertEquals } from "../../tests/assert.ts";
import { type Image, withWords, Words, wordsOf } from "../event/mod.ts";
import { imageCalled, isSameProgram } from "./_origin.ts";
import { image } from "./testing.ts";

/** As sources have it that do not take long lists apart. */
function lazy(args: string): Image {
  return withWords(image("sh"), { args: new Words(args), env: new Words("e\0".repeat(9000)) });
}

function isApart(image: Image): boolean {
  const words = wordsOf(image);
  return words === undefined || words.args.isApart || words.env.isApart;
}

Deno.test("long arguments are not taken apart to find out whether programs are the same", () => {
  const long = "a\0".repeat(9000);
  const [one, other] = [lazy(long), lazy(long)];
  assert(isSameProgram(one, other));
  assert(!isSameProgram(one, lazy(`b\0${long.slice(2)}`)));
  assert(!isApart(one) && !isApart(other));
});

Deno.test("programs whose lists are there are the same when their texts are", () => {
  const plain = { ...image("sh"), args: ["a", "b"] };
  assert(isSameProgram(plain, { ...plain, args: ["a", "b"], comm: "other" }));
  assert(!isSameProgram(plain, { ...plain, args: ["a\0b"] }));
  assert(isSameProgram(plain, withWords(plain, { args: new Words("a\0b"), env: new Words("") })));
});

Deno.test("a child that is called something else shares its parent's lists as they are", () => {
  const parent = lazy("a\0".repeat(9000)), child = imageCalled(parent, "other");
  assertEquals([child.comm, child.exe], ["other", parent.exe]);
  assert(!isApart(parent) && wordsOf(child) === wordsOf(parent));
  assert(imageCalled(parent, parent.comm) === parent);
});
