/** One file from a server, as a whole; redirections are followed, but never away from TLS. */
import { Secret } from "../plugin/mod.ts";
import type { Connection } from "./_connection.ts";
import { type AnswerHeaders, BrokenAnswer, Exchange, type Wanted } from "./_exchange.ts";
import { placeOf } from "./_place_of.ts";
import { secretsInAddress, secretsOfHeader, withoutSecrets } from "./_secrets.ts";
import { proxyFor } from "./proxy.ts";
import type { HttpSettings } from "./schema.ts";
import { readClientTls } from "./trust.ts";

export interface DownloadRequest {
  readonly tls: HttpSettings["tls"];
  /** As in the settings of sinks: "": as the environment says. */
  readonly proxy: Secret;
  /** Go to the server that is named and to no other, wherever it sends us. */
  readonly headers?: Readonly<Record<string, string | Secret>>;
  /** What else of the address nobody is to see; user, password and query are known. */
  readonly secrets?: readonly string[];
  /** What is longer is refused, not cut. */
  readonly mostBytes: number;
  /** Also `http://`; a server with TLS may still not send us to one without. */
  readonly allowsPlain?: boolean;
  readonly signal?: AbortSignal;
  /** `totalBytes` is absent where the server does not tell. */
  readonly progress?: (doneBytes: number, totalBytes: number | undefined) => void;
  /** How long nothing may come. 30 s. */
  readonly idleMs?: number;
  /** How long all of it may take, wherever the server sends us. 15 minutes. */
  readonly mostMs?: number;
}

export interface Download {
  readonly status: number;
  /** Names in small letters. */
  readonly headers: AnswerHeaders;
  readonly body: Uint8Array<ArrayBuffer>;
  /** Where it came from in the end. */
  readonly url: URL;
  /** What the server says that is no success, without what it was told in secret and repeats. */
  readonly complaint: string;
}

export type DownloadErrorCode =
  | "unreachable"
  | "too-large"
  | "too-slow"
  | "not-tls"
  | "redirects"
  | "cut-short";

/** A file that did not come; the message names the server and nothing that is secret. */
export class DownloadError extends Error {
  override readonly name = "DownloadError";
  constructor(readonly code: DownloadErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
  }
}

const MOST_REDIRECTIONS = 5;
const IDLE_MS = 30_000, MOST_MS = 15 * 60_000;
/** Of an answer that is no success only the beginning is of interest. */
const MOST_OF_REFUSAL = 64 << 10;
const ANYBODY = { rejectUnauthorized: true };
const REDIRECTIONS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Also answers that are no success are returned, cut to 64 KiB; throws `DownloadError`. */
export async function download(from: URL, request: DownloadRequest): Promise<Download> {
  const { mostMs = MOST_MS } = request;
  const endMs = performance.now() + mostMs;
  let url = from;
  for (let count = 0;; count++) {
    if (url.protocol !== "https:" && !(url.protocol === "http:" && request.allowsPlain)) {
      // What is no address of the web has no origin.
      const place = url.protocol === "http:" ? url.origin : `"${url.protocol}"`;
      throw new DownloadError("not-tls", `${place} has no TLS: only https:// is trusted here`);
    }
    const answer = await askOnce(url, {
      ...request,
      mostMs,
      leftMs: endMs - performance.now(),
      goesToNamed: url.origin === from.origin,
    });
    if (!REDIRECTIONS.has(answer.status)) {
      return { ...answer, complaint: complaintOf(answer, { from, url, request }) };
    }
    const next = placeToGo(answer, url);
    if (count === MOST_REDIRECTIONS) {
      const message = `${from.origin} sends us on more than ${MOST_REDIRECTIONS} times`;
      throw new DownloadError("redirects", message);
    }
    if (url.protocol === "https:" && next.protocol !== "https:") {
      const message = `${url.origin} sends us to ${next.origin}, which has no TLS`;
      throw new DownloadError("not-tls", message);
    }
    url = next;
  }
}

/** "" where it is one. */
function complaintOf(
  { status, body }: Answer,
  { from, url, request: { headers = {}, secrets = [] } }: {
    readonly from: URL;
    readonly url: URL;
    readonly request: DownloadRequest;
  },
): string {
  if (isGood(status)) return "";
  const hidden = Object.values(headers).filter((value) => value instanceof Secret);
  return withoutSecrets(new TextDecoder().decode(body), [
    ...[from, url].flatMap(secretsInAddress),
    ...secrets,
    ...hidden.flatMap((secret) => secretsOfHeader(secret.reveal())),
  ]);
}

function isGood(status: number): boolean {
  return status >= 200 && status < 300;
}

