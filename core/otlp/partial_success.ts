/** What a collector says it did not take of a request that it answers with 200. */
import { WireError, WireMessage } from "../base/mod.ts";
import { excerptOf } from "../http/reply.ts";
import { SinkError } from "../plugin/sink_error.ts";

/** A collector may say something of each that it did not take; an answer that is cut says nothing. */
export const MOST_ANSWER_BYTES: number = 1 << 20;

interface PartialSuccess {
  readonly rejected: number;
  readonly reason: string;
}

/** Absent where all were taken. Which were not is not told, and none of them is to be sent again. */
export function lossOf(partial: PartialSuccess | undefined, count: number): SinkError | undefined {
  if (!partial || !(partial.rejected > 0)) return undefined;
  const refused = Math.min(count, Math.floor(partial.rejected));
  const reason = excerptOf(partial.reason);
  return new SinkError("rejected", `The collector did not take ${refused} of ${count}: ${reason}`, {
    accepted: count - refused,
    refused,
  });
}

/** Of an answer in protocol buffers, where the fields have the same numbers for all that can be sent. */
export function protobufPartialSuccess(bytes: Uint8Array): PartialSuccess | undefined {
  try {
    const partial = new WireMessage(bytes).message(1);
    return partial && { rejected: Number(partial.integer(1)), reason: partial.text(2) };
  } catch (error) {
    // It said 200, in a language of its own.
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

/** Of an answer in JSON; `key`: what the count is called. */
export function jsonPartialSuccess(body: string, key: string): PartialSuccess | undefined {
  try {
    const { [key]: rejected, errorMessage = "" } = JSON.parse(body).partialSuccess;
    return { rejected: Number(rejected), reason: String(errorMessage) };
  } catch {
    return undefined;
  }
}
