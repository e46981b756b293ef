/** All of YAML, through the package. */
import type { Document, Node } from "yaml";
import { Report } from "../diagnostic.ts";
import type { Steps } from "../steps.ts";
import type { SourceText, Span } from "../text.ts";
import { YamlBuilder } from "./builder.ts";
import { compose } from "./compose.ts";
import { cutOff } from "./cut_off.ts";
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
  const others = new FurtherMistakes(source);
  /** Of what was repaired, to read what stands behind it. */
  const told: Span[] = [];
  /** Told in their place among others. */
  const waiting: Explained[] = [];
  for (let round = 0; round < MAX_REPAIRS; round++) {
    const runaway = runawayQuote(documents, text);
    const mayCut = !runaway && round * text.length < MAX_READ_AGAIN;
    const cut = mayCut ? cutOff(documents, { source, text }) : undefined;
    const mistake = runaway ? unclosedQuote(source, runaway.quote.start) : cut?.mistake;
    if (!mistake?.at || told.some(({ start }) => start === mistake.at?.start)) break;
    if (cut) waiting.push(mistake, ...others.of(mistake, cut.document));
    else report.add(mistake);
    told.push(mistake.at);
    text = (runaway ?? cut)!.repaired;
    documents = yield* compose(source, text, report, limits);
  }
  waiting.sort((a, b) => a.at!.start - b.at!.start);
  const before = (offset: number) => {
    while (waiting[0] && waiting[0].at!.start < offset) {
      report.add(waiting.shift()!);
    }
  };
  const read: YamlDocument[] = [];
  let behind = 0;
  for (const document of documents) {
    const end = document === documents.at(-1) ? Infinity : document.range?.[2] ?? Infinity;
    const own = told.filter(({ start }) => behind <= start && start < end);
    behind = end;
    const isNew = ({ at }: Explained) => told.every(({ start }) => start !== at?.start);
    const telling: Telling = {
      told,
      before,
      further: (first) => others.of(first, document).filter(isNew),
    };
    const errors = [...own, ...reportSyntax(source, document, report, telling)];
    before(end);
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
    const errors = reportSyntax(source, document, report, NOTHING_TOLD);
    const builder = new YamlBuilder(source, report, limits, errors, { given, read: text });
    read.push(builder.document(document.contents as Node | null, document.range?.[0] ?? 0));
    yield;
  }
  return read;
}

const NOTHING_TOLD: Telling = { told: [], before: () => {}, further: () => [] };

/** Each takes another pass over the file. */
const MAX_REPAIRS = 10;
/** Characters, for what is behind lines that end a list: garbage has one in every line. */
const MAX_READ_AGAIN = 400_000;
