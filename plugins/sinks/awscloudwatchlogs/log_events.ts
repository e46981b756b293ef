/** Alerts as log events, and what CloudWatch says of them. */
import { type Alert, alertDocument, jsonText, SinkError } from "../../../core/mod.ts";

/** docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
export const MOST = { events: 10_000, bytes: 1_048_576 };
const BYTES_OF_AN_EVENT = 26;

export type LogEvent = {
  /** In ms. */
  readonly timestamp: number;
  readonly message: string;
};

export function logEventOf(alert: Alert): LogEvent {
  return {
    timestamp: Number(alert.timeNs / 1_000_000n),
    message: jsonText(alertDocument(alert)),
  };
}

export function bytesOf({ message }: LogEvent): number {
  return new TextEncoder().encode(message).length + BYTES_OF_AN_EVENT;
}

/** What was too old or too new: AWS drops it although it says 200. */
export function lossIn(body: string, count: number): SinkError | undefined {
  const refused = refusedIn(body, count);
  return refused === 0 ? undefined : new SinkError(
    "rejected",
    `CloudWatch did not take ${refused} of ${count} log events: they are too old or too new`,
    { accepted: count - refused, refused },
  );
}

function refusedIn(body: string, count: number): number {
  try {
    const { rejectedLogEventsInfo: info } = JSON.parse(body);
    if (!info) return 0;
    // Indices after the last of the old ones, and of the first of the new ones.
    const old = Math.max(
      Number(info.tooOldLogEventEndIndex ?? 0),
      Number(info.expiredLogEventEndIndex ?? 0),
    );
    const fresh = count - Number(info.tooNewLogEventStartIndex ?? count);
    const refused = old + fresh;
    return refused > 0 ? Math.min(refused, count) : 0;
  } catch {
    return 0;
  }
}
