/** One server that takes alerts. */
import { Secret, SinkError, type WriteContext } from "../plugin/mod.ts";
import type { Asked } from "./_connection.ts";
import { BrokenAnswer, Exchange } from "./_exchange.ts";
import { type Place, placeOf } from "./_place_of.ts";
import { secretsOfAddress, secretsOfHeader, secretsOfProxy, withoutSecrets } from "./_secrets.ts";
import { proxyFor } from "./proxy.ts";
import { failureOf, type HttpAnswer, type HttpReply } from "./reply.ts";
import type { HttpSettings } from "./schema.ts";
import type { Way } from "./_way.ts";
import { type ClientTls, marksOf, readClientTls } from "./trust.ts";

export type { HttpAnswer, HttpReply } from "./reply.ts";

export interface HttpTargetOptions {
  /** Where requests go that say nothing else; asked each time, as secrets may stand in files. */
  readonly url: Secret | string | (() => Secret);
  /** POST. */
  readonly method?: "POST" | "PUT";
  /** Those of the settings come on top. */
  readonly headers?: Readonly<Record<string, string | Secret>>;
  /** falcod. */
  readonly userAgent?: string;
  /** Says what a failure means where its status alone does not; absent: what the status means. */
  readonly judge?: (reply: HttpReply, failure: SinkError) => SinkError | undefined;
  /** Certificates that stand in no file; what the settings say goes before them. */
  readonly certificates?: Partial<ClientTls>;
  /** HTTP/2, which servers without TLS have to know beforehand; absent: HTTP/1.1. */
  readonly isHttp2?: boolean;
  /** Where its authority is named. tls.ca. */
  readonly caKey?: string;
}

export interface HttpRequest {
  readonly body: string | Uint8Array;
  /** JSON. */
  readonly contentType?: string;
  readonly url?: Secret | string;
  readonly method?: "GET" | "POST" | "PUT";
  /** Of the answer; what is longer is cut. 64 KiB. */
  readonly mostBytes?: number;
  /** Answers that are no failure although they are no success, as 404 where nothing may be there. */
  readonly expected?: readonly number[];
  readonly headers?: Readonly<Record<string, string | Secret>>;
}

const JSON_TYPE = "application/json; charset=utf-8";
const MOST_BYTES = 64 << 10;
/** How often files of certificates are looked at. */
const LOOK_MS = 1000;
const ENCODER = new TextEncoder();
const DECODER = new TextDecoder();

/** Of either version of HTTP. */
interface Connection {
  readonly isOpen: boolean;
  ask(request: Asked, exchange: Exchange): void;
  retire(): void;
  destroy(): Promise<void>;
}

type Connections = new (way: Way) => Connection;

type Headers = Readonly<Record<string, string>>;

/** An address that was looked at; most requests go to the one before them. */
interface Address {
  readonly text: string;
  readonly isSecret: boolean;
  readonly url: URL;
  readonly origin: string;
}

/** And how to get there. */
interface Route extends Place {
  readonly address: Address;
  /** What `proxy` was found by. */
  readonly configured: string;
  readonly proxy: URL | undefined;
}

/** A request as it goes out. */
interface Outgoing {
  readonly request: HttpRequest;
  readonly route: Route;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

interface Connected {
  readonly key: string;
  readonly connection: Connection;
}

export class HttpTarget {
  readonly #settings: HttpSettings;
  readonly #options: HttpTargetOptions;
  #address: Address | undefined;
  #route: Route | undefined;
  /** Loaded with the first request. */
  #connections: Connections | undefined;
  #connected: Connected | undefined;
  #lookedAt = -Infinity;
  #marks = "";
  #isClosed = false;
  /** Each ends one that is under way, for a reason. */
  readonly #underWay = new Set<(reason: unknown) => Promise<void>>();

  constructor(settings: HttpSettings, options: HttpTargetOptions) {
    this.#settings = settings;
    this.#options = options;
  }

