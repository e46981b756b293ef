/** All of YAML, through the package. */
import type { Document, Node } from "yaml";
import { Report } from "../diagnostic.ts";
import type { Steps } from "../steps.ts";
import type { SourceText, Span } from "../text.ts";
import { YamlBuilder } from "./builder.ts";
import { compose } from "./compose.ts";
import { type Explained, unclosedQuote } from "./errors.ts";
import { FurtherMistakes } from "./further.ts";
import { reportLiberties, straightened } from "./liberties.ts";
import { YAML_LIMITS, type YamlLimits } from "./limits.ts";
import type { YamlDocument } from "./node.ts";
import { runawayQuote } from "./quotes.ts";
import { hideSecretsBelow } from "./secrets.ts";
import { reportSyntax, type Telling } from "./syntax.ts";

export interface Reading {
  /** Read in place of the source's text, with all in the same places. */
  readonly given?: string;
  /** What is no YAML is a mistake, also where Falco takes it. */
  readonly isStrict?: boolean;
}

/** What `readYaml` returns where the quick reader gives up; tests compare both. */
export function* packageSteps(
  source: SourceText,
  report: Report,
  limits: YamlLimits = YAML_LIMITS,
  { given = source.text, isStrict = false }: Reading = {},
): Steps<readonly YamlDocument[]> {
  let text = given;
  const first = report.part();
  let documents = yield* compose(source, text, first, limits);
  // What could not be split into documents is shown nowhere.
  if (documents.length > 0) hideSecretsBelow(source);
  // Brackets that go on at the margin are never closed to the package: many of them look deep.
  const isDeep = first.diagnostics.some(({ code }) => code === "Y005");
  if (!isStrict && (isDeep || documents.some(({ errors }) => errors.length > 0))) {
    const read = yield* likeFalco(source, report, limits, given);
    if (read) return read;
  }
  report.absorb(first);
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
  const others = new FurtherMistakes(source);
  for (const document of documents) {
    const isNew = ({ at }: Explained) => runaways.every(({ start }) => start !== at?.start);
    const telling: Telling = {
      told: runaways,
      further: (first) => others.of(first, document).filter(isNew),
    };
    const errors = [...runaways, ...reportSyntax(source, document, report, telling)];
    const builder = new YamlBuilder(source, report, limits, errors);
    read.push(builder.document(document.contents as Node | null, document.range?.[0] ?? 0));
    yield;
  }
  return read;
}

/** Where all that is wrong is what Falco's parser takes. */
function* likeFalco(
  source: SourceText,
  report: Report,
  limits: YamlLimits,
  given: string,
): Steps<readonly YamlDocument[] | undefined> {
  const found = straightened(given);
  if (!found) return undefined;
  const documents: { document: Document; text: string }[] = [];
  for (const text of found.texts) {
    const part = new Report();
    for (const document of yield* compose(source, text, part, limits)) {
      if (document.errors.length > 0) return undefined;
      documents.push({ document, text });
    }
    if (part.hasErrors) return undefined;
  }
  reportLiberties(found.liberties, source, report);
  const read: YamlDocument[] = [];
  for (const { document, text } of documents) {
    const errors = reportSyntax(source, document, report, { told: [], further: () => [] });
    const builder = new YamlBuilder(source, report, limits, errors, { given, read: text });
    read.push(builder.document(document.contents as Node | null, document.range?.[0] ?? 0));
    yield;
  }
  return read;
}

/** Each takes another pass over the file. */
const MAX_RUNAWAY_QUOTES = 10;
