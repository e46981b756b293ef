/** Rule files changed at random: they load or are diagnosed, with places inside the file; nothing throws. */
import { renderJson, renderText, Report, SourceText } from "../../core/base/mod.ts";
import { syscallFields } from "../../core/field/mod.ts";
import { loadRules, readRuleFile } from "../../core/rule/mod.ts";
import { assert } from "../assert.ts";
import { Random } from "./random.ts";

const SEED = Number(Deno.env.get("FALCOD_SEED") ?? Date.now() % 2 ** 32);

const RULES = `- required_engine_version: 0.57.0
- required_plugin_versions:
    - name: container
      version: 0.4.0
- list: shells
  items: [sh, bash, '"a b"']
- list: more
  items: [shells, zsh]
- macro: spawned
  condition: (evt.type in (execve, execveat))
- macro: shell
  condition: (spawned and proc.name in (more))
- rule: Shell
  desc: >
    a shell
  condition: >
    shell and not fd.name startswith /tmp
    and proc.pname != cron
  exceptions:
    - name: e
      fields: [proc.name, fd.name]
      comps: [=, startswith]
      values:
        - [sh, /x]
    - name: f
      fields: proc.name
      values: [bash]
  output: Shell %proc.name (%fd.name %proc.aname[2])
  priority: WARNING
  tags: [a, b]
- rule: Shell
  condition: or evt.type = open
  priority: ERROR
  exceptions:
    - name: f
      values: [zsh]
  override:
    condition: append
    priority: replace
    exceptions: append
- rule: Shell
  enabled: false
`;
const PIECES = [
  " ",
  "\n",
  "\n- ",
  "  ",
  ":",
  ": ",
  "'",
  '"',
  "[",
  "]",
  "{",
  "}",
  ",",
  "(",
  ")",
  "#",
  "&a ",
  "*a",
  "|",
  ">",
  "and",
  "or",
  "not ",
  "in ",
  "=",
  "rule",
  "macro",
  "list",
  "override",
  "append",
  "true",
  "exceptions",
  "values",
  "shells",
  "proc.name",
  "evt.type",
  "%",
  "%x[",
  "\\",
  "\t",
  "~",
  "é",
  "- rule: x\n",
  "append: true\n",
];

/** Deletes, doubles, moves or inserts a few stretches. */
function mutate(text: string, random: Random): string {
  for (let changes = 1 + random.below(4); changes > 0; changes--) {
    const start = random.below(text.length + 1);
    const end = Math.min(text.length, start + random.below(random.below(5) === 0 ? 200 : 12));
    const insert = random.below(3) === 0
      ? ""
      : random.below(3) === 0
      ? text.slice(random.below(text.length), random.below(text.length))
      : random.pick(PIECES);
    text = text.slice(0, start) + insert + text.slice(random.below(2) === 0 ? start : end);
  }
  return text;
}

function load(text: string): void {
  const report = new Report();
  const file = readRuleFile(new SourceText("random.yaml", text), report);
  const ruleset = loadRules([file], {
    fieldsOf: (source) => source === "syscall" ? syscallFields : undefined,
    engineVersion: "0.63.0",
    minimumPriority: "Debug",
  }, report);
  assert((ruleset === undefined) === report.hasErrors || !file.complete, "errors or a ruleset");
  renderText(report.diagnostics);
  for (const { at } of renderJson(report.diagnostics)) {
    assert(at && at.offset >= 0 && at.endOffset >= at.offset && at.endOffset <= text.length);
  }
}

Deno.test(`a rule file changed at random loads or is diagnosed (seed ${SEED})`, () => {
  const random = new Random(SEED);
  for (let round = 0; round < 1000; round++) {
    const text = mutate(RULES, random);
    try {
      load(text);
    } catch (error) {
      throw new Error(`seed ${SEED}, round ${round}:\n${text}`, { cause: error });
    }
  }
});

Deno.test("the rule file that is changed is right as it stands", () => {
  const report = new Report();
  const file = readRuleFile(new SourceText("rules.yaml", RULES), report);
  const context = {
    fieldsOf: () => syscallFields,
    engineVersion: "0.63.0",
    minimumPriority: "Debug",
  } as const;
  assert(loadRules([file], context, report), renderText(report.diagnostics));
});
