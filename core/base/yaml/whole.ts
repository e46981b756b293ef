/** All of YAML, through the package. */
import type { Node } from "yaml";
import type { Report } from "../diagnostic.ts";
import type { Steps } from "../steps.ts";
import type { SourceText, Span } from "../text.ts";
import { YamlBuilder } from "./builder.ts";
import { compose } from "./compose.ts";
import { type Explained, reportSyntax, type Telling, unclosedQuote } from "./errors.ts";
import { FurtherMistakes } from "./further.ts";
import { YAML_LIMITS, type YamlLimits } from "./limits.ts";
import type { YamlDocument } from "./node.ts";
import { runawayQuote } from "./quotes.ts";

/**
 * What `readYaml` returns where the quick reader gives up; tests compare both. `given`: read in
 * place of the source's text, with all in the same places.
 */
export function* packageSteps(
  source: SourceText,
  report: Report,
  limits: YamlLimits = YAML_LIMITS,
  given: string = source.text,
): Steps<readonly YamlDocument[]> {
  let text = given;
  let documents = yield* compose(source, text, report, limits);
  const runaways: Span[] = [];
  for (let round = 0; round < MAX_RUNAWAY_QUOTES; round++) {
    const runaway = runawayQuote(documents, text);
    if (!runaway) break;
    const { start } = runaway.quote;
    if (runaways.some((told) => told.start === start)) break;
    const diagnostic = unclosedQuote(source, start);
    report.add(diagnostic);
    runaways.push(diagnostic.at!);
    text = runaway.repaired;
    documents = yield* compose(source, text, report, limits);
  }
  const read: YamlDocument[] = [];
  for (const document of documents) {
    const others = new FurtherMistakes(source, document);
    const isNew = ({ at }: Explained) => runaways.every(({ start }) => start !== at?.start);
    const telling: Telling = {
      told: runaways,
      further: (first) => others.of(first).filter(isNew),
    };
    const errors = [...runaways, ...reportSyntax(source, document, report, telling)];
    const builder = new YamlBuilder(source, report, limits, errors);
    read.push(builder.document(document.contents as Node | null, document.range?.[0] ?? 0));
    yield;
  }
  return read;
}

/** Each takes another pass over the file. */
const MAX_RUNAWAY_QUOTES = 10;
