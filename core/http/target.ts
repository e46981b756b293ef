/** One server that takes alerts. */
import type { Agent, ClientRequest, RequestOptions } from "node:http";
import { Secret, SinkError, type WriteContext } from "../plugin/mod.ts";
import { newAgent } from "./agents.ts";
import { placeOf } from "./_place_of.ts";
import { BrokenAnswer, opener, replyTo, unlessAborted } from "./_reply_to.ts";
import { proxyAuthorization, proxyFor } from "./proxy.ts";
import { failureOf, type HttpReply } from "./reply.ts";
import type { HttpSettings } from "./schema.ts";
import { marksOf, readClientTls } from "./trust.ts";

export type { HttpReply } from "./reply.ts";

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
}

export interface HttpRequest {
  readonly body: string | Uint8Array;
  /** JSON. */
  readonly contentType?: string;
  readonly url?: Secret | string;
  readonly method?: "GET" | "POST" | "PUT";
  /** Of the answer; what is longer is cut. 64 KiB. */
  readonly mostBytes?: number;
  readonly headers?: Readonly<Record<string, string | Secret>>;
}

const JSON_TYPE = "application/json; charset=utf-8";
const MOST_BYTES = 64 << 10;
/** How often files of certificates are looked at. */
const LOOK_MS = 1000;
/** Shorter ones would make texts unreadable, and are no secrets. */
const SHORTEST_SECRET = 6;
/** Of a part of an address that is one by itself; shorter ones are words. */
const SHORTEST_TOKEN = 16;

interface Connections {
  readonly key: string;
  readonly agent: Agent;
}

export class HttpTarget {
  readonly #settings: HttpSettings;
  readonly #options: HttpTargetOptions;
  #connections: Connections | undefined;
  #lookedAt = -Infinity;
  #marks = "";
  readonly #closing = new AbortController();
  readonly #underWay = new Set<ClientRequest>();

  constructor(settings: HttpSettings, options: HttpTargetOptions) {
    this.#settings = settings;
    this.#options = options;
  }

  /** The answer, which is a good one; anything else is thrown as a `SinkError`. */
  async send(request: HttpRequest, context?: WriteContext): Promise<HttpReply> {
    const secrets: string[] = [];
    const given = request.url ?? this.#options.url;
    const url = this.#urlOf(typeof given === "function" ? given() : given, secrets);
    try {
      const reply = await this.#exchange(url, { request, context, secrets });
      const failure = failureOf(reply, url.origin);
      if (failure) throw this.#options.judge?.(reply, failure) ?? failure;
      return reply;
    } catch (error) {
      const reason = context?.signal.aborted ? context.signal.reason : undefined;
      // A connection that is still being made would be waited for by the next request.
      if (context?.signal.aborted) this.#disconnect();
      if (reason instanceof SinkError) throw reason;
      throw withoutSecrets(error, url, secrets);
    }
  }

  /** Ends all connections; may be called twice. */
  close(): Promise<void> {
    this.#closing.abort(new SinkError("unavailable", "The sink was closed before the answer came"));
    for (const outgoing of this.#underWay) giveUp(outgoing);
    this.#disconnect();
    return Promise.resolve();
  }

  #disconnect(): void {
    this.#connections?.agent.destroy();
    this.#connections = undefined;
  }

