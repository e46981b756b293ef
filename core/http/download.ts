/** One file from a server, as a whole; redirections are followed, but never away from TLS. */
import type { ClientRequest, IncomingMessage } from "node:http";
import { Secret } from "../plugin/mod.ts";
import { placeOf } from "./_place_of.ts";
import { opener, unlessAborted } from "./_reply_to.ts";
import { newAgent } from "./agents.ts";
import { proxyFor } from "./proxy.ts";
import type { HttpSettings } from "./schema.ts";
import { readClientTls } from "./trust.ts";

export interface DownloadRequest {
  readonly tls: HttpSettings["tls"];
  /** As in the settings of sinks: "": as the environment says. */
  readonly proxy: Secret;
  /** Go to the server that is named and to no other, wherever it sends us. */
  readonly headers?: Readonly<Record<string, string | Secret>>;
  /** What is longer is refused, not cut. */
  readonly mostBytes: number;
  /** Also `http://`; a server with TLS may still not send us to one without. */
  readonly allowsPlain?: boolean;
  readonly signal?: AbortSignal;
  /** `totalBytes` is absent where the server does not tell. */
  readonly progress?: (doneBytes: number, totalBytes: number | undefined) => void;
  /** How long nothing may come. 30 s. */
  readonly idleMs?: number;
  /** How long all of it may take. 15 minutes. */
  readonly mostMs?: number;
}

export interface Download {
  readonly status: number;
  /** Names in small letters. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Uint8Array<ArrayBuffer>;
  /** Where it came from in the end. */
  readonly url: URL;
}

export type DownloadErrorCode = "unreachable" | "too-large" | "not-tls" | "redirects" | "cut-short";

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
/** Room for what comes, at first. */
const FIRST_BYTES = 64 << 10;
const REDIRECTIONS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Also answers that are no success are returned, cut to 64 KiB; throws `DownloadError`. */
export async function download(from: URL, request: DownloadRequest): Promise<Download> {
  let url = from;
  for (let count = 0;; count++) {
    if (url.protocol !== "https:" && !(url.protocol === "http:" && request.allowsPlain)) {
      throw new DownloadError("not-tls", `${url.origin} has no TLS: only https:// is trusted here`);
    }
    const answer = await askOnce(url, { ...request, goesToNamed: url.origin === from.origin });
    if (!REDIRECTIONS.has(answer.status)) return answer;
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

function placeToGo({ headers, status }: Download, url: URL): URL {
  const next = typeof headers.location === "string" ? URL.parse(headers.location, url) : null;
  if (next && /^https?:$/.test(next.protocol)) {
    next.username = next.password = "";
    return next;
  }
  const message = `${url.origin} answered ${status} and does not say where to go`;
  throw new DownloadError("redirects", message);
}

interface OneRequest extends DownloadRequest {
  readonly goesToNamed: boolean;
}

async function askOnce(url: URL, request: OneRequest): Promise<Download> {
  const isSecure = url.protocol === "https:";
  const patience = patienceWith(url, request);
  const signals = [patience.signal, ...request.signal ? [request.signal] : []];
  let agent: Awaited<ReturnType<typeof newAgent>> | undefined;
  try {
    const proxy = proxyFor(url, request.proxy.reveal());
    const tls = isSecure ? readClientTls(request.tls) : { rejectUnauthorized: true };
    agent = await newAgent({ isSecure, proxy, tls, keepAlive: false });
    const headers = request.goesToNamed ? written(request.headers ?? {}) : {};
    const own = { "user-agent": "falcod", "accept-encoding": "identity", ...headers };
    const open = await opener(url);
    const outgoing = open({ method: "GET", agent, ...placeOf(url, proxy, own) });
    const answer = answerTo(outgoing, { ...request, url, heard: patience.heard });
    return await unlessAborted(answer, AbortSignal.any(signals)).finally(() => outgoing.destroy());
  } catch (error) {
    throw asDownloadError(error, url);
  } finally {
    patience.end();
    agent?.destroy();
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
  { idleMs = IDLE_MS, mostMs = MOST_MS }: Pick<DownloadRequest, "idleMs" | "mostMs">,
) {
  const controller = new AbortController();
  const give = (what: string) => controller.abort(new DownloadError("unreachable", what));
  const seconds = (ms: number) => `${Math.round(ms / 1000)} seconds`;
  const isSilent = () => give(`Nothing came from ${origin} for ${seconds(idleMs)}`);
  const isSlow = () => give(`${origin} has not sent all of it in ${seconds(mostMs)}`);
  const whole = setTimeout(isSlow, mostMs);
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

interface Listening extends DownloadRequest {
  readonly url: URL;
  readonly heard: () => void;
}

function answerTo(outgoing: ClientRequest, listening: Listening): Promise<Download> {
  return new Promise((resolve, reject) => {
    outgoing.on("error", reject);
    outgoing.once("response", (incoming: IncomingMessage) => {
      bodyOf(incoming, listening).then((body) => {
        const { statusCode: status = 0, headers } = incoming;
        resolve({ status, headers, body, url: listening.url });
      }, reject);
    });
    outgoing.end();
  });
}

function bodyOf(incoming: IncomingMessage, listening: Listening): Promise<Uint8Array<ArrayBuffer>> {
  const { statusCode = 0 } = incoming;
  const isGood = statusCode >= 200 && statusCode < 300;
  const { url, progress, heard } = listening;
  const mostBytes = isGood ? listening.mostBytes : MOST_OF_REFUSAL;
  const totalBytes = lengthOf(incoming);
  return new Promise((resolve, reject) => {
    const tooLarge = () => {
      const message = `${url.origin} sends more than ${mostBytes} bytes`;
      reject(new DownloadError("too-large", message));
      incoming.destroy();
    };
    const cutShort = () => {
      const message = `The connection to ${url.origin} ended before all of the file had come`;
      reject(new DownloadError("cut-short", message));
    };
    if (isGood && totalBytes !== undefined && totalBytes > mostBytes) return tooLarge();
    // Not a list of pieces: a server may send millions of a byte each.
    let gathered = new Uint8Array(Math.min(totalBytes ?? FIRST_BYTES, mostBytes, FIRST_BYTES));
    let size = 0;
    const gather = (piece: Uint8Array) => {
      if (size + piece.length > gathered.length) {
        const larger = new Uint8Array(Math.max(2 * gathered.length, size + piece.length));
        larger.set(gathered.subarray(0, size));
        gathered = larger;
      }
      gathered.set(piece, size);
      size += piece.length;
    };
    const finish = () => {
      if (isGood && totalBytes !== undefined && size !== totalBytes) return cutShort();
      resolve(gathered.slice(0, Math.min(size, mostBytes)));
    };
    incoming.on("data", (chunk: Uint8Array) => {
      heard();
      gather(chunk);
      if (isGood) progress?.(size, totalBytes);
      if (size <= mostBytes) return;
      if (isGood) return tooLarge();
      finish();
      incoming.destroy();
    });
    incoming.once("end", finish);
    incoming.on("error", reject);
    incoming.once("aborted", cutShort);
  });
}

function lengthOf({ headers }: IncomingMessage): number | undefined {
  const given = headers["content-length"];
  return given !== undefined && /^\d{1,15}$/.test(given) ? Number(given) : undefined;
}

function asDownloadError(error: unknown, url: URL): unknown {
  if (error instanceof DownloadError || isAbort(error)) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new DownloadError("unreachable", `Cannot reach ${url.origin}: ${reason}`, {
    cause: error,
  });
}

/** Whoever asked does not want it any more. */
function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}
