/** What SQS says of each message of a request. */
import { excerptOf, type HttpAnswer, SinkError, undocumentedAnswer } from "../../../core/mod.ts";

interface Failed {
  readonly index: number;
  /** It is the message itself. */
  readonly isItsOwn: boolean;
  readonly reason: string;
}

/**
 * Absent where all are there. Those before the first that is not count as accepted; of those after it some
 * may be there, and come again.
 */
export function failureIn(
  { body, hide }: Pick<HttpAnswer, "body" | "hide">,
  count: number,
): SinkError | undefined {
  const failed = failedIn(body, count);
  if (failed === undefined) return undocumentedAnswer("of SQS", { unclear: count });
  const [first] = failed.sort((one, other) => one.index - other.index);
  if (!first) return undefined;
  const message = `SQS did not take a message: ${excerptOf(hide(first.reason))}`;
  return first.isItsOwn
    ? new SinkError("rejected", message, { accepted: first.index, refused: 1 })
    : new SinkError("unavailable", message, {
      accepted: first.index,
      unclear: failed.length < count - first.index ? count - first.index : 0,
    });
}

function failedIn(body: string, count: number): Failed[] | undefined {
  try {
    const { Successful = [], Failed = [] } = JSON.parse(body);
    if (Successful.length + Failed.length !== count) return undefined;
    const failed = Failed.map((entry: Readonly<Record<string, unknown>>): Failed => ({
      index: Number(entry["Id"]),
      isItsOwn: entry["SenderFault"] === true && !/Throttl|Denied/.test(String(entry["Code"])),
      reason: `${entry["Code"]} ${entry["Message"] ?? ""}`,
    }));
    const isIndex = ({ index }: Failed) => Number.isInteger(index) && index >= 0 && index < count;
    return failed.every(isIndex) ? failed : undefined;
  } catch {
    return undefined;
  }
}
