import { assertEquals } from "../assert.ts";
import { falcod, Folder } from "./program.ts";

/** The unknown key of the second is found before the unknown field of the first. */
const RULES = `
- rule: first
  desc: d
  condition: evt.type = execve and proc.nme = cat
  output: o
  priority: NOTICE
- rule: second
  desc: d
  condtion: evt.type = execve
  output: o
  priority: NOTICE
`;

Deno.test("falcod tells programs of mistakes in the order of files, as it does people", async () => {
  using folder = new Folder({ "rules.yaml": RULES });
  const [text, json] = await Promise.all([
    falcod(["validate", "-r", "rules.yaml"], { folder: folder.path }),
    falcod(["validate", "-r", "rules.yaml", "--json"], { folder: folder.path }),
  ]);
  const shown = [...text.out.matchAll(/^rules\.yaml:(\d+):\d+: \w+\[(\w+)\]/gm)]
    .map(([, line, code]) => [Number(line), code]);
  const told = JSON.parse(json.out).diagnostics as { code: string; at: { line: number } }[];
  assertEquals(told.map(({ at, code }) => [at.line, code]), shown);
  assertEquals(shown.map(([line]) => line), [4, 9]);
});
