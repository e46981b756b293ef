/** What Kinesis says of each record of a request. */
import { excerptOf, type HttpAnswer, SinkError, undocumentedAnswer } from "../../../core/mod.ts";

/**
 * Absent where all are there. Those before the first that is not count as accepted; of those after it some
 * may be there, and come again.
 */
export function failureIn(
  { body, hide }: Pick<HttpAnswer, "body" | "hide">,
  count: number,
): SinkError | undefined {
  const reasons = reasonsIn(body);
  if (reasons?.length !== count) {
    return undocumentedAnswer("of Kinesis", { unclear: count });
  }
  const accepted = reasons.findIndex((reason) => reason !== undefined);
  if (accepted < 0) return undefined;
  const reason = excerptOf(hide(reasons[accepted]!));
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
