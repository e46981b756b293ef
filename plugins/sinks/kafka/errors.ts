/** Codes of failures. kafka.apache.org/protocol#protocol_error_codes */
import { SinkError } from "../../../core/mod.ts";

const NAMES: Readonly<Record<number, string>> = {
  2: "the messages arrived broken",
  3: "the topic or its partition is not there",
  5: "the partition has no leader now",
  6: "another broker leads the partition",
  7: "the replicas did not answer in time",
  8: "the broker is not there",
  10: "a message is too large",
  13: "the connection broke",
  17: "no topic can have this name",
  18: "the messages are too large together",
  19: "there are too few replicas in sync",
  20: "too few replicas in sync have the messages",
  29: "the topic is not for this user",
  31: "the cluster is not for this user",
  32: "the time of a message is out of bounds",
  33: "this kind of authentication is not enabled",
  35: "the broker is too old, 2.1 is needed",
  56: "the disk failed",
  58: "the user or the password is wrong",
  76: "the compression is not supported",
  87: "a message is not what the topic takes",
  89: "the rate is over its quota",
};

/** Of these, the messages are the reason; all others can be put right, or pass. */
const REFUSALS: ReadonlySet<number> = new Set([10, 18, 32, 87]);

/** Of these, the messages may be there all the same. */
const UNCLEAR: ReadonlySet<number> = new Set([-1, 7, 13, 20]);

/** Answers that a topic is being made, or moved, and will be there soon. */
export const IS_COMING: ReadonlySet<number> = new Set([3, 5, 6]);

/** `where`: what it is about, as "topic falco". */
export function kafkaError(code: number, where: string): SinkError {
  const told = NAMES[code] ?? "an unknown reason";
  const message = `Kafka, ${where}: ${told} (${code})`;
  if (REFUSALS.has(code)) return new SinkError("rejected", message);
  return new SinkError("unavailable", message, { unclear: UNCLEAR.has(code) ? Infinity : 0 });
}
