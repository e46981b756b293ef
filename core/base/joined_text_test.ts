import { assertEquals } from "../../tests/assert.ts";
import { TextJoiner } from "./joined_text.ts";
import { SourceText, toFile } from "./text.ts";

const first = new SourceText("a.yaml", "0123456789");
const second = new SourceText("b.yaml", "abcdef");
const inner = new SourceText("a.yaml", "345", { text: first, map: (offset) => offset + 3 });

Deno.test("TextJoiner keeps the place of every piece, also over files", () => {
  const text = new TextJoiner().add(inner).addFor(second.span(4, 5), " and ").add(second).build(
    "a.yaml",
  );
  assertEquals(text.text, "345 and abcdef");
  const place = (start: number, end: number) => {
    const span = toFile(text.span(start, end));
    return [span.source.name, span.start, span.end];
  };
  assertEquals(place(1, 3), ["a.yaml", 4, 6]);
  assertEquals(place(4, 7), ["b.yaml", 4, 4]);
  assertEquals(place(8, 10), ["b.yaml", 0, 2]);
  assertEquals(place(14, 14), ["b.yaml", 6, 6]);
});

Deno.test("TextJoiner ends a span at its first piece, which is where it begins", () => {
  const text = new TextJoiner().add(inner).add(second).build("a.yaml");
  const { source, start, end } = toFile(text.span(1, 8));
  assertEquals([source.name, start, end], ["a.yaml", 4, 6]);
});

Deno.test("TextJoiner builds an empty text from nothing", () => {
  assertEquals(new TextJoiner().build("x").text, "");
});
