import { assertEquals } from "../../../tests/assert.ts";
import type { EventDocument, EventDocuments } from "../../plugin/mod.ts";
import { readDocumentFile } from "./document_file.ts";

/** Words in brackets, over any number of lines; like JSON, nothing is read behind what is none. */
const words: EventDocuments = {
  keys: [],
  complete: (part) => part,
  read: (text) => {
    const [, good, rest] = /^((?:\s*\([a-z\s]*\))*)\s*([^]*)$/.exec(text)!;
    const events = [...good!.matchAll(/\(([a-z\s]*)\)/g)].map(([, word]) => ({ value: { word } }));
    return {
      events: events as unknown as EventDocument[],
      problems: rest === "" ? [] : ["no word"],
    };
  },
};

function read(text: string) {
  const { events, problem } = readDocumentFile(text, words);
  return [events.map(({ value }) => value.word), problem];
}

Deno.test("readDocumentFile() passes over lines that are no event, and names the first", () => {
  assertEquals(read("(a)\n(b)\n"), [["a", "b"], undefined]);
  assertEquals(read("(a)\n!\n\n(b)\n"), [["a", "b"], "line 2 cannot be used: no word"]);
  assertEquals(read("(a)\n(b)\n!\n!"), [["a", "b"], "line 3 cannot be used: no word (and 1 more)"]);
});

Deno.test("readDocumentFile() keeps events over several lines before what is wrong", () => {
  assertEquals(read("(a\nb)\n!\n"), [["a\nb"], "no word"]);
  assertEquals(read("!\n?\n"), [[], "no word"]);
});
