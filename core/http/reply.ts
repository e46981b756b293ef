/** Answers of servers, and what they mean for the alerts that were sent. */
import { cutText, escapeText } from "../alert/mod.ts";
import { SinkError, type SinkErrorOptions } from "../plugin/mod.ts";
import type { AnswerHeaders } from "./_exchange.ts";

export interface HttpReply {
  readonly status: number;
  /** Names in small letters. */
  readonly headers: AnswerHeaders;
  /** Its beginning, where it is long. */
  readonly body: string;
  /** The same, where it is no text. */
  readonly bytes: Uint8Array;
  /** What came behind the body; only HTTP/2 has that here. */
  readonly trailers?: AnswerHeaders;
}

/** Of a request that had secrets in it. */
export interface HttpAnswer extends HttpReply {
  /** For what a message is to say of it. */
  readonly hide: (text: string) => string;
}

/** In UTF-16 units. */
const LONGEST_EXCERPT = 300;

export interface FailureOptions {
  /** Hides what is secret in a text as it came: cut or escaped, it would not be found. */
  readonly hide?: (text: string) => string;
  readonly now?: number;
}

/**
 * Absent where the server took what it was sent. Only what the request itself is wrong for is
 * `rejected`: a wrong address, password or permission can be put right, and the alerts still arrive.
 */
export function failureOf(
  reply: HttpReply,
  server: string,
  { hide = (text) => text, now = Date.now() }: FailureOptions = {},
): SinkError | undefined {
  const { status } = reply;
  if (status >= 200 && status < 300) return undefined;
  const body = hide(reply.body).trim();
  const excerpt = body === "" ? "" : `: ${excerptOf(body)}`;
  const told = `${server} answered ${status}${hintOf(reply, hide)}${excerpt}`;
  if (REFUSALS.has(status)) return new SinkError("rejected", told);
  const retryAfterMs = retryAfterMsOf(reply, now);
  return new SinkError("unavailable", told, retryAfterMs === undefined ? {} : { retryAfterMs });
}

/**
 * Bad request, failed precondition, too large, too long an address, unprocessable content. What is said of
 * the kind of a body (406, 411, 415, 417) or of headers (431) holds for every alert: it is about settings,
 * or somebody in between.
 */
const REFUSALS: ReadonlySet<number> = new Set([400, 412, 413, 414, 422]);

function hintOf({ status, headers }: HttpReply, hide: (text: string) => string): string {
  switch (status) {
    case 401:
      return " (it wants other credentials)";
    case 403:
      return " (it does not allow this)";
    case 404:
      return " (nothing is there: is the address right?)";
    case 407:
      return " (the proxy wants other credentials)";
    default: {
      const location = first(headers.location);
      if (status < 300 || status >= 400 || location === undefined) return "";
      // Before it is parsed, which makes small letters of a host.
      const origin = URL.parse(hide(location))?.origin ?? "another place";
      return ` (it has moved to ${origin}: redirections are not followed, configure the new address)`;
    }
  }
}

/** Words of a server as they may stand in a message. */
export function excerptOf(text: string, most = LONGEST_EXCERPT): string {
  return escapeText(cutText(text, most));
}

/** What is in an answer of JSON: nothing where it is something else. Nobody has looked at the values. */
export function membersIn(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? value as Readonly<Record<string, unknown>> : {};
  } catch {
    return {};
  }
}

/** Of a good answer that nobody understands. `which` of them, as "of SQS" or "to a bulk request". */
export function undocumentedAnswer(which: string, options?: SinkErrorOptions): SinkError {
  return new SinkError("unavailable", `The answer ${which} is not what is documented`, options);
}

/** `Retry-After`, seconds or a date (RFC 9110 10.2.3). */
function retryAfterMsOf({ headers }: HttpReply, now: number): number | undefined {
  const given = first(headers["retry-after"]);
  if (given === undefined) return undefined;
  if (/^\d{1,9}(\.\d{1,3})?$/.test(given)) return Number(given) * 1000;
  const date = Date.parse(given);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** Of a header that should be there once. */
function first(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === "string" ? header : header?.[0];
}
