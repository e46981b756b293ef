/**
 * Sockets and HTTP, by node's servers: `Deno.serve` waits for ever for headers and takes any number of
 * connections, asks clients for no certificate, and keeps the one it was started with.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createSecureServer, type Http2SecureServer, type ServerHttp2Session } from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { type Listen, WebError } from "./endpoint.ts";
import type { WebLimits } from "./limits.ts";
import type { TlsMaterial } from "./tls_files.ts";

export interface TransportOptions {
  readonly listen: Listen;
  /** With `listen.tls`. */
  readonly material: TlsMaterial | undefined;
  readonly limits: WebLimits;
  /** Before anything was said on it. */
  readonly connected: (socket: Socket) => void;
  /** `socket` is that of the TLS session, if there is one. */
  readonly requested: (
    exchanged: {
      readonly message: IncomingMessage;
      readonly response: ServerResponse;
      readonly socket: Socket | TLSSocket;
      /** The client waits for leave to send its body. */
      readonly expectsLeave: boolean;
    },
  ) => void;
  readonly notLetIn: (reason: string) => void;
}

/**
 * What a client may send before it is read. With node's standard 64 KiB a body of 200 KB takes 150 ms,
 * for Deno gives windows back late.
 */
const STREAM_WINDOW = 1 << 20, SESSION_WINDOW = 4 << 20;
/** All addresses, of IPv4, too. */
const EVERYWHERE = "::";

export class Transport {
  readonly #options: TransportOptions;
  readonly #server: Server | Http2SecureServer;
  readonly #sessions = new Set<ServerHttp2Session>();

  constructor(options: TransportOptions) {
    this.#options = options;
    const { material } = options;
    this.#server = material ? this.#secure(material) : this.#plain();
    this.#server.on("connection", (socket: Socket) => {
      socket.on("error", () => {}); // the client went away
      options.connected(socket);
    });
  }

  get address(): { readonly hostname: string; readonly port: number } | undefined {
    const address = this.#server.address() as AddressInfo | null;
    return address ? { hostname: address.address, port: address.port } : undefined;
  }

  /** Rejects with `WebError`. */
  async listen(): Promise<void> {
    const { hostname, port } = this.#options.listen;
    try {
      try {
        await this.#bind(hostname || EVERYWHERE, port);
      } catch (error) {
        if (hostname !== "" || !NO_IPV6.has(codeOf(error))) throw error;
        await this.#bind("0.0.0.0", port);
      }
    } catch (error) {
      const why = PROBLEMS[codeOf(error)] ?? messageOf(error);
      const message = `Cannot listen on ${addressName(this.#options.listen)}: ${why}`;
      throw new WebError("listen-failed", message, error);
    }
  }

  /** For connections that come from now on. */
  use(material: TlsMaterial): void {
    (this.#server as Http2SecureServer).setSecureContext(material);
  }

  /** Takes no more connections, and no more requests on those of HTTP/2; resolves when all are closed. */
  close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const session of this.#sessions) session.close();
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

  #plain(): Server {
    const { maxHeaderBytes: maxHeaderSize, requestMs, idleMs } = this.#options.limits;
    // `Connections` keeps the time, for all kinds of connections alike.
    const times = {
      requestTimeout: requestMs,
      headersTimeout: requestMs,
      keepAliveTimeout: idleMs,
    };
    const server = createServer({ maxHeaderSize, ...times });
    this.#takeRequests(server);
    server.on("clientError", (error, socket) => refuseRaw(error, socket as Socket));
    return server;
  }

  #secure(material: TlsMaterial): Http2SecureServer {
    const { maxHeaderBytes, maxStreams } = this.#options.limits;
    const asksClients = material.ca !== undefined;
    const server = createSecureServer({
      ...material,
      requestCert: asksClients,
      rejectUnauthorized: asksClients,
      allowHTTP1: true,
      minVersion: "TLSv1.2",
      settings: {
        initialWindowSize: STREAM_WINDOW,
        maxConcurrentStreams: maxStreams,
        maxHeaderListSize: maxHeaderBytes,
      },
    });
    this.#takeRequests(server);
    server.on("session", (session: ServerHttp2Session) => {
      this.#sessions.add(session);
      session.once("close", () => this.#sessions.delete(session));
      session.setLocalWindowSize(SESSION_WINDOW);
    });
    server.on("sessionError", () => {}); // the client's mistake, and its session is gone
    server.on("tlsClientError", (error: Error, socket: TLSSocket) => {
      this.#options.notLetIn(error.message);
      socket.destroy();
    });
    return server;
  }

  #takeRequests(server: Server | Http2SecureServer): void {
    const take =
      (expectsLeave: boolean) => (message: IncomingMessage, response: ServerResponse) => {
        const { stream } = message as { stream?: { session?: { socket: TLSSocket } } };
        const socket = stream?.session?.socket ?? message.socket;
        this.#options.requested({ message, response, socket, expectsLeave });
      };
    server.on("request", take(false));
    server.on("checkContinue", take(true));
  }
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