function placeToGo({ headers, status }: Answer, url: URL): URL {
  const next = typeof headers.location === "string" ? URL.parse(headers.location, url) : null;
  if (next && /^https?:$/.test(next.protocol)) {
    next.username = next.password = "";
    return next;
  }
  const message = `${url.origin} answered ${status} and does not say where to go`;
  throw new DownloadError("redirects", message);
}

type Answer = Omit<Download, "complaint">;

interface OneRequest extends DownloadRequest {
  readonly goesToNamed: boolean;
  readonly mostMs: number;
  /** Of `mostMs`. */
  readonly leftMs: number;
}

async function askOnce(url: URL, request: OneRequest): Promise<Answer> {
  const patience = patienceWith(url, request);
  const signal = AbortSignal.any([patience.signal, ...request.signal ? [request.signal] : []]);
  const exchange = new Exchange(wantedOf(url, { ...request, heard: patience.heard }));
  const giveUp = () => exchange.giveUp(signal.reason);
  let connection: Connection | undefined;
  try {
    const { Connection } = await import("./_connection.ts");
    signal.throwIfAborted();
    const { to, through, path, authorization, headers } = placeOf(
      url,
      proxyFor(url, request.proxy.reveal()),
    );
    const tls = url.protocol === "https:" ? readClientTls(request.tls) : ANYBODY;
    connection = new Connection({ to, through, tls, keepAlive: false });
    signal.addEventListener("abort", giveUp);
    const own = {
      "user-agent": "falcod",
      "accept-encoding": "identity",
      ...authorization !== undefined && { authorization },
      ...request.goesToNamed ? written(request.headers ?? {}) : {},
      ...headers,
    };
    connection.ask({ method: "GET", path, headers: own }, exchange);
    const { status, headers: told, bytes } = await exchange.answer;
    return { status, headers: told, body: bytes, url };
  } catch (error) {
    throw asDownloadError(error, url);
  } finally {
    patience.end();
    signal.removeEventListener("abort", giveUp);
    await connection?.destroy();
  }
}

function written(headers: Readonly<Record<string, string | Secret>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      value instanceof Secret ? value.reveal() : value,
    ]),
  );
}

/** Aborts when `heard` has not been called for so long, and when it takes too long in any case. */
function patienceWith(
  { origin }: URL,
  { idleMs = IDLE_MS, mostMs, leftMs }: Pick<OneRequest, "idleMs" | "mostMs" | "leftMs">,
) {
  const controller = new AbortController();
  const give = (code: DownloadErrorCode, what: string) =>
    controller.abort(new DownloadError(code, what));
  const seconds = (ms: number) => `${Math.round(ms / 1000)} seconds`;
  const isSilent = () => give("unreachable", `Nothing came from ${origin} for ${seconds(idleMs)}`);
  const isSlow = () => give("too-slow", `${origin} has not sent all of it in ${seconds(mostMs)}`);
  const whole = setTimeout(isSlow, Math.max(0, leftMs));
  let silence = setTimeout(isSilent, idleMs);
  return {
    signal: controller.signal,
    heard: () => {
      clearTimeout(silence);
      silence = setTimeout(isSilent, idleMs);
    },
    end: () => {
      clearTimeout(silence);
      clearTimeout(whole);
    },
  };
}

function wantedOf(
  { origin }: URL,
  { mostBytes, progress, heard }: DownloadRequest & { readonly heard: () => void },
): Wanted {
  const tooLarge = () =>
    new DownloadError("too-large", `${origin} sends more than ${mostBytes} bytes`);
  let totalBytes: number | undefined;
  let isWanted = false;
  return {
    mostBytes: (status, headers) => {
      isWanted = isGood(status);
      totalBytes = lengthIn(headers);
      if (isWanted && totalBytes !== undefined && totalBytes > mostBytes) throw tooLarge();
      return isWanted ? mostBytes : MOST_OF_REFUSAL;
    },
    came: (sizeBytes) => {
      heard();
      if (!isWanted) return;
      progress?.(sizeBytes, totalBytes);
      if (sizeBytes > mostBytes) throw tooLarge();
    },
  };
}

function lengthIn(headers: AnswerHeaders): number | undefined {
  const given = headers["content-length"];
  return typeof given === "string" && /^\d{1,15}$/.test(given) ? Number(given) : undefined;
}

function asDownloadError(error: unknown, url: URL): unknown {
  if (error instanceof DownloadError || isAbort(error)) return error;
  if (error instanceof BrokenAnswer && error.isBegun) {
    const message = `The connection to ${url.origin} ended before all of the file had come`;
    return new DownloadError("cut-short", message, { cause: error });
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new DownloadError("unreachable", `Cannot reach ${url.origin}: ${reason}`, {
    cause: error,
  });
}

/** Whoever asked does not want it any more. */
function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}
