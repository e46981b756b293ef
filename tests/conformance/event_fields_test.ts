/** What upstream's tests expect of fields. */
import { corpusPath } from "../corpus.ts";
import { ordered, play, printed, type PrintedText, printedText } from "./captures.ts";
import { conformanceSuite } from "./corpus.ts";

interface FieldCase {
  readonly test: string;
  readonly field: string;
  readonly expect: PrintedText | boolean;
  readonly capture: string;
  readonly event_num: number;
  /** False: it is about more than the capture holds, such as a plugin or the machine of the test. */
  readonly replayable: boolean;
}

conformanceSuite<FieldCase>({
  file: "event-fields.jsonl",
  behaviour: "fields have the values that upstream's tests expect",
  name: ({ test, event_num, field }) => `${test}#${event_num} ${field}`,
  concerns: ({ replayable }) => replayable,
  async judge({ capture, event_num, field, expect }) {
    const path = corpusPath(capture);
    if (path === undefined) return `${capture} is not there`;
    let problem: string | undefined = "there is no such event";
    await play(path, (event, state) => {
      if (event.number !== event_num) return;
      const got = printed(field, event, state);
      const [found, expected] = typeof expect === "boolean"
        ? [got !== undefined, expect]
        : [ordered(field, got), ordered(field, printedText(expect))];
      problem = found === expected
        ? undefined
        : `${JSON.stringify(found)}, Falco has ${JSON.stringify(expected)}`;
      return true;
    });
    return problem;
  },
  exceptions: [
    {
      matches: /path_too_long/,
      reason: "Falco replaces paths of more than 1024 bytes by a word, falcod keeps them",
    },
    {
      matches: /fspath\.(?:sym)?linkat/,
      reason: "of linkat and symlinkat Falco joins relative paths with the wrong directory",
    },
  ],
});