  /** The answer, which is a good one; anything else is thrown as a `SinkError`. */
  async send(request: HttpRequest, context?: WriteContext): Promise<HttpAnswer> {
    const given = request.url ?? this.#options.url;
    const address = this.#addressOf(typeof given === "function" ? given() : given);
    let headers: Headers = {};
    const hide = (text: string) => withoutSecrets(text, this.#secretsIn(address, request, headers));
    try {
      const body = await this.#bodyOf(request);
      const route = this.#routeTo(address);
      headers = this.#headersOf(request, { body, authorization: route.authorization });
      const reply = await this.#exchange({ request, body, route, headers }, context ?? {});
      const isExpected = request.expected?.includes(reply.status);
      const failure = isExpected ? undefined : failureOf(reply, address.origin, { hide });
      if (failure) throw this.#options.judge?.(reply, failure) ?? failure;
      return { ...reply, hide };
    } catch (error) {
      const reason = context?.signal.aborted ? context.signal.reason : undefined;
      if (reason instanceof SinkError) throw reason;
      throw asSinkError(this.#ofProxy(error), {
        origin: address.origin,
        caKey: this.#options.caKey ?? "tls.ca",
        hide,
      });
    }
  }

  /** Ends all connections; may be called twice. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const why = new SinkError("unavailable", "The sink was closed before the answer came");
    await Promise.all([...this.#underWay].map((end) => end(why)));
    await this.#connected?.connection.destroy();
  }

  #addressOf(given: Secret | string): Address {
    const isSecret = typeof given !== "string";
    const text = isSecret ? given.reveal() : given;
    const known = this.#address;
    if (known?.text === text && known.isSecret === isSecret) return known;
    const url = URL.parse(text.trim());
    if (!url || !/^https?:$/.test(url.protocol)) {
      throw new SinkError(
        "unavailable",
        "The address is none that begins with http:// or https://",
      );
    }
    return this.#address = { text, isSecret, url, origin: url.origin };
  }

  #routeTo(address: Address): Route {
    const configured = this.#settings.proxy.reveal();
    const known = this.#route;
    if (known?.address === address && known.configured === configured) return known;
    const proxy = proxyFor(address.url, configured);
    const place = placeOf(address.url, proxy, this.#options.isHttp2 ? { isTunnelled: true } : {});
    return this.#route = { address, configured, proxy, ...place };
  }

  async #exchange(
    { request, route, headers, body }: Outgoing,
    { signal, observe }: Partial<WriteContext>,
  ): Promise<HttpReply> {
    this.#connections ??= this.#options.isHttp2
      ? (await import("./_http2_connection.ts")).Http2Connection
      : (await import("./_connection.ts")).Connection;
    signal?.throwIfAborted();
    const connection = this.#connectionFor(route, this.#connections);
    const beganMs = performance.now();
    const method = request.method ?? this.#options.method ?? "POST";
    const { mostBytes = MOST_BYTES } = request;
    const exchange = new Exchange({ mostBytes: () => mostBytes });
    const end = (reason: unknown) => {
      exchange.giveUp(reason);
      return connection.destroy();
    };
    const abort = () => void end(signal?.reason);
    this.#underWay.add(end);
    signal?.addEventListener("abort", abort);
    let reply: HttpReply | undefined;
    try {
      const all = route.headers ? { ...headers, ...route.headers } : headers;
      connection.ask({ method, path: route.path, headers: all, body }, exchange);
      const answer = await exchange.answer;
      return reply = { ...answer, body: DECODER.decode(answer.bytes) };
    } finally {
      this.#underWay.delete(end);
      signal?.removeEventListener("abort", abort);
      observe?.({
        kind: "http",
        method,
        url: route.address.url.href,
        headers,
        body: request.body,
        ms: performance.now() - beganMs,
        ...reply && { reply },
      });
    }
  }

  async #bodyOf({ body }: HttpRequest): Promise<Uint8Array> {
    const bytes = typeof body === "string" ? ENCODER.encode(body) : body;
    return this.#settings.compress && bytes.length > 0 ? await compressed(bytes) : bytes;
  }

  #headersOf(
    { contentType = JSON_TYPE, headers }: HttpRequest,
    { body, authorization }: {
      readonly body: Uint8Array;
      readonly authorization: string | undefined;
    },
  ): Headers {
    const all: Record<string, string> = { "user-agent": this.#options.userAgent ?? "falcod" };
    if (body.length > 0) {
      all["content-type"] = contentType;
      if (this.#settings.compress) all["content-encoding"] = "gzip";
    }
    all["content-length"] = String(body.length);
    for (const some of [this.#options.headers, headers, this.#settings.headers]) {
      for (const [name, value] of Object.entries(some ?? {})) {
        const text = typeof value === "string" ? value : value.reveal();
        // deno-lint-ignore no-control-regex -- what must not be in a header
        if (/[\u0000-\u0008\u000a-\u001f\u007f]|[^\u0000-\u00ff]/.test(text)) {
          throw new SinkError("unavailable", `The header "${name}" has characters it cannot have`);
        }
        all[name.toLowerCase()] = text;
      }
    }
    if (authorization !== undefined) all.authorization ??= authorization;
    return all;
  }

  /** Another one when files have changed, or the proxy; requests under way end on the old one. */
  #connectionFor({ to, through, address }: Route, Made: Connections): Connection {
    if (this.#isClosed) throw new SinkError("closed", "The sink is closed");
    const { keep_alive: keepAlive } = this.#settings;
    const isSecure = address.url.protocol === "https:";
    if (isSecure) this.#lookAtFiles();
    const key = `${isSecure ? this.#marks : ""} ${to} ${through?.href ?? ""}`;
    const known = this.#connected;
    if (known?.key === key && known.connection.isOpen) return known.connection;
    const trust = isSecure ? this.#trust() : { rejectUnauthorized: true };
    const connection = new Made({ to, through, tls: trust, keepAlive });
    known?.connection.retire();
    this.#connected = { key, connection };
    return connection;
  }

