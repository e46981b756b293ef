/** What the server says of each document of a bulk request. */
import { excerptOf, type HttpAnswer, SinkError, undocumentedAnswer } from "../../../core/mod.ts";

interface Outcome {
  readonly status: number;
  readonly reason: string;
}

/**
 * Absent where all are there. Those before the first that is not count as accepted; those after it are
 * sent again, which changes nothing: they have names, and those that are there stay as they are.
 */
export function failureIn(
  { body, hide }: Pick<HttpAnswer, "body" | "hide">,
  count: number,
): SinkError | undefined {
  const outcomes = outcomesOf(body);
  if (outcomes === undefined || outcomes.length !== count) {
    return undocumentedAnswer("to a bulk request");
  }
  for (const [accepted, { status, reason }] of outcomes.entries()) {
    if (isThere(status)) continue;
    const help = OBJECT_AND_VALUE.test(reason) ? HELP : "";
    const message = `A document got ${status}: ${excerptOf(hide(reason))}${help}`;
    if (REFUSALS.has(status) && !OF_INDEX.test(reason)) {
      return new SinkError("rejected", message, { accepted, refused: 1 });
    }
    return new SinkError("unavailable", message, { accepted });
  }
  return undefined;
}

/** How servers say that a field cannot be both, as `evt.time` with `evt.time.iso8601` in another alert. */
const OBJECT_AND_VALUE =
  /as object, but found a concrete value|must be of type object|non object mapping|field's value: '\{/;
const HELP = " (with flatten_fields, fields are not in each other's way)";

/**
 * The document itself is the reason. Not of rights (403, also where an index is read-only, on a full disk
 * for one), of an index that is not there (404), or of too many requests.
 */
const REFUSALS: ReadonlySet<number> = new Set([400, 413, 422]);

/**
 * 400 is also said where a pipeline is missing, an index is closed, an alias is for none, or the cluster has
 * as many shards as it may: then no index of a new day is made.
 */
const OF_INDEX =
  /^pipeline with id \[.*\] does not exist|^closed$|^no write index is defined for alias|: this action would add \[\d+\] (?:total )?shards/s;

/** Made now, or before (conflict). */
function isThere(status: number): boolean {
  return (status >= 200 && status < 300) || status === 409;
}

function outcomesOf(body: string): readonly Outcome[] | undefined {
  try {
    const { items } = JSON.parse(body) as { items?: unknown };
    if (!Array.isArray(items)) return undefined;
    return items.map(({ create }) => ({
      status: Number(create.status),
      reason: String(create.error?.reason ?? create.error?.type ?? "no reason"),
    }));
  } catch {
    return undefined;
  }
}
