/**
 * Sockets and HTTP, by node's servers: `Deno.serve` waits for ever for headers and takes any number of
 * connections, asks clients for no certificate, and keeps the one it was started with.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createSecureServer, type Server as SecureServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { ENDED_AT } from "./connections.ts";
import { type Listen, WebError } from "./endpoint.ts";
import { type BridgedRequest, Http2Bridge } from "./http2_bridge.ts";
import { NO_HANDSHAKE_TIMER, type WebLimits } from "./limits.ts";
import { readWhile, shareNoParsers } from "./parser.ts";
import type { TlsMaterial } from "./tls_files.ts";

/** A request of HTTP/1.1. */
export interface RawRequest {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  /** The client waits for leave to send its body (`Expect: 100-continue`). */
  readonly expectsLeave: boolean;
}

export interface TransportOptions {
  readonly listen: Listen;
  /** With `listen.tls`. */
  readonly material: TlsMaterial | undefined;
  readonly limits: WebLimits;
  /** Before anything was said on it. */
  readonly connected: (socket: Socket) => void;
  /** What still comes of one that is not is of no use. */
  readonly isOpen: (socket: Socket) => boolean;
  readonly requested: (raw: RawRequest) => void;
  /** As `requested`, by HTTP/2. */
  readonly answer: (bridged: BridgedRequest) => Promise<Response>;
  /** A client of HTTP/2 asks for more than it may. */
  readonly crowded: (socket: TLSSocket) => void;
  readonly notLetIn: (reason: string) => void;
  /** A client speaks TLS where there is none. */
  readonly spokeTls: (socket: Socket) => void;
  /** A client has broken the rules of HTTP/2. */
  readonly sentAway: (why: string) => void;
}

/** All addresses, of IPv4, too. */
const EVERYWHERE = "::";

export class Transport {
  readonly #options: TransportOptions;
  readonly #server: Server | SecureServer;
  #bridge: Http2Bridge | undefined;

