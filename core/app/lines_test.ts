import { assertEquals } from "../../tests/assert.ts";
import { type ByteReader, type Line, readLines } from "./lines.ts";

/** Gives the chunks one after the other, whatever the size of the buffer. */
function readerOf(chunks: readonly (string | Uint8Array)[]): ByteReader {
  const waiting = chunks.map((chunk) =>
    typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk
  );
  return {
    read(buffer) {
      const next = waiting.shift();
      if (!next) return Promise.resolve(null);
      buffer.set(next);
      return Promise.resolve(next.length);
    },
  };
}

async function linesOf(chunks: readonly (string | Uint8Array)[], maxBytes = 10): Promise<Line[]> {
  return await Array.fromAsync(readLines(readerOf(chunks), maxBytes));
}

const text = (text: string) => ({ kind: "text", text }) as const;
const TOO_LONG = { kind: "unusable", reason: "too long" } as const;
const NOT_UTF8 = { kind: "unusable", reason: "not UTF-8" } as const;

Deno.test("readLines() gives every line, empty ones too, wherever the chunks end", async () => {
  assertEquals(await linesOf([]), []);
  assertEquals(await linesOf(["a\n\nb"]), [text("a"), text(""), text("b")]);
  assertEquals(await linesOf(["a", "b", "\n", "c\nd", "\n"]), [text("ab"), text("c"), text("d")]);
  const umlaut = new TextEncoder().encode("ä\n");
  assertEquals(await linesOf([umlaut.slice(0, 1), umlaut.slice(1)]), [text("ä")]);
});

Deno.test("readLines() passes over a line that is too long and goes on with the next", async () => {
  assertEquals(await linesOf(["0123456789\n", "01234567890\nx\n"]), [
    text("0123456789"),
    TOO_LONG,
    text("x"),
  ]);
  assertEquals(await linesOf(["01234567", "89a", "b".repeat(1000), "\nx"]), [TOO_LONG, text("x")]);
  assertEquals(await linesOf(["012345678901"]), [TOO_LONG]);
});

Deno.test("readLines() tells bytes that are no text and goes on with the next line", async () => {
  assertEquals(await linesOf([new Uint8Array([0xff, 0x0a]), "x\n"]), [NOT_UTF8, text("x")]);
});
