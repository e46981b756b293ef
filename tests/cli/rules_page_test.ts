/** docs/rules.md: what it shows is right, and it leaves out no key, operator or transformer. */
import { assert, assertEquals } from "../assert.ts";
import { TRANSFORMERS } from "../../core/field/mod.ts";
import { OPERATOR_NAMES } from "../../core/filter/lexer.ts";
import { ruleFileJsonSchema } from "../../core/rule/mod.ts";
import { falcod, Folder, root } from "./program.ts";

const PAGE = Deno.readTextFileSync(`${root}docs/rules.md`);
const SHIPPED = `${root}rules/falco_rules.yaml`;
const BLOCKS = [...PAGE.matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, block]) => block!);

/** Blocks say in their first line which file they are; those that say nothing are rules. */
function blockOf(name: string): string {
  const found = BLOCKS.filter((block) => block.startsWith(`# ${name}\n`));
  assertEquals(found.length, 1, name);
  return found[0]!;
}

const isRules = (block: string) => !/^# (?:falco|my_rules_test)\.yaml$/m.test(block);

/** `| name | meaning | `condition` |` */
const ROWS = [...PAGE.matchAll(/^\| `([^`]+)` +\| [^`\n]*(?:`[^`]*`[^`\n]*)*\| `([^`]+)` +\|$/gm)]
  .map(([, name, condition]) => ({ name: name!, condition: condition! }));

async function validated(...args: string[]): Promise<void> {
  const { code, out } = await falcod(["validate", ...args]);
  assertEquals([code, /0 errors, 0 warnings/.test(out)], [0, true], out);
}

for (const [index, block] of BLOCKS.entries()) {
  if (!isRules(block)) continue;
  Deno.test(`docs/rules.md: block ${index + 1} is taken without a word`, async () => {
    using folder = new Folder({ "page.yaml": block });
    await validated("-r", SHIPPED, "-r", folder.file("page.yaml"));
  });
}

Deno.test("docs/rules.md: the first rule does what the page says", async () => {
  using folder = new Folder({
    "my_rules.yaml": blockOf("my_rules.yaml").replace(/^.*\n/, "#\n"),
    "my_rules_test.yaml": blockOf("my_rules_test.yaml"),
  });
  for (const [, shown] of PAGE.matchAll(/^```console\n\$ ([^]*?)^```$/gm)) {
    const [command, ...lines] = shown!.replace(/ \\\n */, " ").split("\n");
    const [, ...args] = (command!.match(/'[^']*'|"[^"]*"|\S+/g) ?? [])
      .map((word) => word.replace(/^(['"])(.*)\1$/, "$2"));
    const { code, out } = await falcod(args, { folder: folder.path });
    assertEquals([code, out.trim()], [0, lines.join("\n").trim()], command);
  }
});

Deno.test("docs/rules.md: a macro that uses a later one is the mistake that the page names", async () => {
  using folder = new Folder({
    "order.yaml": `
- macro: outer
  condition: (evt.type = openat and inner)
- macro: inner
  condition: (fd.name = /tmp/notes.txt)
- rule: a rule
  desc: for a test
  condition: outer
  output: x
  priority: INFO
`,
  });
  const { code, out } = await falcod(["validate", folder.file("order.yaml")]);
  assertEquals([code, out.match(/error\[\w+\]/g)], [1, ["error[F016]"]], out);
  assert(PAGE.includes("a macro that uses a later macro is a mistake (F016)"));
});

Deno.test("docs/rules.md: its falco.yaml is one that falcod starts with", async () => {
  using folder = new Folder({ "falco.yaml": blockOf("falco.yaml") });
  await validated(folder.file("falco.yaml"));
});

Deno.test("docs/rules.md: each operator and transformer has an example that is right", async () => {
  const named = ROWS.map(({ name }) => name);
  const wanted = [...OPERATOR_NAMES, ...Object.keys(TRANSFORMERS)];
  assertEquals(named.toSorted(), wanted.toSorted());
  for (const { name, condition } of ROWS) {
    assert(condition.includes(`${name}`), `${name}: ${condition}`);
  }
  const rules = ROWS.map(({ name, condition }) => ({
    rule: `example of ${name}`,
    desc: "an example",
    condition: `evt.type = read and ${condition}`,
    output: "x",
    priority: "INFO",
  }));
  using folder = new Folder({ "rows.yaml": JSON.stringify(rules) });
  // The one about = casts its shadow over others.
  await validated("-o", "rule_matching=all", "-r", folder.file("rows.yaml"));
});

Deno.test("docs/rules.md: every key of rules is told", () => {
  const { rule } = ruleFileJsonSchema().$defs as Record<string, { properties: object }>;
  for (const key of Object.keys(rule!.properties)) {
    assert(PAGE.includes(`\n| \`${key}\` `), key);
  }
});
