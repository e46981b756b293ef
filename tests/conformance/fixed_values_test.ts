/** What the type of an event is said to settle, held against what upstream printed for recorded events. */
import { eventType } from "../../core/event/mod.ts";
import { findField, fixedValue, readArgument, syscallFields } from "../../core/field/mod.ts";
import { assert, assertEquals } from "../assert.ts";
import { corpusTest, parseLines, readCorpus } from "../corpus.ts";

interface GoldenCapture {
  readonly events?: readonly {
    readonly type_code?: number;
    readonly fields?: Readonly<Record<string, unknown>>;
  }[];
}

/** All generic system calls share this code, under which their names are not known. */
const GENERIC_EXIT = 1;

corpusTest(
  "fixedValue() agrees with every field of every recorded event",
  ["event-fields-golden.jsonl"],
  () => {
    const wrong = new Set<string>();
    let judged = 0;
    for (
      const { events = [] } of parseLines<GoldenCapture>(readCorpus("event-fields-golden.jsonl"))
    ) {
      for (const { type_code: code = GENERIC_EXIT, fields = {} } of events) {
        if (code === GENERIC_EXIT) continue;
        for (const [name, printed] of Object.entries(fields)) {
          const fixed = fixedOf(name, code);
          if (!fixed) continue;
          judged++;
          if (String(fixed.value) !== printed) {
            wrong.add(`${eventType(code)?.name} ${name}: ${fixed.value}, not ${printed}`);
          }
        }
      }
    }
    assertEquals([...wrong], []);
    assert(judged > 5000, `${judged}`);
  },
);

function fixedOf(name: string, code: number) {
  const use = findField(syscallFields, name);
  const argument = use && readArgument(use.definition, use.argument);
  if (argument?.kind !== "argument") return undefined;
  return fixedValue(use!.definition, argument.value, code);
}
