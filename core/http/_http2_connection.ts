/**
 * A connection to a server that speaks HTTP/2. undici speaks it as well, but has no body of an answer that
 * trailers follow: on Deno these are told first. Whether an answer has ended or was broken off, `Http2Ends`
 * knows.
 */
import { type ClientHttp2Session, connect as speak } from "node:http2";
import type { Duplex } from "node:stream";
import { setImmediate } from "node:timers";
import type { Asked } from "./_connection.ts";
import type { AnswerHeaders, Exchange } from "./_exchange.ts";
import { Http2Ends } from "./_http2_ends.ts";
import type { Connect } from "./_undici.ts";
import { type Begun, connectorOf, IDLE_MS, type Way } from "./_way.ts";

/** What is told of an answer by names that are none of its headers. */
const OWN_NAMES = /^:/;

interface Session {
  readonly session: ClientHttp2Session;
  readonly ends: Http2Ends;
}

/** Many requests at a time. One at work does not know of the others. */
export class Http2Connection {
  readonly #to: URL;
  readonly #keepAlive: boolean;
  readonly #connect: Connect;
  readonly #begun: Begun = new Set();
  #session: Promise<Session> | undefined;
  #usedMs = 0;
  #underWay = 0;
  #isOpen = true;

  /** Connects with the first request. */
  constructor(way: Way) {
    this.#to = new URL(way.to);
    this.#keepAlive = way.keepAlive;
    this.#connect = connectorOf(way, { begun: this.#begun, isHttp2: true });
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** The exchange is told how it ends, in any case. */
  ask(request: Asked, exchange: Exchange): void {
    this.#underWay++;
    const done = () => {
      this.#underWay--;
      this.#usedMs = performance.now();
      if (!this.#isOpen || !this.#keepAlive) this.#leave();
    };
    exchange.answer.then(done, done);
    this.#current().then((session) => exchangeOn(session, this.#asHttp2(request), exchange))
      .catch((error) => exchange.onResponseError(undefined, error));
  }

  /** Ends once nothing is under way. */
  retire(): void {
    this.#isOpen = false;
    if (this.#underWay === 0) this.#leave();
  }

  /** Ends at once; what is under way fails. */
  destroy(): Promise<void> {
    this.#isOpen = false;
    this.#session?.then(({ session }) => session.destroy(), () => {});
    for (const one of this.#begun) one.destroy();
    return Promise.resolve();
  }

  /** The next request finds another session; who is still at work on this one ends there. */
  #leave(): void {
    this.#session?.then(({ session }) => session.close(), () => {});
    this.#session = undefined;
  }

  #current(): Promise<Session> {
    const isIdle = this.#underWay === 1 && performance.now() - this.#usedMs > IDLE_MS;
    if (isIdle || !this.#keepAlive) this.#leave();
    if (this.#session) return this.#session;
    const opening = this.#open();
    const forget = () => {
      if (this.#session === opening) this.#session = undefined;
    };
    opening.then(({ session }) => session.on("goaway", forget).on("close", forget), forget);
    return this.#session = opening;
  }

  async #open(): Promise<Session> {
    const { host, hostname, protocol, port, origin } = this.#to;
    const bare = hostname.replace(/^\[|\]$/g, "");
    const { promise, resolve, reject } = Promise.withResolvers<Duplex>();
    this.#connect(
      { host, hostname: bare, protocol, port },
      (error, socket) => error ? reject(error) : resolve(socket),
    );
    const socket = await promise;
    if (protocol === "https:" && (socket as { alpnProtocol?: unknown }).alpnProtocol !== "h2") {
      socket.destroy();
      throw new Error("the server speaks no HTTP/2");
    }
    const ends = Http2Ends.of(socket);
    const session = speak(origin, {
      createConnection: () => socket,
      settings: { enablePush: false },
    });
    // Each request is told by its stream.
    session.on("error", () => session.destroy());
    // What was forbidden may be sent all the same; an error that nobody hears would end everything.
    session.on("stream", (pushed) => pushed.on("error", () => {}).close());
    return { session, ends };
  }

  #asHttp2({ method, path, headers, body }: Asked): Http2Request {
    const { host = this.#to.host, ...others } = headers;
    const scheme = this.#to.protocol.slice(0, -1);
    const own = { ":method": method, ":scheme": scheme, ":authority": host, ":path": path };
    return { headers: { ...others, ...own }, body };
  }
}

interface Http2Request {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
}

function exchangeOn(
  { session, ends }: Session,
  { headers, body }: Http2Request,
  exchange: Exchange,
): void {
  const stream = session.request(headers, { endStream: body === undefined });
  let isAnswered = false;
  let trailers: AnswerHeaders = {};
  const { id = 0 } = stream;
  ends.expect(id);
  const ended = () => {
    if (ends.isWhole(id)) exchange.onResponseEnd(undefined, trailers);
    else exchange.onResponseError(undefined, new Error("the answer ends in its midst"));
    ends.forget(id);
    // Who has answered before all of the request was there does not read the rest.
    stream.destroy();
  };
  exchange.onRequestStart({ abort: (reason) => stream.destroy(reason) });
  stream.on("response", (head) => {
    isAnswered = true;
    exchange.onResponseStart(undefined, Number(head[":status"]), bareHeaders(head));
    // Deno would tell of the body before its head.
    stream.on("data", (piece: Uint8Array) => exchange.onResponseData(undefined, piece));
  });
  stream.on("headers", () => exchange.announced());
  stream.on("trailers", (given) => trailers = bareHeaders(given));
  // Node tells of trailers after the end on some systems.
  stream.on("end", () => isAnswered && setImmediate(ended));
  stream.on("error", (error) => exchange.onResponseError(undefined, error));
  stream.on("close", () => {
    if (isAnswered && stream.readableEnded) return;
    ends.forget(id);
    exchange.onResponseError(undefined, new Error("the stream was closed"));
  });
  stream.end(body);
}

function bareHeaders(headers: object): AnswerHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !OWN_NAMES.test(name)));
}
