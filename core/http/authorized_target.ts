/** A server that wants to be shown with each request who asks, by something that ends after a while. */
import { type Secret, SinkError, type WriteContext } from "../plugin/mod.ts";
import type { HttpSettings } from "./schema.ts";
import { type HttpAnswer, type HttpRequest, HttpTarget, type HttpTargetOptions } from "./target.ts";

/** What a server is shown. */
export interface Authorization {
  /** Of the header of that name. */
  readonly value: Secret;
  /** Absent: it does not end. */
  readonly endsAtMs?: number;
}

export interface AuthorizedTargetOptions extends Pick<HttpTargetOptions, "url" | "judge"> {
  /** Throws a `SinkError` (`unavailable`) where there is none to be had. */
  readonly authorize: (context?: WriteContext) => Promise<Authorization>;
}

/** A new one is fetched so long before the old one ends; Google's machines give the old one until then. */
const SPARE_MS = 225_000;
/** The server does not take what it was shown, or not any more. */
const UNKNOWN = 401;

export class AuthorizedTarget {
  readonly #http: HttpTarget;
  readonly #authorize: AuthorizedTargetOptions["authorize"];
  #known: Authorization | undefined;

  constructor(settings: HttpSettings, { url, judge, authorize }: AuthorizedTargetOptions) {
    this.#authorize = authorize;
    this.#http = new HttpTarget(settings, {
      url,
      judge: (reply, failure) => {
        if (reply.status === UNKNOWN) this.#known = undefined;
        return judge?.(reply, failure);
      },
    });
  }

  /** As `HttpTarget.send`. */
  async send(request: HttpRequest, context?: WriteContext): Promise<HttpAnswer> {
    const { value: authorization } = await this.#current(context);
    return await this.#http.send(
      { ...request, headers: { ...request.headers, authorization } },
      context,
    );
  }

  close(): Promise<void> {
    return this.#http.close();
  }

  async #current(context?: WriteContext): Promise<Authorization> {
    const known = this.#known;
    if (known && Date.now() < (known.endsAtMs ?? Infinity) - SPARE_MS) return known;
    try {
      return this.#known = await this.#authorize(context);
    } catch (error) {
      throw error instanceof SinkError ? beforeAll(error) : error;
    }
  }
}

/** Whatever became of the question who asks, no alert was on its way yet. */
function beforeAll({ code, message, retryAfterMs }: SinkError): SinkError {
  return new SinkError(code, message, { ...retryAfterMs !== undefined && { retryAfterMs } });
}
