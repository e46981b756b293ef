/** Rule files changed at random: they load or are diagnosed. `deno task fuzz` does 100,000 of them. */
import { renderText, Report, SourceText } from "../../core/base/mod.ts";
import { syscallFields } from "../../core/field/mod.ts";
import { loadRules, readRuleFile } from "../../core/rule/mod.ts";
import { assert } from "../assert.ts";
import { judgeRuleFiles, piecesOf } from "./rule_file_judge.ts";

const SEED = Number(Deno.env.get("FALCOD_SEED") ?? Date.now() % 2 ** 32);
const CASES = 1000;

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
Deno.test(`a rule file changed at random loads or is diagnosed (seed ${SEED})`, () => {
  const { loaded, diagnosed } = judgeRuleFiles(SEED, CASES, [piecesOf(RULES)]);
  assert(loaded > CASES / 20 && diagnosed > CASES / 20, `${loaded} of ${CASES} loaded`);
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
