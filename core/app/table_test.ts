import { assertEquals } from "../../tests/assert.ts";
import { nameFilter, nothingFound, printMarkdown, printTable } from "./table.ts";

function printed(isTerminal: boolean): string {
  let text = "";
  const output = { write: (more: string) => void (text += more), isTerminal };
  printTable({ heads: ["name", "type"], rows: [["proc.name", "text"], ["fd", "a\nb"]] }, output);
  return text;
}

Deno.test("printTable() aligns columns under heads on a terminal", () => {
  assertEquals(printed(true), "NAME       TYPE\nproc.name  text\nfd         a\\nb\n");
});

Deno.test("printTable() puts tabs between cells in a pipe, and no heads", () => {
  assertEquals(printed(false), "proc.name\ttext\nfd\ta\\nb\n");
});

Deno.test("printMarkdown() keeps cells apart, whatever is in them", () => {
  let text = "";
  const output = { write: (more: string) => void (text += more), isTerminal: false };
  printMarkdown({ heads: ["name", "type"], rows: [["a|b", "c\nd"]] }, output);
  assertEquals(text, "| name | type |\n| --- | --- |\n| a\\|b | c\\nd |\n");
});

Deno.test("nameFilter() looks for a part of the name, or matches a pattern with *", () => {
  assertEquals(nameFilter(undefined)("anything"), true);
  assertEquals(nameFilter("name")("proc.name"), true);
  assertEquals(nameFilter("proc.*")("proc.name"), true);
  assertEquals(nameFilter("proc.*")("evt.proc.name"), false);
});

Deno.test("nothingFound() suggests the near name, or where to look", () => {
  const options = { names: ["proc.name", "fd.name"], instead: "see the list" };
  assertEquals(
    nothingFound("field", "proc.nmae", options),
    'no field "proc.nmae"; did you mean "proc.name"?\n',
  );
  assertEquals(
    nothingFound("field", "*fd.nane*", options),
    'no field "*fd.nane*"; did you mean "fd.name"?\n',
  );
  assertEquals(nothingFound("field", "zzz\x1b", options), 'no field "zzz\\u001b"; see the list\n');
});

Deno.test("printTable() breaks the last column where a terminal is too narrow for it", () => {
  let text = "";
  const output = {
    write: (more: string) => void (text += more),
    isTerminal: true,
    columns: 30,
    hasColours: true,
  };
  printTable({ heads: ["a", "b"], rows: [["x", "one two three four five six seven"]] }, output);
  assertEquals(text, "\x1b[1mA  B\x1b[0m\nx  one two three four five six\n   seven\n");
});