  #urlOf(given: Secret | string, secrets: string[]): URL {
    const text = typeof given === "string" ? given : given.reveal();
    const url = URL.parse(text.trim());
    if (!url || !/^https?:$/.test(url.protocol)) {
      throw new SinkError(
        "unavailable",
        "The address is none that begins with http:// or https://",
      );
    }
    if (typeof given !== "string") {
      secrets.push(text, `${url.pathname}${url.search}`, url.password);
      secrets.push(...credentialsIn(url));
      // A server may repeat its token alone.
      const parts = [...url.pathname.split("/"), ...url.searchParams.values()];
      secrets.push(...parts.filter((part) => part.length >= SHORTEST_TOKEN));
    }
    return url;
  }

  async #exchange(
    url: URL,
    { request, context, secrets }: {
      readonly request: HttpRequest;
      readonly context: WriteContext | undefined;
      readonly secrets: string[];
    },
  ): Promise<HttpReply> {
    const body = await this.#bodyOf(request);
    const headers = this.#headersOf(request, body, secrets);
    const configured = this.#settings.proxy.reveal();
    const proxy = proxyFor(url, configured);
    if (proxy) secrets.push(configured, decodeURIComponent(proxy.password));
    const options = {
      method: request.method ?? this.#options.method ?? "POST",
      ...placeOf(url, proxy, headers),
    };
    const { mostBytes = MOST_BYTES } = request;
    const { method = "POST" } = options;
    const beganMs = performance.now();
    const observe = (reply?: HttpReply) =>
      context?.observe?.({
        kind: "http",
        method,
        url: url.href,
        headers,
        body: request.body,
        ms: performance.now() - beganMs,
        ...reply && { reply },
      });
    const open = await opener(url);
    for (let isAgain = false;; isAgain = true) {
      if (this.#closing.signal.aborted) throw new SinkError("closed", "The sink is closed");
      const agent = await this.#agentFor(url, proxy);
      const outgoing = open({ ...options, agent } as RequestOptions);
      this.#underWay.add(outgoing);
      const abort = () => giveUp(outgoing);
      context?.signal.addEventListener("abort", abort, { once: true });
      if (context?.signal.aborted) abort();
      try {
        const answer = unlessAborted(replyTo(outgoing, body, mostBytes), this.#closing.signal);
        const reply = await unlessAborted(answer, context?.signal);
        observe(reply);
        return reply;
      } catch (error) {
        // A server may end a connection that waits in the very moment it is used again.
        if (isAgain || !outgoing.reusedSocket || !isBreak(error)) {
          observe();
          throw error;
        }
      } finally {
        this.#underWay.delete(outgoing);
        context?.signal.removeEventListener("abort", abort);
      }
    }
  }

  async #bodyOf({ body }: HttpRequest): Promise<Uint8Array> {
    const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
    return this.#settings.compress && bytes.length > 0 ? await compressed(bytes) : bytes;
  }

  #headersOf(
    { contentType = JSON_TYPE, headers }: HttpRequest,
    body: Uint8Array,
    secrets: string[],
  ): Record<string, string> {
    const all: Record<string, string> = {
      "user-agent": this.#options.userAgent ?? "falcod",
      ...body.length > 0 && { "content-type": contentType },
      "content-length": String(body.length),
      ...this.#settings.compress && body.length > 0 && { "content-encoding": "gzip" },
    };
    for (const some of [this.#options.headers, headers, this.#settings.headers]) {
      for (const [name, value] of Object.entries(some ?? {})) {
        const text = typeof value === "string" ? value : value.reveal();
        if (value instanceof Secret) secrets.push(text, ...credentialsOf(text));
        // deno-lint-ignore no-control-regex -- what must not be in a header
        if (/[\u0000-\u0008\u000a-\u001f\u007f]|[^\u0000-\u00ff]/.test(text)) {
          throw new SinkError("unavailable", `The header "${name}" has characters it cannot have`);
        }
        all[name.toLowerCase()] = text;
      }
    }
    return all;
  }

  /** Another one when files have changed, or the proxy; requests under way end on the old one. */
  async #agentFor(url: URL, proxy: URL | undefined): Promise<Agent> {
    const { tls, keep_alive } = this.#settings;
    const isSecure = url.protocol === "https:";
    const now = performance.now();
    if (isSecure && now - this.#lookedAt >= LOOK_MS) {
      this.#lookedAt = now;
      this.#marks = marksOf(tls);
    }
    const key = `${isSecure ? this.#marks : ""} ${url.protocol} ${proxy?.href ?? ""}`;
    if (this.#connections?.key === key) return this.#connections.agent;
    const trust = isSecure ? readClientTls(tls) : { rejectUnauthorized: true };
    const agent = await newAgent({ isSecure, proxy, tls: trust, keepAlive: keep_alive });
    this.#connections?.agent.destroy();
    this.#connections = { key, agent };
    return agent;
  }
}

/**
 * Deno's node:http sends what was destroyed on a connection that was there already once more by itself: the
 * server may have it, and nobody would be told that it came twice.
 */
function giveUp(outgoing: ClientRequest): void {
  outgoing.reusedSocket = false;
  outgoing.destroy();
}

/** What a server may repeat of `Basic dXNlcjpwYXNz` or `Bearer token`: the credentials, the password. */
function credentialsOf(authorization: string): readonly string[] {
  const [, scheme = "", credentials = ""] = /^(\S+) +(\S+)$/.exec(authorization) ?? [];
  if (scheme.toLowerCase() !== "basic") return [credentials];
  try {
    const pair = new TextDecoder().decode(Uint8Array.fromBase64(credentials));
    return [credentials, pair.slice(pair.indexOf(":") + 1)];
  } catch {
    return [credentials];
  }
}

function credentialsIn(url: URL): readonly string[] {
  try {
    return credentialsOf(proxyAuthorization(url) ?? "");
  } catch {
    return []; // a percent sign that stands for nothing: no request is made
  }
}

async function compressed(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes as BlobPart]).stream().pipeThrough(new CompressionStream("gzip"));
  return await new Response(stream).bytes();
}

function isBreak(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "ECONNRESET" || code === "EPIPE";
}

/** As a `SinkError` that tells where the alerts should have gone, and nothing that is secret. */
function withoutSecrets(error: unknown, url: URL, secrets: readonly string[]): SinkError {
  const isOurs = error instanceof SinkError;
  const reason = error instanceof Error ? error.message : String(error);
  let message = isOurs ? reason : `Cannot reach ${url.origin}: ${reason}${hintOf(error)}`;
  for (const secret of secrets) {
    if (secret.length >= SHORTEST_SECRET) message = message.replaceAll(secret, "[secret]");
  }
  if (!isOurs) {
    const isUnclear = isBreak(error) || error instanceof BrokenAnswer;
    return new SinkError("unavailable", message, isUnclear ? { unclear: Infinity } : {});
  }
  const { code, retryAfterMs, unclear } = error;
  return new SinkError(code, message, {
    ...retryAfterMs !== undefined && { retryAfterMs },
    ...unclear !== undefined && { unclear },
  });
}

/** What to look at when a certificate is not trusted. */
function hintOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return /CERT|VERIFY|SELF_SIGNED/.test(code)
    ? " (is its certificate still valid, and of an authority that tls.ca names?)"
    : "";
}
