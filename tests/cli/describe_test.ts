import { assert, assertEquals, assertObjectMatch } from "../assert.ts";
import { falcod, Folder } from "./program.ts";

const RULES = `
- list: inner
  items: [sh]
- list: shells
  items: [bash, inner]
- macro: opened
  condition: evt.type = open
- macro: unused
  condition: proc.name = nobody
- rule: Shell reads
  desc: a shell reads
  condition: opened and proc.name in (shells)
  output: read %fd.name
  priority: WARNING
  tags: [b, a]
- rule: Other
  desc: something else
  condition: evt.type = execve
  output: ran
  priority: INFO
`;

Deno.test("falcod describe tells a rule's compiled condition, and what it is made of", async () => {
  using folder = new Folder({ "rules.yaml": RULES });
  const args = ["describe", "-r", folder.file("rules.yaml"), "Shell reads"];
  const [text, json] = await Promise.all([falcod(args), falcod([...args, "--json"])]);
  assertEquals([text.code, json.code], [0, 0], text.error + json.error);
  assert(text.out.includes("(evt.type = open and proc.name in (bash, sh))"), text.out);
  assert(!text.out.includes("unused"), text.out);
  const { rules, macros, lists } = JSON.parse(json.out);
  assertEquals(rules.length, 1);
  assertObjectMatch(rules[0], {
    info: { name: "Shell reads", condition: "opened and proc.name in (shells)", tags: ["a", "b"] },
    details: {
      condition_fields: ["evt.type", "proc.name"],
      condition_operators: ["=", "in"],
      macros: ["opened"],
      lists: ["shells"],
      output_fields: ["fd.name"],
    },
  });
  assertEquals(macros.map(nameOf), ["opened"]);
  assertEquals(lists.map(nameOf), ["inner", "shells"]);
});

const nameOf = ({ info }: { info: { name: string } }) => info.name;

Deno.test("falcod describe without a rule tells all, used or not", async () => {
  using folder = new Folder({ "rules.yaml": RULES });
  const { code, out } = await falcod(["describe", "--json", "-r", folder.file("rules.yaml")]);
  assertEquals(code, 0);
  const { rules, macros } = JSON.parse(out);
  assertEquals(rules.map(nameOf), ["Shell reads", "Other"]);
  assertEquals(macros.map(nameOf), ["opened", "unused"]);
});

Deno.test("falcod describe names the rule that was probably meant", async () => {
  using folder = new Folder({ "rules.yaml": RULES });
  const { code, error } = await falcod([
    "describe",
    "-r",
    folder.file("rules.yaml"),
    "Shell raeds",
  ]);
  assertEquals(code, 1);
  assert(error.includes("Shell reads"), error);
});

Deno.test("falcod validate --json has Falco's results beside its own", async () => {
  using folder = new Folder({
    "good.yaml": RULES,
    "bad.yaml": RULES.replace("evt.type = execve", "proc.nmae = cat"),
  });
  const [good, bad] = await Promise.all([
    falcod(["validate", "--json", folder.file("good.yaml")]),
    falcod(["validate", "--json", folder.file("bad.yaml")]),
  ]);
  assertEquals([good.code, bad.code], [0, 1]);
  const fine = JSON.parse(good.out), broken = JSON.parse(bad.out);
  assertEquals(fine.falco_describe_results.rules.map(nameOf), ["Shell reads", "Other"]);
  const [loaded] = fine.falco_load_results;
  assertObjectMatch(loaded, { name: folder.file("good.yaml"), successful: true, errors: [] });
  assertEquals(loaded.warnings.map(({ code }: { code: string }) => code), ["LOAD_UNUSED_MACRO"]);
  assertEquals(broken.falco_describe_results, undefined);
  assertObjectMatch(broken.falco_load_results[0], { successful: false });
  const [error] = broken.falco_load_results[0].errors;
  assertObjectMatch(error, {
    code: "LOAD_ERR_COMPILE_CONDITION",
    codedesc: "Error compiling condition",
  });
  const { line, column } = broken.diagnostics.find(({ code }: { code: string }) => code === "F012")
    .at;
  const { position } = error.context.locations.at(-1);
  assertObjectMatch(position, { line: line - 1, column: column - 1 });
});
