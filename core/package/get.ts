/** Requests to web servers and registries. */
import { cutText, escapeText } from "../alert/mod.ts";
import { type JsonBounds, parseBoundedJson, TooMuchJson } from "../base/mod.ts";
import { type Download, download, DownloadError } from "../http/download.ts";
import { Secret } from "../plugin/mod.ts";
import { PackageError } from "../plugin/store/mod.ts";
import { TIME_LIMITS, type TimeLimits } from "./time_limits.ts";

/** What whoever asks for a package decides, and what there is on the machine. */
export interface Fetching {
  environment(name: string): string | undefined;
  /** Certificates (PEM) that servers are trusted by; "": those of the system. */
  readonly certificateFile: string;
  /** `trusted_root.json` that signatures are held against; "": the one of Sigstore that is carried. */
  readonly trustedRootFile: string;
  /** Signatures are looked at where somebody has to have signed. */
  readonly verifies: boolean;
  /** Registries of OCI may be asked without TLS. */
  readonly allowsPlain: boolean;
  /** Told of archives only; `totalBytes` is absent where the server does not tell. */
  readonly progress?: (doneBytes: number, totalBytes: number | undefined) => void;
  readonly signal?: AbortSignal;
  /** Absent: `TIME_LIMITS`. */
  readonly limits?: TimeLimits;
}

export interface GetRequest {
  readonly mostBytes: number;
  readonly headers?: Readonly<Record<string, string | Secret>>;
  readonly allowsPlain?: boolean;
  readonly isArchive?: boolean;
  /** In the path of the address; those elsewhere in it are known. */
  readonly secrets?: readonly string[];
  /** As in the settings of sinks; absent: as the environment says. */
  readonly proxy?: string;
}

/** Whatever the status; throws `PackageError` (I002) where there is no answer. */
export async function get(
  url: URL,
  request: GetRequest,
  fetching: Fetching,
): Promise<Download> {
  const { mostBytes, headers = {}, allowsPlain = false, isArchive = false, proxy = "" } = request;
  const { secrets = [] } = request;
  const { certificateFile, progress, signal, limits = TIME_LIMITS } = fetching;
  const tls = { ca: certificateFile, client_certificate: "", client_key: "", insecure: false };
  try {
    return await download(url, {
      tls,
      proxy: new Secret({ value: proxy }),
      headers,
      mostBytes,
      mostMs: limits.answerMs(mostBytes),
      allowsPlain,
      secrets,
      ...isArchive && progress && { progress },
      ...signal && { signal },
    });
  } catch (error) {
    if (!(error instanceof DownloadError)) throw error;
    const help = SPEAKS_NO_TLS.test(error.message) ? PLAIN_HELP : HELP[error.code];
    throw new PackageError("I002", error.message, { help, cause: error });
  }
}

/** As the runtime says that what came is no TLS. */
const SPEAKS_NO_TLS = /InvalidContentType|wrong version number/;
const PLAIN_HELP = "what is there speaks no TLS: is it the right port? " +
  "With --plain-http, registries of OCI are asked without";

const HELP: Readonly<Record<DownloadError["code"], string>> = {
  "unreachable": "is the address right, and is there a way to it? HTTPS_PROXY names a proxy, " +
    "--ca a file with the certificate of an authority of your own",
  "too-large": "a plugin is one module and a few files: is it the right address?",
  "too-slow": "nobody waits for ever: try again later, or from where the line is faster",
  "not-tls": "anybody on the way could send something else; ask for an address with https://",
  "redirects": "is it the right address?",
  "cut-short": "try again",
};

/** For an answer that is no success. */
export function refusal({ status, complaint, url }: Download, what: string): PackageError {
  const said = complaint.trim();
  const isText = said !== "" && !said.startsWith("<");
  const excerpt = isText ? `: ${escapeText(cutText(said, 300))}` : "";
  return new PackageError("I002", `${url.origin} answered ${status} for ${what}${excerpt}`, {
    help: status === 401 || status === 403
      ? "it wants credentials, or others: those of npm's .npmrc and of docker login are used"
      : status === 404
      ? "there is no such thing: look at the name and the version"
      : "try again later",
  });
}

/** Of an answer; throws `PackageError` (I002) where it is none, or more than it may be. */
export function jsonOf({ body, url }: Download, what: string, bounds: JsonBounds): unknown {
  try {
    return parseBoundedJson(body, bounds);
  } catch (error) {
    throw nonsense(url, what, error);
  }
}

export function nonsense(url: URL, what: string, cause?: unknown): PackageError {
  const why = cause instanceof TooMuchJson ? `: it has ${cause.message}` : "";
  const title = `What ${url.origin} answers for ${what} is not understood${why}`;
  return new PackageError("I002", title, {
    help: "is it a registry, and is it the right address?",
    cause,
  });
}