  constructor(options: TransportOptions) {
    this.#options = options;
    const { material } = options;
    shareNoParsers();
    this.#server = material ? this.#secure(material) : createServer(this.#bounds());
    this.#server.on("connection", (socket: Socket) => {
      socket.on("error", () => {}); // the client went away
      options.connected(socket);
      readWhile(socket, options.isOpen);
    });
    // Node passes over those beyond, Content-Length, too: one more, to see that there were too many.
    this.#server.maxHeadersCount = options.limits.maxHeaders + 1;
    const take = (expectsLeave: boolean) => (message: IncomingMessage, response: ServerResponse) =>
      options.requested({ message, response, expectsLeave });
    this.#server.on("request", take(false));
    this.#server.on("checkContinue", take(true));
    this.#server.on("clientError", (error, socket) => {
      if (!material && isTls(error)) options.spokeTls(socket as Socket);
      refuseRaw(error, socket as Socket);
    });
  }

  get address(): { readonly hostname: string; readonly port: number } | undefined {
    const address = this.#server.address() as AddressInfo | null;
    return address ? { hostname: address.address, port: address.port } : undefined;
  }

  /** Rejects with `WebError`. */
  async listen(): Promise<void> {
    const { hostname, port } = this.#options.listen;
    const isEverywhere = hostname === "" || hostname === EVERYWHERE;
    try {
      try {
        await this.#bind(hostname || EVERYWHERE, port);
      } catch (error) {
        if (!isEverywhere || !NO_IPV6.has(codeOf(error))) throw error;
        await this.#bind("0.0.0.0", port);
      }
    } catch (error) {
      this.#bridge?.close();
      const why = PROBLEMS[codeOf(error)] ?? messageOf(error);
      const message = `Cannot listen on ${addressName(this.#options.listen)}: ${why}`;
      throw new WebError("listen-failed", message, error);
    }
  }

  /** For connections that come from now on. */
  use(material: TlsMaterial): void {
    (this.#server as SecureServer).setSecureContext(material);
  }

  /** Takes no more connections, and no more requests on those of HTTP/2; resolves when all are closed. */
  close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#bridge?.close();
    return closed;
  }

  #bind(host: string, port: number): Promise<void> {
    const server = this.#server;
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host, port }, () => {
        server.off("error", reject);
        server.on("error", () => {}); // of single connections; the server itself goes on
        resolve();
      });
    });
  }

  /** `Connections` keeps the time, for all kinds of connections alike. */
  #bounds() {
    const { maxHeaderBytes: maxHeaderSize, requestMs, idleMs } = this.#options.limits;
    const times = {
      requestTimeout: requestMs,
      headersTimeout: requestMs,
      keepAliveTimeout: idleMs,
    };
    return { maxHeaderSize, ...times };
  }

  #secure(material: TlsMaterial): SecureServer {
    const asksClients = material.ca !== undefined;
    const { answer, crowded, sentAway, limits } = this.#options;
    const { lingerMs, maxRequests, maxRequestsOfConnection: maxStreams } = limits;
    const maxStreamsAhead = ENDED_AT * maxStreams;
    this.#bridge = Http2Bridge.open({
      answer,
      crowded,
      sentAway,
      lingerMs,
      maxStreams,
      maxStreamsAhead,
      maxStreamsInAll: maxRequests + maxStreamsAhead,
    });
    const server = createSecureServer({
      ...this.#bounds(),
      ...material,
      requestCert: asksClients,
      rejectUnauthorized: asksClients,
      minVersion: "TLSv1.2",
      handshakeTimeout: NO_HANDSHAKE_TIMER,
      ALPNProtocols: this.#bridge ? ["h2", "http/1.1"] : ["http/1.1"],
    });
    server.on("tlsClientError", (error: Error, socket: TLSSocket) => {
      this.#options.notLetIn(error.message);
      socket.destroy();
    });
    this.#divert(server);
    return server;
  }

  /** Sockets that are to speak HTTP/2 do not come to the server's own HTTP. */
  #divert(server: SecureServer): void {
    const speakHttp1 = server.listeners("secureConnection") as ((socket: TLSSocket) => void)[];
    server.removeAllListeners("secureConnection");
    server.on("secureConnection", (socket: TLSSocket) => {
      holdBack(socket);
      if (socket.alpnProtocol === "h2") this.#bridge?.serve(socket);
      else {
        for (const listener of speakHttp1) listener.call(server, socket);
        readWhile(socket, this.#options.isOpen);
      }
    });
  }
}

/** The parts of node's sockets that say when to read. */
interface Handle {
  readonly _parent?: Handle;
  readStop?(): void;
  readStart?(): void;
}

/**
 * A TLS socket that is paused, in Deno 2.9.6, goes on reading into memory, without bound; so the one
 * below it is told.
 */
function holdBack(socket: TLSSocket): void {
  const below = (socket as { readonly _handle?: Handle })._handle?._parent;
  // "resume" may come late, when it is paused again.
  const tell = () => socket.isPaused() ? below?.readStop?.() : below?.readStart?.();
  socket.on("pause", tell);
  socket.on("resume", tell);
}

/** `127.0.0.1:8765`, `[::1]:8765`, `:8765`. */
export function addressName({ hostname, port }: Pick<Listen, "hostname" | "port">): string {
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}

const NO_IPV6: ReadonlySet<string> = new Set(["EAFNOSUPPORT", "EADDRNOTAVAIL", "EINVAL"]);

const PROBLEMS: Readonly<Record<string, string>> = {
  EADDRINUSE: "something else listens there already",
  EINVAL: "this machine has no such address",
  EADDRNOTAVAIL: "this machine has no such address",
  EACCES: "ports below 1024 are for root, or for programs with CAP_NET_BIND_SERVICE",
  ENOTFOUND: "there is no such host",
};

/** Whether what is no HTTP is the beginning of a handshake. RFC 8446, 5.1 */
function isTls(error: Error): boolean {
  const { rawPacket: [type, version] = [] } = error as {
    readonly rawPacket?: Uint8Array | number[];
  };
  return type === 22 && version === 3;
}

/** What is no HTTP, or too much of it, gets a last word without any of ours being asked. */
function refuseRaw(error: Error, socket: Socket): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const status = RAW_STATUS[codeOf(error)] ?? "400 Bad Request";
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

const RAW_STATUS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
};

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
