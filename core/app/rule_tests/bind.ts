/** Holds the names in written tests against the rules and fields there are. */
import { PRIORITIES, type Priority } from "../../alert/mod.ts";
import { didYouMean, type Report, type SourceText, type Span } from "../../base/mod.ts";
import type { YamlNode } from "../../base/yaml.ts";
import type { FieldTable } from "../../field/mod.ts";
import type { EventDocuments } from "../../plugin/mod.ts";
import { parsePriority, type Ruleset } from "../../rule/mod.ts";
import { eventsIn } from "../explain/event_argument.ts";
import type { Stage } from "../explain/judge.ts";
import { readWrittenEvent, type WrittenContext } from "../explain/written_event.ts";
import { readText } from "../files.ts";
import type { Expectation, NamedRule, TestFile, WrittenEventFile, WrittenTest } from "./read.ts";

/** A test that can run. */
export interface RuleTest extends Pick<WrittenTest, "name" | "at" | "source" | "expectNot"> {
  readonly events: readonly TestEvent[];
  readonly expect: readonly BoundExpectation[] | undefined;
}

export interface TestEvent {
  readonly at: Span;
  readonly stage: Stage;
  /** The file that it was read from, and the how manieth of it. */
  readonly recorded?: { readonly path: string; readonly number: number };
}

export interface BoundExpectation extends Omit<Expectation, "priority"> {
  readonly priority: Priority | undefined;
}

export interface Surroundings {
  readonly ruleset: Ruleset;
  /** Fields by event source. */
  readonly tables: ReadonlyMap<string, FieldTable>;
  /** By event source: of those whose events are documents. */
  readonly documents?: ReadonlyMap<string, EventDocuments>;
  /** Where the files are that tests name; as they are written when absent. */
  readonly resolve?: (path: string) => string;
}

/** What is wrong is reported (`T004` to `T006`, `T008`, `G…`); such tests are left out. */
export function bindTests(
  file: TestFile,
  surroundings: Surroundings,
  report: Report,
): readonly RuleTest[] {
  const recorded = new RecordedEvents(surroundings, report);
  return file.tests.flatMap((test) => bindTest(test, { ...surroundings, recorded }, report) ?? []);
}

function bindTest(
  test: WrittenTest,
  { ruleset, tables, documents, recorded }: Surroundings & { readonly recorded: RecordedEvents },
  report: Report,
): RuleTest | undefined {
  const { name, at, source, eventFile, expectNot } = test;
  const fields = tables.get(source);
  if (!fields) {
    report.add({
      code: "T004",
      title: `there is no event source "${source}"`,
      at: test.sourceAt,
      help: didYouMean(source, tables.keys()) ?? `sources are ${[...tables.keys()].join(", ")}`,
    });
    return undefined;
  }
  const rules = new Set(ruleset.rules.map((rule) => rule.name));
  for (const named of [...test.expect ?? [], ...expectNot]) checkRule(named, rules, report);
  const events = test.events.flatMap(({ at, nodes }) => {
    const context = { source, fields, at, documents: documents?.get(source) };
    if (eventFile) return recorded.events(eventFile, nodes, context);
    const stage = readWrittenEvent(nodes, context, report);
    return stage ? [{ at, stage }] : [];
  });
  const expect = test.expect?.map((expectation) => ({
    ...expectation,
    priority: priorityOf(expectation, report),
  }));
  return { name, at, source, events, expect, expectNot };
}

/** Events of the files that tests name; many tests are about one file. */
class RecordedEvents {
  readonly #files = new Map<string, SourceText | undefined>();

  constructor(readonly surroundings: Surroundings, readonly report: Report) {}

  /** Those that a test names, with what it says is different. */
  events(
    { path: written, number, at }: WrittenEventFile,
    nodes: readonly YamlNode[],
    context: WrittenContext,
  ): readonly TestEvent[] {
    const { documents, source } = context;
    if (!documents) {
      this.report.add({
        code: "T008",
        title: `events of source "${source}" are not read from files`,
        at,
        help: "describe the event by its fields, under event",
      });
      return [];
    }
    const path = this.surroundings.resolve?.(written) ?? written;
    const file = this.#text(path, at);
    const found = file && eventsIn(file, { documents, number, at }, this.report) || [];
    return found.flatMap((document, index) => {
      const stage = readWrittenEvent(nodes, context, this.report, document);
      return stage ? [{ at, stage, recorded: { path, number: number ?? index + 1 } }] : [];
    });
  }

  #text(path: string, at: Span): SourceText | undefined {
    if (!this.#files.has(path)) this.#files.set(path, readText(path, this.report, at));
    return this.#files.get(path);
  }
}

/** A name written wrongly would make `expect_not` hold forever. */
function checkRule({ rule, at }: NamedRule, rules: ReadonlySet<string>, report: Report): void {
  if (rules.has(rule)) return;
  report.add({
    code: "T005",
    title: `no rule is called "${rule}"`,
    at,
    help: didYouMean(rule, rules) ?? "falcod list rules shows all, with -r those of a file",
  });
}

function priorityOf({ priority }: Expectation, report: Report): Priority | undefined {
  if (!priority) return undefined;
  const found = parsePriority(priority.text);
  if (found) return found;
  report.add({
    code: "T006",
    title: `"${priority.text}" is no priority`,
    at: priority.at,
    help: didYouMean(priority.text, PRIORITIES) ?? `priorities are ${PRIORITIES.join(", ")}`,
  });
  return undefined;
}
