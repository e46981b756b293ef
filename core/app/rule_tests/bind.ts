/** Holds the names in written tests against the rules and fields there are. */
import { PRIORITIES, type Priority } from "../../alert/mod.ts";
import { type Diagnostic, didYouMean, Report, type SourceText, type Span } from "../../base/mod.ts";
import type { YamlNode } from "../../base/yaml.ts";
import type { FieldTable } from "../../field/mod.ts";
import type { EventDocuments } from "../../plugin/mod.ts";
import { parsePriority, type Ruleset } from "../../rule/mod.ts";
import { eventsIn } from "../explain/event_argument.ts";
import type { Stage } from "../explain/judge.ts";
import { readWrittenEvent, type WrittenContext } from "../explain/written_event.ts";
import { readText } from "../files.ts";
import type { Expectation, NamedRule, TestFile, WrittenEventFile, WrittenTest } from "./read.ts";

/** A test that can run, unless there are mistakes in it. */
export interface RuleTest extends Pick<WrittenTest, "name" | "at" | "source" | "expectNot"> {
  /** Errors of this test alone; the others of the file can run. */
  readonly mistakes: readonly Diagnostic[];
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

/** Of one test; what all tests have in common may be wrong, too. */
const MAX_MISTAKES = 20;

/** What is wrong is reported (`T004` to `T006`, `T008`, `G…`), and noted at the test that it is in. */
export function bindTests(
  file: Pick<TestFile, "tests">,
  surroundings: Surroundings,
  report: Report,
): readonly RuleTest[] {
  const files = new Map<string, SourceText>();
  return file.tests.map((test) => {
    const own = new Report(MAX_MISTAKES);
    const recorded = new RecordedEvents(surroundings, files, own);
    const bound = bindTest(test, { ...surroundings, recorded }, own);
    report.absorb(own);
    const mistakes = own.diagnostics.filter(({ severity }) => severity === "error");
    return { ...bound, mistakes };
  });
}

function bindTest(
  test: WrittenTest,
  { ruleset, tables, documents, recorded }: Surroundings & { readonly recorded: RecordedEvents },
  report: Report,
): Omit<RuleTest, "mistakes"> {
  const { name, at, source, eventFile, expectNot } = test;
  const fields = tables.get(source);
  if (!fields) {
    report.add({
      code: "T004",
      title: `there is no event source "${source}"`,
      at: test.sourceAt,
      help: didYouMean(source, tables.keys()) ?? `sources are ${[...tables.keys()].join(", ")}`,
    });
    return { name, at, source, events: [], expect: undefined, expectNot };
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

/** Events of the files that a test names; `files` are those that were read, many tests are about one. */
class RecordedEvents {
  constructor(
    readonly surroundings: Surroundings,
    readonly files: Map<string, SourceText>,
    readonly report: Report,
  ) {}

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
    const file = this.files.get(path) ?? readText(path, this.report, at);
    if (file) this.files.set(path, file);
    return file;
  }
}

/** A name written wrongly would make `expect_not` hold forever. */
function checkRule({ rule, at }: NamedRule, rules: ReadonlySet<string>, report: Report): void {
  if (rules.has(rule)) return;
  report.add({
    code: "T005",
    title: `no rule is called "${rule}"`,
    at,
    help: didYouMean(rule, rules) ?? longerName(rule, rules) ??
      "falcod list rules shows all, with -r those of a file",
  });
}

/** One that begins so: names of rules are long, and often written down in part. */
function longerName(part: string, rules: ReadonlySet<string>): string | undefined {
  const begin = part.trim().toLowerCase();
  if (begin === "") return undefined;
  const found = [...rules].find((name) => name.toLowerCase().startsWith(begin));
  return found === undefined ? undefined : `did you mean "${found}"?`;
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
