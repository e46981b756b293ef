import { upstreamDescription } from "../../core/rule/mod.ts";
import { assert, assertEquals } from "../assert.ts";
import { corpusTest, isStandardCorpus, parseLines, readCorpus } from "../corpus.ts";

/** Of the texts beside upstream's codes these are known; the others are in our own words. */
const FILES = ["rule-load.jsonl", "regression.jsonl"];

if (isStandardCorpus) {
  corpusTest("upstreamDescription() has the texts that Falco's results show", FILES, () => {
    const shown = new Map(FILES.flatMap((file) => parseLines(readCorpus(file)).flatMap(textsIn)));
    assert(shown.size > 10);
    for (const [code, text] of shown) assertEquals(upstreamDescription(code), text, code);
  });
}

/** Pairs of code and text, however deep in a case. */
function textsIn(value: unknown): [code: string, text: string][] {
  if (typeof value !== "object" || value === null) return [];
  const inner = Object.values(value).flatMap(textsIn);
  if (!("code" in value && "codedesc" in value)) return inner;
  return [[String(value.code), String(value.codedesc)], ...inner];
}
