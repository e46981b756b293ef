/**
 * YAML with positions. The YAML package is used here and in the private parts of this reader only.
 *
 * `yaml` was chosen over the faster `js-yaml` 5 because the latter refuses what Falco's own parser
 * accepts (upstream's rule files close flow sequences at the column of their key) and stops at the
 * first mistake, where this one goes on and finds the others. What is plain and right, nearly every
 * rule file, does not need the package: `yaml/common.ts` reads it several times as fast.
 */
import type { Node } from "yaml";
import type { Report } from "./diagnostic.ts";
import type { SourceText, Span } from "./text.ts";
import { YamlBuilder } from "./yaml/builder.ts";
import { readCommon } from "./yaml/common.ts";
import { compose, YAML_LIMITS, type YamlLimits } from "./yaml/compose.ts";
import { reportSyntax, unclosedQuote } from "./yaml/errors.ts";
import type { YamlDocument } from "./yaml/node.ts";
import { runawayQuote } from "./yaml/quotes.ts";
export { YAML_LIMITS, type YamlLimits } from "./yaml/compose.ts";
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
  return readCommon(source, limits) ?? readWithPackage(source, report, limits);
}

/** The same through the package, which knows all of YAML; tests compare both ways. */
export function readWithPackage(
  source: SourceText,
  report: Report,
  limits: YamlLimits = YAML_LIMITS,
): readonly YamlDocument[] {
  let text = source.text;
  let documents = compose(source, text, report, limits);
  const runaways: Span[] = [];
  for (let round = 0; round < MAX_RUNAWAY_QUOTES; round++) {
    const runaway = runawayQuote(documents, text);
    if (!runaway) break;
    const diagnostic = unclosedQuote(source, runaway.quote.start);
    report.add(diagnostic);
    runaways.push(diagnostic.at!);
    text = runaway.repaired;
    documents = compose(source, text, report, limits);
  }
  return documents.map((document) => {
    const errors = [...runaways, ...reportSyntax(source, document, report)];
    const builder = new YamlBuilder(source, report, limits, errors);
    return builder.document(document.contents as Node | null, document.range?.[0] ?? 0);
  });
}

/** Each takes another pass over the file. */
const MAX_RUNAWAY_QUOTES = 10;
