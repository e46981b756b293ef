import { conformanceSuite } from "./corpus.ts";
import { compareDescription, type Description } from "./description.ts";
import {
  compareFindings,
  fieldsWithoutPlugins,
  type Finding,
  load,
  ruleText,
} from "./rule_files.ts";

/** A rule file, loaded by Falco on its own and without plugins. */
interface FileCase {
  readonly file: string;
  readonly exit_code: number;
  /** Absent when a plugin was missing: that ends Falco before it has results. */
  readonly errors?: readonly Finding[];
  readonly warnings?: readonly Finding[];
  readonly describe?: Description;
}

conformanceSuite<FileCase>({
  file: "rules-head.jsonl",
  behaviour: "loadRules() makes of every rule file what Falco makes of it",
  name: ({ file }) => file,
  judge,
});

function judge({ file, exit_code, errors, warnings, describe }: FileCase): string | undefined {
  const text = ruleText(file);
  if (!text) return "the file is not there";
  const loaded = load([text], { fields: fieldsWithoutPlugins(), hasPlugin: () => false });
  const accepted = loaded.ruleset !== undefined;
  if (accepted !== (exit_code === 0)) {
    return accepted ? `accepted, Falco has ${JSON.stringify(errors)}` : loaded.errors[0];
  }
  return errors && compareFindings(loaded, errors, warnings!) ||
    describe && loaded.ruleset && compareDescription(loaded.ruleset, describe);
}
