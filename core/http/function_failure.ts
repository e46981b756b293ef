/** Functions that alerts are given to: whoever runs one answers well also where the function fails. */
import { SinkError } from "../plugin/mod.ts";
import { excerptOf } from "./reply.ts";

/** Of what a function said, in UTF-16 units: enough for the last lines of its log. */
export const MOST_OF_FUNCTION = 500;

/** The function may do better next time. `kind`: what whoever runs it calls the failure. */
export function functionFailure(told: string, kind?: string): SinkError {
  const called = kind === undefined ? "" : ` (${excerptOf(kind)})`;
  return new SinkError(
    "unavailable",
    `The function failed${called}: ${excerptOf(told, MOST_OF_FUNCTION)}`,
  );
}
