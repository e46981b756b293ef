/** Upstream's tests of its converter, step by step. */
import { Buffer } from "node:buffer";
import { Converter } from "../../core/replay/mod.ts";
import { conformanceSuite } from "./corpus.ts";
import { eventOfHex, eventText } from "./event_hex.ts";

interface GivenEvent {
  readonly hex: string;
}

type Step =
  | { readonly op: "drop" | "pass" | "convertibility_drop"; readonly input: GivenEvent }
  | { readonly op: "storage_presence"; readonly expected: GivenEvent }
  | { readonly op: "full"; readonly input: GivenEvent; readonly expected: GivenEvent }
  | {
    readonly op: "single";
    readonly input: GivenEvent;
    readonly expected: GivenEvent;
    readonly result: "pass" | "continue";
  };

interface ConverterCase {
  readonly test: string;
  readonly steps: readonly Step[];
}

conformanceSuite<ConverterCase>({
  file: "converter-cases.jsonl",
  behaviour: "events of old captures become today's as in Falco",
  name: ({ test }) => test,
  judge: ({ steps }) => {
    const converter = new Converter();
    for (const [index, step] of steps.entries()) {
      const problem = judgeStep(step, converter);
      if (problem !== undefined) return `step ${index + 1}, ${step.op}: ${problem}`;
    }
    return undefined;
  },
});

function judgeStep(step: Step, converter: Converter): string | undefined {
  switch (step.op) {
    case "convertibility_drop": {
      const says = converter.convertibility(eventOfHex(step.input.hex));
      return says === "drop" ? undefined : says;
    }
    case "drop": {
      const { outcome } = converter.step(eventOfHex(step.input.hex));
      return outcome === "drop" ? undefined : outcome;
    }
    case "pass": {
      const { outcome, event } = converter.step(eventOfHex(step.input.hex));
      return outcome === "pass" ? difference(event, step.input) : outcome;
    }
    case "single": {
      const { outcome, event } = converter.step(eventOfHex(step.input.hex));
      const expected = step.result === "pass" ? "pass" : "again";
      return outcome === expected ? difference(event, step.expected) : outcome;
    }
    case "full": {
      const event = converter.convert(eventOfHex(step.input.hex));
      return event ? difference(event, step.expected) : "consumed";
    }
    case "storage_presence": {
      const expected = eventOfHex(step.expected.hex);
      const stored = converter.stored(expected.threadId);
      if (!stored) return "nothing is stored";
      const params = expected.bytes.subarray(expected.paramStart(0), expected.end);
      const isSame = stored.type === expected.type && Buffer.compare(stored.bytes, params) === 0;
      return isSame
        ? undefined
        : `${stored.type} with ${Buffer.from(stored.bytes).toString("hex")}`;
    }
    default:
      return step satisfies never;
  }
}

function difference(
  event: Parameters<typeof eventText>[0],
  { hex }: GivenEvent,
): string | undefined {
  const [got, expected] = [eventText(event), eventText(eventOfHex(hex))];
  return got === expected ? undefined : `${got}, Falco has ${expected}`;
}
