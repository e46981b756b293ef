/** Answers that say what was wrong and what to do, to people with curl and to those who read logs. */

export interface Refusal {
  readonly status: number;
  /** One sentence without a full stop: what is wrong, and which bound it met. */
  readonly error: string;
  /** What to do about it. */
  readonly help?: string | undefined;
  /** When it may be tried again, in seconds. */
  readonly retryAfterS?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** JSON of one line: `{"status":413,"error":"…","help":"…"}`. */
export function refusal({ status, error, help, retryAfterS, headers }: Refusal): Response {
  return jsonReply({ status, error, help }, {
    status,
    headers: {
      ...headers,
      ...retryAfterS !== undefined && { "retry-after": String(retryAfterS) },
    },
  });
}

/** A JSON document and a line end. */
export function jsonReply(
  document: unknown,
  { status = 200, headers = {} }: {
    readonly status?: number;
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
): Response {
  return new Response(`${JSON.stringify(document)}\n`, {
    status,
    headers: { "content-type": "application/json", "cache-control": "no-store", ...headers },
  });
}
