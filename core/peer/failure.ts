/** What went wrong between falcod and a server, as a `SinkError` that people can read. */
import { escapeText } from "../alert/mod.ts";
import { type Secret, SinkError, type SinkErrorCode } from "../plugin/mod.ts";

/** Of what a client or a server says. */
const MAX_REASON_LENGTH = 300;

export interface FailureOptions {
  /** What was being done, as "Cannot write to NATS at 127.0.0.1:4222". */
  readonly doing: string;
  /** Never part of a message, although servers and clients like to repeat them. */
  readonly secrets?: readonly Secret[];
  readonly code?: SinkErrorCode;
  /** As in `SinkErrorOptions`. */
  readonly unclear?: number;
}

/** A `SinkError` stays what it is. */
export function failure(
  error: unknown,
  { doing, secrets = [], code, unclear = 0 }: FailureOptions,
): SinkError {
  if (error instanceof SinkError) return error;
  // Cut behind that: of a secret that the cut goes through nobody would find the rest.
  const reason = cut(withoutSecrets(reasonOf(error), secrets));
  // No cause: it would bring back the text, secrets and all.
  return new SinkError(code ?? "unavailable", `${doing}: ${reason}`, { unclear });
}

/**
 * The same failure, of the alert after the first `accepted` of a batch, which did arrive. Where that one
 * is not wanted, nothing is said of those behind it.
 */
export function afterAccepted(failed: SinkError, accepted: number): SinkError {
  const { code, message, retryAfterMs, unclear } = failed;
  return new SinkError(code, message, {
    accepted,
    ...code === "rejected" && { refused: 1 },
    ...retryAfterMs !== undefined && { retryAfterMs },
    ...unclear !== undefined && { unclear },
  });
}

function reasonOf(error: unknown): string {
  // Where a name has several addresses, each has failed in its own way, and the whole says nothing.
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  const { code } = error as { code?: unknown };
  return error.message || (typeof code === "string" ? code : error.name);
}

/** A server may say anything: what steers a terminal is spelled out. */
function cut(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= MAX_REASON_LENGTH
    ? escapeText(line)
    : `${escapeText(line.slice(0, MAX_REASON_LENGTH).toWellFormed())}…`;
}

function withoutSecrets(text: string, secrets: readonly Secret[]): string {
  let shown = text;
  for (const secret of secrets) {
    const value = revealed(secret);
    if (value === "") continue;
    for (const spelling of [value, encodeURIComponent(value.toWellFormed())]) {
      shown = shown.replaceAll(spelling, "[secret]");
    }
  }
  return shown;
}

function revealed(secret: Secret): string {
  try {
    return secret.reveal();
  } catch {
    return "";
  }
}
