/** What a web server serves, and to whom. */

/** What answers at one path. */
export interface Endpoint {
  /** Exact path, as in `http://host:port/path`: begins with a slash; nothing below it is meant. */
  readonly path: string;
  /**
   * Answers every method; asked for HEAD, the body of the answer is left out. A body that was not read
   * is not taken from the client either. Headers are those of `request_headers.ts`. What it throws is a
   * bug, and answered with 500.
   */
  handle(request: Request, client: WebClient): Response | Promise<Response>;
}

/** Who asks. */
export interface WebClient {
  /** Address of the peer as text; IPv4 addresses as such, not mapped into IPv6. */
  readonly address: string;
  readonly port: number;
  /** Of the client certificate, which was checked: `CN=admin,O=system:masters`. */
  readonly certificateSubject?: string;
}

/** Where a server listens. */
export interface Listen {
  /** Address or name; empty: all addresses of the machine. */
  readonly hostname: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly tls?: TlsFiles;
}

export interface TlsFiles {
  /** PEM: the server's certificate and those that lead from it to one that clients know. */
  readonly certificatePath: string;
  /** PEM; may be the same file. */
  readonly keyPath: string;
  /** PEM: who does not show a certificate that one of these has signed is not let in. */
  readonly clientCaPath?: string;
}

/** Where messages go; every `Logger` of plugins is one. */
export interface WebLog {
  info(message: string): void;
  warning(message: string): void;
  error(message: string): void;
}

export type WebErrorCode =
  /** The address cannot be listened on. */
  | "listen-failed"
  /** The same address is wanted with and without TLS, or with other files. */
  | "tls-conflict"
  /** A file of certificates or keys cannot be read, or does not hold what it should. */
  | "bad-certificate"
  /** Two endpoints want the same path of one server. */
  | "path-conflict"
  /** The address or path cannot be one. */
  | "bad-address";

/** A server that cannot be as it was asked for. */
export class WebError extends Error {
  override readonly name = "WebError";
  constructor(readonly code: WebErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
  }
}
