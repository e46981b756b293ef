import { assertEquals, assertThrows } from "../../../tests/assert.ts";
import { parseFields, parseOutput, withoutTruths } from "./arguments.ts";

Deno.test("parseFields() takes commas and blanks between names, but not inside of brackets", () => {
  assertEquals(parseFields("evt.num proc.name"), "evt.num,proc.name");
  assertEquals(
    parseFields(" evt.num, proc.aname[2],evt.arg[0]"),
    "evt.num,proc.aname[2],evt.arg[0]",
  );
  assertEquals(
    parseFields("ka.user.extra[a b] toupper( proc.name )"),
    "ka.user.extra[a b],toupper( proc.name )",
  );
});

Deno.test("parseFields() and parseOutput() want something to print", () => {
  for (const text of ["", " ", ", ,"]) assertThrows(() => parseFields(text), /are wanted/);
  assertThrows(() => parseFields("%evt.num,%proc.name"), /Write evt.num without %/);
  for (const text of ["", " "]) assertThrows(() => parseOutput(text), /is wanted/);
  assertEquals(parseOutput("%evt.num "), "%evt.num ");
});

Deno.test("withoutTruths() takes a flag with true or false behind it as Falco does", () => {
  const switches = new Set(["--dry-run", "--unbuffered"]);
  const cases: Readonly<Record<string, string>> = {
    "--dry-run=true --unbuffered=1": "--dry-run --unbuffered",
    "--dry-run=false -U --unbuffered=F": "-U",
    "--dry-run=maybe -o a=true --pidfile=true": "--dry-run=maybe -o a=true --pidfile=true",
    "-- --dry-run=true": "-- --dry-run=true",
  };
  for (const [args, meant] of Object.entries(cases)) {
    assertEquals(withoutTruths(args.split(" "), switches), meant.split(" "), args);
  }
});
