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

Deno.test("falcod describe names the plugins that a rule would need in Falco", async () => {
  using folder = new Folder({
    "rules.yaml": RULES.replace("ran", "ran in %container.name") +
      "- {rule: Audit, desc: d, condition: ka.verb = get, output: got, priority: INFO, " +
      "source: k8s_audit}\n",
  });
  const rules = folder.file("rules.yaml");
  const [text, ...outputs] = await Promise.all([
    falcod(["describe", "-r", rules]),
    falcod(["describe", "--json", "-r", rules]),
    falcod(["-L", "-r", rules, "-o", "json_output=true"]),
    falcod(["-V", rules, "-L", "-o", "json_output=true"]),
  ]);
  assert(/^ {2}plugins {5}container$/m.test(text.out), text.out);
  for (const { out, error } of outputs) {
    const described = JSON.parse(out);
    const found = (described.falco_describe_results ?? described).rules as {
      details: { plugins: string[] };
    }[];
    const plugins = found.map(({ details }) => details.plugins);
    assertEquals(plugins, [[], ["container"], ["k8saudit"]], error);
  }
});

Deno.test("falcod describe, list rules, explain and filter take -o, and say what is wrong with it", async () => {
  using folder = new Folder({
    "rules.yaml": RULES,
    "falco.yaml": "rules_files: [none.yaml]\nstdout_output: {enabled: true}\n",
  });
  const event = '{"evt.type": "execve"}';
  const commands = [
    ["describe"],
    ["list", "rules"],
    ["explain", "Other", "--event", event],
    ["filter", "check", "opened"],
  ];
  const given = ["-o", `rules_files=[${folder.file("rules.yaml")}]`, "-o", "json_otput=true"];
  for (const command of commands) {
    const args = [...command, "-c", "falco.yaml", ...given];
    const { code, out, error } = await falcod(args, { folder: folder.path });
    assertEquals(code, 0, error);
    assert(/Other|opened/.test(out), out);
    assert(error.includes('did you mean "json_output"?'), error);
  }
});
