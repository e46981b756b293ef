import type { Event } from "../../core/event/mod.ts";
import { emitCondition, interpretCondition } from "../../core/filter/mod.ts";
import type { State } from "../../core/state/mod.ts";
import { corpusPath } from "../corpus.ts";
import { play } from "./captures.ts";
import { conformanceSuite } from "./corpus.ts";
import { compile, conformanceFields } from "./filter_fields.ts";
import { type GoldenFields, goldenFields, withGolden } from "./golden_fields.ts";

interface EvalCase {
  readonly test: string;
  readonly kind: "eval" | "mock-eval" | "compiles";
  readonly filter: string;
  readonly expect: boolean | "error";
  readonly capture?: string;
  readonly event_num?: number;
  readonly event_pos?: number;
  /** False: it is about more than the capture holds. Fields take the values that upstream printed. */
  readonly replayable?: boolean;
}

conformanceSuite<EvalCase>({
  file: "filter-eval.jsonl",
  behaviour: "interpreted and emitted conditions judge events as Falco does",
  name: ({ test, filter }) => `${test}: ${filter}`,
  judge: (item) =>
    item.capture === undefined || item.event_num === undefined || !item.replayable
      ? judge(item, goldenFields(item.capture, item.event_pos))
      : judgeReplayed(item, item.capture, item.event_num),
  exceptions: [
    {
      matches: /\(evt\.num, evt\.num\)\) = "1,1"/,
      reason: "upstream's test counts events from the one it looks at",
    },
    {
      matches: /^fspath\.(?:sym)?linkat_/,
      reason: "of linkat and symlinkat Falco joins relative paths with the wrong directory",
    },
  ],
});

async function judgeReplayed(
  item: EvalCase,
  capture: string,
  number: number,
): Promise<string | undefined> {
  const path = corpusPath(capture);
  if (path === undefined) return `${capture} is not there`;
  let problem: string | undefined = "there is no such event";
  await play(path, (event, state) => {
    if (event.number !== number) return;
    problem = judge(item, undefined, event, state);
    return true;
  });
  return problem;
}

function judge(
  item: EvalCase,
  golden: GoldenFields | undefined,
  event = {} as Event,
  state = {} as State,
): string | undefined {
  const fields = golden
    ? new Map([...conformanceFields].map(([name, field]) => [name, withGolden(field, golden)]))
    : conformanceFields;
  const { condition, report } = compile(item.filter, fields);
  const problem = report.diagnostics.find(({ severity }) => severity === "error");
  if (item.kind === "compiles" || item.expect === "error") {
    const accepted = condition !== undefined;
    return accepted === (item.expect === true) ? undefined : `accepted: ${accepted}`;
  }
  if (!condition) return `refused: ${problem?.title}`;
  const interpreted = interpretCondition(condition, event, state);
  if (emitCondition(condition)(event, state) !== interpreted) return "the evaluators disagree";
  return interpreted === item.expect ? undefined : `${interpreted}, Falco says ${item.expect}`;
}
