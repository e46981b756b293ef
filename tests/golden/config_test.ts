/**
 * Printed diagnostics of falco.yaml, word for word: `config/<case>.yaml` goes in, `config/<case>.txt`
 * has to come out. `UPDATE_GOLDEN=1` rewrites the expected texts; read the difference before you
 * commit it.
 */
import { checkConfig } from "../../core/app/config/check.ts";
import { readConfigText } from "../../core/app/config/load.ts";
import { settingsOf } from "../../core/app/config/settings.ts";
import { decodeText, renderText, Report } from "../../core/base/mod.ts";
import { Registry } from "../../core/plugin/mod.ts";
import { builtinPlugins } from "../../plugins/mod.ts";
import { assertEquals } from "../assert.ts";

const FOLDER = new URL("./config/", import.meta.url);
const update = Deno.env.get("UPDATE_GOLDEN") === "1";
const printed = new Map<string, string>();

/** Codes that need more than one text: other files, the command line, loaded rules. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  C001: "core/app/config/load_test.ts: a file that is missing",
  C008: "core/app/config/option_test.ts: malformed options",
  C009: "core/app/config/load_test.ts: files that include themselves",
  C011: "core/app/config/load_test.ts: included files that do not exist",
  C012: "core/app/config/load_test.ts: an unknown strategy",
  C014: "core/plugin/registry_test.ts: a plugin's own configuration",
  C018: "tests/c_plugin/wiring_test.ts: libraries that are no plugins",
  C019: "tests/cli/validate_files_test.ts: two configurations",
  C020: "core/app/rule_selection_test.ts: a selection that matches nothing",
  C021: "tests/cli/validate_files_test.ts: a directory without rules",
  C022: "core/app/old_flags_test.ts: old flags that exclude each other",
  C023: "core/app/old_flags_test.ts: old flags",
  C028: "core/app/old_flags_test.ts: old flags",
  C029: "core/app/old_flags_test.ts: old flags",
  C025: "core/app/rules_test.ts: no rule that is enabled",
  C027: "core/app/append_output_test.ts: additions that no rule gets",
  C024: "tests/cli/filter_test.ts: lines that are no condition",
  C031: "core/app/rules_test.ts: rules that want captures",
  C044: "tests/c_plugin/wiring_test.ts: what the schema of a plugin refuses",
  C045: "tests/look_at_sinks_test.ts: what is not there",
  C046: "tests/cli/validate_test.ts: fields that no rule's output has",
  C061: "tests/sidekick/mistakes_test.ts: outputs that lack something",
  C062: "tests/sidekick/mistakes_test.ts: keys without effect",
  C063: "tests/sidekick/settings_test.ts: variables that are not set",
  C064: "tests/cli/validate_test.ts: rules that base_syscalls blinds",
  C065: "core/app/sidekick/look_at_listening_test.ts: addresses and certificates",
  C066: "tests/bare_durations_test.ts: durations without a unit",
  C067: "core/app/config/unruled_sources_test.ts: sources that no rule is about",
};

function print(name: string): string {
  const report = new Report();
  const bytes = Deno.readFileSync(new URL(`${name}.yaml`, FOLDER));
  const source = decodeText(`${name}.yaml`, bytes, report);
  const root = source && readConfigText(source, { environment: () => undefined, report });
  if (root) {
    const config = checkConfig(root, report);
    settingsOf({ config, root, files: [] }, { rulePaths: [], scopeProcessId: undefined }, {
      registry: new Registry(builtinPlugins),
      report,
    });
  }
  return renderText(report.diagnostics);
}

for (
  const { name: file } of [...Deno.readDirSync(FOLDER)].sort((a, b) => a.name < b.name ? -1 : 1)
) {
  if (!file.endsWith(".yaml")) continue;
  const name = file.slice(0, -".yaml".length);
  Deno.test(`golden config/${name} prints what it printed before`, () => {
    const text = print(name);
    printed.set(name, text);
    const expected = new URL(`${name}.txt`, FOLDER);
    if (update) Deno.writeTextFileSync(expected, text);
    else assertEquals(text, Deno.readTextFileSync(expected));
  });
}

Deno.test("every code of falco.yaml has a golden case or a test that is named", () => {
  const texts = [...printed.values()].join("\n");
  const missing = [...codesIn("core/app"), ...codesIn("core/plugin")]
    .filter((code) => !ELSEWHERE[code] && !texts.includes(`[${code}]`));
  assertEquals([...new Set(missing)].sort(), []);
});

function codesIn(folder: string): string[] {
  const codes: string[] = [];
  const place = new URL(`../../../${folder}/`, FOLDER);
  const visit = (place: URL) => {
    for (const { name, isDirectory } of Deno.readDirSync(place)) {
      if (isDirectory) visit(new URL(`${name}/`, place));
      else if (name.endsWith(".ts") && !name.endsWith("_test.ts")) {
        const text = Deno.readTextFileSync(new URL(name, place));
        codes.push(...[...text.matchAll(/"(C\d{3})"/g)].map((match) => match[1]!));
      }
    }
  };
  visit(place);
  return codes;
}
