/** What Kinesis says of each record of a request. */
import { cutText, escapeText, SinkError } from "../../../core/mod.ts";

const LONGEST_REASON = 300;

/**
 * Absent where all are there. Those before the first that is not count as accepted; of those after it some
 * may be there, and come again.
 */
export function failureIn(body: string, count: number): SinkError | undefined {
  const reasons = reasonsIn(body);
  if (reasons?.length !== count) {
    return new SinkError("unavailable", "The answer of Kinesis is not what is documented");
  }
  const accepted = reasons.findIndex((reason) => reason !== undefined);
  if (accepted < 0) return undefined;
  const reason = escapeText(cutText(reasons[accepted]!, LONGEST_REASON));
  return new SinkError("unavailable", `Kinesis did not take a record: ${reason}`, {
    accepted,
    unclear: reasons.slice(accepted).some((reason) => reason === undefined) ? count - accepted : 0,
  });
}

/** Of each record, why it is not there; absent: it is. */
function reasonsIn(body: string): readonly (string | undefined)[] | undefined {
  try {
    const { Records } = JSON.parse(body);
    return Records.map(({ ErrorCode, ErrorMessage = "" }: Readonly<Record<string, unknown>>) =>
      typeof ErrorCode === "string" ? `${ErrorCode} ${ErrorMessage}` : undefined
    );
  } catch {
    return undefined;
  }
}