  #trust(): ClientTls {
    const { tls } = this.#settings;
    const { rejectUnauthorized = true, ...certificates } = this.#options.certificates ?? {};
    const given = readClientTls(tls);
    return {
      ...certificates,
      ...given,
      rejectUnauthorized: rejectUnauthorized && given.rejectUnauthorized,
      // Without a word, the settings mean those of the system.
      ...tls.ca === "" && certificates.ca && { ca: certificates.ca },
    };
  }

  #lookAtFiles(): void {
    const now = performance.now();
    if (now - this.#lookedAt < LOOK_MS) return;
    this.#lookedAt = now;
    this.#marks = marksOf(this.#settings.tls);
  }

  /** The place that a connection was not made to is the proxy's where that is asked for the server. */
  #ofProxy(error: unknown): unknown {
    const isAsked = this.#route?.headers !== undefined;
    if (!isAsked || !(error instanceof Error) || !("syscall" in error)) return error;
    if (error.syscall !== "connect" && error.syscall !== "getaddrinfo") return error;
    return new Error(`no way to the proxy: ${error.message}`, { cause: error });
  }

  /** What the server was told that nobody else is to know. */
  #secretsIn(address: Address, request: HttpRequest, headers: Headers): readonly string[] {
    const { configured, proxy } = this.#route ?? {};
    const named = [this.#options.headers, request.headers, this.#settings.headers]
      .flatMap((some) => Object.entries(some ?? {}))
      .filter(([, value]) => value instanceof Secret)
      .map(([name]) => headers[name.toLowerCase()] ?? "");
    return [
      ...address.isSecret ? secretsOfAddress(address.text, address.url) : [],
      ...named.flatMap(secretsOfHeader),
      ...proxy ? secretsOfProxy(configured ?? "", proxy) : [],
    ];
  }
}

export async function compressed(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes as BlobPart]).stream().pipeThrough(new CompressionStream("gzip"));
  return await new Response(stream).bytes();
}

interface Told {
  readonly origin: string;
  readonly caKey: string;
  readonly hide: (text: string) => string;
}

/** As a `SinkError` that tells where the alerts should have gone, and nothing that is secret. */
function asSinkError(error: unknown, { origin, caKey, hide }: Told): SinkError {
  const isOurs = error instanceof SinkError;
  const reason = error instanceof Error ? error.message : String(error);
  const told = isOurs ? reason : `Cannot reach ${origin}: ${reason}${hintOf(error, caKey)}`;
  const message = hide(told);
  if (!isOurs) {
    const isUnclear = error instanceof BrokenAnswer;
    return new SinkError("unavailable", message, isUnclear ? { unclear: Infinity } : {});
  }
  const { code, retryAfterMs, unclear } = error;
  return new SinkError(code, message, {
    ...retryAfterMs !== undefined && { retryAfterMs },
    ...unclear !== undefined && { unclear },
  });
}

/** What to look at when TLS does not come about. */
function hintOf(error: unknown, caKey: string): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  // No word of TLS came back.
  if (code === "ERR_SSL_WRONG_VERSION_NUMBER") return " (is it a server of http:// only?)";
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return " (is this the name by which the server should be asked?)";
  }
  return /CERT|VERIFY|SELF_SIGNED/.test(code)
    ? ` (is its certificate still valid, and of an authority that ${caKey} names?)`
    : "";
}
