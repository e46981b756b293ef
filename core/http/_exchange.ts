/** One request and its answer. */
import type { Dispatcher } from "undici";
import { Gathered } from "./_gathered.ts";

export type AnswerHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface Answer {
  readonly status: number;
  /** Names in small letters. */
  readonly headers: AnswerHeaders;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What came behind the body; only HTTP/2 has that here. */
  readonly trailers: AnswerHeaders;
}

/** How a request under way is ended. */
export type Controller = Pick<Dispatcher.DispatchController, "abort">;

export interface Wanted {
  /**
   * How many bytes of the body; what is longer is cut, and ends the connection. Asked when the head is
   * there; throws where the rest is not wanted.
   */
  readonly mostBytes: (status: number, headers: AnswerHeaders) => number;
  /** Told how many there are by now; throws where the rest is not wanted. */
  readonly came?: (sizeBytes: number) => void;
}

/** The request has gone out, at least in part; what the server has made of it, it alone knows. */
export class BrokenAnswer extends Error {
  /** `isBegun`: the head of the answer was there. */
  constructor(message: string, readonly isBegun: boolean, options?: ErrorOptions) {
    super(message, options);
  }
}

/** Of an answer's head. */
export const MOST_HEAD_BYTES = 32 << 10;
/** Of answers before the answer (RFC 9110 15.2); without end they would keep everything else waiting. */
const MOST_INTERIM = 16;

/** What undici is told to tell, and whoever else has requests under way. */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #wanted: Wanted;
  readonly #outcome = Promise.withResolvers<Answer>();
  readonly #body = new Gathered();
  /** Present as soon as the request goes out. */
  #controller: Controller | undefined;
  #interim = 0;
  #status = 0;
  #headers: AnswerHeaders = {};
  #mostBytes = 0;
  /** Told when the request goes out. */
  started: (() => void) | undefined;

  constructor(wanted: Wanted) {
    this.#wanted = wanted;
  }

  get answer(): Promise<Answer> {
    return this.#outcome.promise;
  }

  /** Waits no more, for this reason. A connection that is still being made goes on. */
  giveUp(reason: unknown): void {
    this.#outcome.reject(reason);
    this.#controller?.abort(reason as Error);
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    this.started?.();
  }

  /** That the answer will come, and nothing else. */
  announced(): void {
    if (++this.#interim <= MOST_INTERIM) return;
    this.giveUp(new BrokenAnswer("the answer never begins", false));
  }

  onResponseStart(
    _controller: Controller | undefined,
    status: number,
    headers: AnswerHeaders,
  ): void {
    if (status < 200) return this.announced();
    this.#status = status;
    this.#headers = headers;
    this.#orGiveUp(() => this.#mostBytes = this.#wanted.mostBytes(status, headers));
  }

  onResponseData(_controller: Controller | undefined, piece: Uint8Array): void {
    this.#body.add(piece);
    const { size } = this.#body;
    this.#orGiveUp(() => this.#wanted.came?.(size));
    if (size <= this.#mostBytes) return;
    this.#done();
    this.giveUp(new Error("the rest is not wanted"));
  }

  onResponseEnd(_controller?: Controller, trailers?: AnswerHeaders): void {
    this.#done(trailers);
  }

  onResponseError(_controller: Controller | undefined, error: Error): void {
    const isUnread = !this.#controller || isAboutCertificates(error);
    this.#outcome.reject(isUnread ? error : broken(error, this.#status !== 0));
  }

  #done(trailers: AnswerHeaders = {}): void {
    const bytes = this.#body.upTo(this.#mostBytes);
    this.#outcome.resolve({ status: this.#status, headers: this.#headers, bytes, trailers });
  }

  #orGiveUp(look: () => void): void {
    try {
      look();
    } catch (error) {
      this.giveUp(error);
    }
  }
}

/** In TLS 1.3 a client speaks first; a server that refuses it by its certificate has not listened. */
function isAboutCertificates(error: Error): boolean {
  return "code" in error && /ALERT_.*(?:CERT|UNKNOWN_CA|ACCESS_DENIED)/.test(String(error.code));
}

function broken(error: Error, isBegun: boolean): BrokenAnswer {
  const where = isBegun ? "in the answer" : "before the answer";
  return new BrokenAnswer(inWords(error, `the connection broke ${where}`), isBegun, {
    cause: error,
  });
}

/** undici's own words are about its inside. `broke`: what is said where the connection just ended. */
export function inWords(error: Error, broke: string): string {
  if (error.name === "HTTPParserError") {
    return `the answer is no HTTP/1.1${/ \(.+\)$/.exec(error.message)?.[0] ?? ""}`;
  }
  const code = "code" in error ? String(error.code) : "";
  switch (code) {
    case "UND_ERR_HEADERS_OVERFLOW":
      return `the head of the answer has more than ${MOST_HEAD_BYTES} bytes`;
    case "UND_ERR_RES_CONTENT_LENGTH_MISMATCH":
      return "the answer is not as long as it says";
    case "UND_ERR_SOCKET":
      // An answer that was not asked for: another protocol, another request.
      return error.message.startsWith("bad") ? "the answer is none to what was asked" : broke;
    default:
      return code.startsWith("E") ? `${broke}: ${error.message}` : broke;
  }
}
