import type { Event } from "../../core/event/mod.ts";
import { emitCondition, interpretCondition } from "../../core/filter/mod.ts";
import type { State } from "../../core/state/mod.ts";
import { conformanceSuite } from "./corpus.ts";
import { compile, conformanceFields } from "./filter_fields.ts";
import { type GoldenFields, goldenFields, withGolden } from "./golden_fields.ts";

interface EvalCase {
  readonly test: string;
  readonly kind: "eval" | "mock-eval" | "compiles";
  readonly filter: string;
  readonly expect: boolean | "error";
  readonly capture?: string;
  readonly event_pos?: number;
}

/**
 * The captures are not replayed here: fields take the values that upstream printed for the event.
 * What text cannot carry, and what upstream prints no value for, is left to replay.
 */
conformanceSuite<EvalCase>({
  file: "filter-eval.jsonl",
  behaviour: "interpreted and emitted conditions judge events as Falco does",
  name: ({ test, filter }) => `${test}: ${filter}`,
  judge: (item) => judge(item, goldenFields(item.capture, item.event_pos)),
  exceptions: [
    {
      matches: /\(evt\.num, evt\.num\)\) = "1,1"/,
      reason: "upstream's test counts events from the one it looks at",
    },
  ],
  gaps: [
    {
      matches: /bytebuf_matches_nul: evt\.buffer (?!.*(?:"ab"|6101|610162))/,
      reason: "upstream prints a dot for the NUL byte: needs the capture replayed",
    },
    {
      matches: /execve_empty_params.*: evt\.rawarg\.\w+ (?:=|exists|in|intersects)/,
      reason:
        "a raw argument without bytes prints as 0 and compares as absent: needs the capture replayed",
    },
    {
      matches: /EVT_FILTER_rawarg_madness: evt\.rawarg\.flags <= 255/,
      reason: "flags print in hexadecimal: needs the capture replayed",
    },
  ],
});

function judge(item: EvalCase, golden: GoldenFields | undefined): string | undefined {
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
  const [event, state] = [{} as Event, {} as State];
  const interpreted = interpretCondition(condition, event, state);
  if (emitCondition(condition)(event, state) !== interpreted) return "the evaluators disagree";
  return interpreted === item.expect ? undefined : `${interpreted}, Falco says ${item.expect}`;
}
