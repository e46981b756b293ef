/** What Splunk's HTTP Event Collector takes and answers. */
import {
  type Alert,
  alertDocument,
  type HttpReply,
  type Json,
  SinkError,
} from "../../../core/mod.ts";
import type { SplunkConfig } from "./schema.ts";

export type EventConfig = Pick<SplunkConfig, "index" | "source" | "sourcetype">;

/** Without a time, an event that had to wait would be of the moment it arrived. */
export function splunkEvent(alert: Alert, { index, source, sourcetype }: EventConfig): Json {
  return {
    time: epochSeconds(alert.timeNs),
    host: alert.hostname || undefined,
    index: index || undefined,
    source: source || undefined,
    sourcetype: sourcetype || undefined,
    event: alertDocument(alert),
  };
}

/** As text: a number has no room for the fraction. */
function epochSeconds(timeNs: bigint): string {
  const [seconds, rest] = [timeNs / 1_000_000_000n, timeNs % 1_000_000_000n];
  return `${seconds}.${String(rest).padStart(9, "0")}`;
}

/** No data, invalid format, and events that are missing or blank: of these the event itself is the reason. */
const BAD_EVENT: ReadonlySet<number> = new Set([5, 6, 12, 13, 15]);

/** 400 is also the answer to an index, a token or a channel that can be put right. */
export function judgeReply({ status, body }: HttpReply, failure: SinkError): SinkError | undefined {
  const code = codeIn(body);
  if (status !== 400 || code === undefined || BAD_EVENT.has(code)) return undefined;
  return new SinkError("unavailable", failure.message);
}

function codeIn(body: string): number | undefined {
  const { code } = parsed(body);
  return typeof code === "number" ? code : undefined;
}

/** By which it can be asked whether what was sent is indexed; absent where the token has no such thing. */
export function ackIdIn(body: string): number | undefined {
  const { ackId } = parsed(body);
  return typeof ackId === "number" && Number.isSafeInteger(ackId) ? ackId : undefined;
}

export function isIndexed(body: string, ackId: number): boolean {
  const { acks } = parsed(body);
  return typeof acks === "object" && acks !== null &&
    (acks as Readonly<Record<string, unknown>>)[ackId] === true;
}

function parsed(body: string): Readonly<Record<string, unknown>> {
  try {
    const value = JSON.parse(body);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}
