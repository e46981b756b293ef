/**
 * YAML with positions. The YAML package is used here and in the private parts of this reader only.
 *
 * `yaml` was chosen over the faster `js-yaml` 5 because the latter refuses what Falco's own parser
 * accepts (upstream's rule files close flow sequences at the column of their key) and stops at the
 * first mistake, where this one goes on and finds the others. What is plain and right, nearly every
 * rule file, does not need the package: `yaml/common.ts` reads it several times as fast.
 */
import type { Report } from "./diagnostic.ts";
import { runSteps, type Steps } from "./steps.ts";
import type { SourceText } from "./text.ts";
import { readCommon } from "./yaml/common.ts";
import { YAML_LIMITS, type YamlLimits } from "./yaml/limits.ts";
import type { YamlDocument } from "./yaml/node.ts";
import { hideSecretsBelow } from "./yaml/secrets.ts";
import { packageSteps, type Reading } from "./yaml/whole.ts";
export { YAML_LIMITS, type YamlLimits } from "./yaml/limits.ts";
export {
  type YamlDocument,
  type YamlEntry,
  type YamlMap,
  type YamlNode,
  type YamlNull,
  YamlScalar,
  type YamlSeq,
} from "./yaml/node.ts";
export type { ScalarStyle } from "./yaml/scalar.ts";

/** Every document of a file. Mistakes are reported; what could be read is returned all the same. */
export function readYaml(
  source: SourceText,
  report: Report,
  limits: YamlLimits = YAML_LIMITS,
): readonly YamlDocument[] {
  return runSteps(yamlSteps(source, report, limits));
}

/** The same of what Falco does not read: nothing there needs to bear with a key that comes twice. */
export function readStrictYaml(source: SourceText, report: Report): readonly YamlDocument[] {
  const part = report.part();
  const documents = runSteps(yamlSteps(source, part, YAML_LIMITS, { isStrict: true }));
  report.absorb(part, (found) => {
    if (found.code !== "Y011") return found;
    const notes = found.notes?.map((note) => ({ ...note, message: "first given here" }));
    return { ...found, severity: "error", notes };
  });
  return documents;
}

/** What `readYaml` does, of a part: `text` has something as long, or nothing, where the rest of the source is. */
export function readYamlPart(
  source: SourceText,
  text: string,
  report: Report,
): readonly YamlDocument[] {
  return runSteps(packageSteps(source, report, YAML_LIMITS, { given: text }));
}

/** What `readYaml` does, in steps: some 100 ms of a file at the limits are one step still. */
export function* yamlSteps(
  source: SourceText,
  report: Report,
  limits: YamlLimits = YAML_LIMITS,
  { isStrict = false }: Pick<Reading, "isStrict"> = {},
): Steps<readonly YamlDocument[]> {
  if (hasTooManyLines(source, limits)) {
    report.add({
      code: "Y004",
      title: `file has more than ${limits.tokens} lines`,
      at: source.span(0, 0),
      help: "split it into several files",
    });
    return [];
  }
  const common = readCommon(source, limits);
  if (common) {
    // Of what is right YAML, values may still be wrong.
    if (MAYBE_SECRET.test(source.text)) hideSecretsBelow(source);
    return common;
  }
  yield;
  return yield* packageSteps(source, report, limits, { isStrict });
}

/** In keys as the quick reader takes them; few files have any. */
const MAYBE_SECRET =
  /(?:pass|secret|token|key|url|credential|authorization|jwt|headerauthvalue)[\w.-]{0,64}:[ \n]/i;

/** A text of nothing but line ends is a single token, and takes a gigabyte to fold. */
function hasTooManyLines({ text }: SourceText, { sizeBytes, tokens }: YamlLimits): boolean {
  if (text.length <= tokens || text.length > sizeBytes) return false;
  let lines = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) {
    if (++lines > tokens) return true;
  }
  return false;
}
