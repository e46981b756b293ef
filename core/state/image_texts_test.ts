import { assert, assertEquals } from "../../tests/assert.ts";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { decodeUtf8, encodeUtf8 } from "../base/mod.ts";
import { type Image, withWords, Words } from "../event/mod.ts";
import { cutImage, TEXT_LIMITS } from "./image_texts.ts";
import { image } from "./testing.ts";

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

function heapBytes(): number {
  collectGarbage();
  return Deno.memoryUsage().heapUsed;
}

const PROGRAMS = 32, TEXT_UNITS = 1 << 20;
const SH = image("sh");
const NO_WORDS = new Words("");

/** What is left of them, of each a text of its own. */
function programs(programOf: (text: string) => Image): Image[] {
  return Array.from({ length: PROGRAMS }, (_, n) => {
    // Flat, so that what is sliced off it is a part of it and no copy.
    const text = decodeUtf8(encodeUtf8(`${n % 10}`.repeat(TEXT_UNITS)));
    const whole = programOf(text);
    const cut = cutImage(whole, TEXT_LIMITS[0]!);
    assert(cut !== whole);
    return cut;
  });
}

const HALF = TEXT_UNITS / 2;

for (
  const [what, programOf] of [
    ["a single argument", (text) => ({ ...SH, args: [text] })],
    ["an argument that is a part", (text) => ({ ...SH, args: [text.slice(HALF)] })],
    ["several arguments", (text) => ({ ...SH, args: [text.slice(0, 2000), text.slice(2000)] })],
    ["an environment", (text) => ({ ...SH, env: [text] })],
    ["a path", (text) => ({ ...SH, exePath: text })],
    ["long words", (text) => withWords(SH, { args: new Words(text), env: NO_WORDS })],
  ] satisfies [string, (text: string) => Image][]
) {
  Deno.test(`what cutImage() leaves of ${what} keeps alive no more than that`, () => {
    const before = heapBytes();
    const kept = programs(programOf);
    assert(heapBytes() - before < PROGRAMS * TEXT_UNITS / 4);
    assertEquals(kept.length, PROGRAMS);
  });
}
