/**
 * The sockets of the gRPC server. Whoever connects and does not speak HTTP/2, or shows no certificate
 * where one is wanted, loses the connection; there is room for so many, and for so many of one address.
 */
import { createServer, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { createServer as createTlsServer } from "node:tls";
import {
  andMore,
  Connections,
  NO_HANDSHAKE_TIMER,
  type Peer,
  Seldom,
  STANDARD_LIMITS,
} from "../../../core/mod.ts";
import type { BindAddress } from "./schema.ts";

export interface ServerTls {
  readonly key: string;
  readonly cert: string;
  /** Who signs clients' certificates. */
  readonly ca: string;
  readonly caPath: string;
}

export interface ListenerOptions {
  readonly place: BindAddress;
  readonly tls: ServerTls | undefined;
  /** Speaks HTTP/2 on it from now on. */
  readonly take: (socket: Duplex) => void;
  /** Told, once a minute at most of each kind, of clients that are not let in. */
  readonly warn: (text: string) => void;
  readonly firstRequestMs?: number;
}

/** The preface of HTTP/2 and the head of a SETTINGS frame. RFC 9113, 3.4 */
const GREETING_BYTES = 24 + 9;
const SWEEP_MS = 1000;
const TELL_EVERY_MS = 60_000;

/** A connection that has not said who it is yet. */
interface Stranger {
  readonly peer: Peer;
  readonly socket: Socket;
}

export class Listener {
  readonly #options: ListenerOptions;
  readonly #server: Server;
  readonly #connections: Connections;
  readonly #strangers = new Set<Stranger>();
  readonly #refusals = new Seldom(TELL_EVERY_MS);
  readonly #crowds = new Seldom(TELL_EVERY_MS);
  readonly #slow = new Seldom(TELL_EVERY_MS);
  readonly #firstRequestMs: number;
  #sweeping: ReturnType<typeof setInterval> | undefined;
  #count = 0;

  constructor(options: ListenerOptions) {
    this.#options = options;
    const { maxConnections, maxConnectionsOfAddress } = STANDARD_LIMITS;
    this.#firstRequestMs = options.firstRequestMs ?? STANDARD_LIMITS.firstRequestMs;
    this.#connections = new Connections({
      ...STANDARD_LIMITS,
      // A unix socket has no addresses.
      maxConnectionsOfAddress: options.tls ? maxConnectionsOfAddress : maxConnections,
      maxRequests: maxConnections,
      firstRequestMs: this.#firstRequestMs,
      // Clients may wait for alerts as long as they like.
      requestMs: Infinity,
    });
    this.#server = options.tls ? this.#secure(options.tls) : createServer();
    this.#server.on("connection", (socket: Socket) => this.#connected(socket));
  }

  /** 0 on a unix socket. */
  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  /** Rejects when it cannot listen. */
  async listen(): Promise<void> {
    const server = this.#server;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(listenOptions(this.#options.place), () => {
        server.off("error", reject);
        server.on("error", () => {}); // of single connections; the server itself goes on
        resolve();
      });
    });
    this.#sweeping = setInterval(() => this.#sweep(), Math.min(SWEEP_MS, this.#firstRequestMs));
  }

  /** Ends all connections. */
  close(): void {
    clearInterval(this.#sweeping);
    this.#server.close();
    this.#connections.end("all");
  }

  #secure({ key, cert, ca, caPath }: ServerTls): Server {
    const server = createTlsServer({
      key,
      cert,
      ca,
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: "TLSv1.2",
      handshakeTimeout: NO_HANDSHAKE_TIMER,
      ALPNProtocols: ["h2"],
    });
    server.on("tlsClientError", (error: Error, socket: Socket) => {
      this.#refusals.say((more) =>
        this.#options.warn(
          `a client was not let in by TLS: ${error.message}; clients need a certificate of ` +
            `X.509 version 3, signed by one in "${caPath}"${andMore(more)}`,
        )
      );
      socket.destroy();
    });
    server.on("secureConnection", (socket: Socket) => {
      socket.on("error", () => {}); // the client went away
      this.#greeted(socket, socket);
    });
    return server;
  }

  #connected(socket: Socket): void {
    socket.on("error", () => {});
    const { tls } = this.#options;
    const peer = tls
      ? { remoteAddress: socket.remoteAddress, remotePort: socket.remotePort }
      : { remoteAddress: "", remotePort: ++this.#count };
    this.#letIn();
    const { crowdedOut } = this.#connections.counters;
    const closed = this.#connections.opened({ ...peer, destroy: () => socket.destroy() });
    if (this.#connections.counters.crowdedOut > crowdedOut) {
      this.#crowds.say((more) =>
        this.#options.warn(`too many connections, one was ended${andMore(more)}`)
      );
    }
    if (!closed) return;
    socket.once("close", closed);
    if (!tls) this.#greeted(socket, peer);
  }

  #greeted(socket: Socket, { remoteAddress, remotePort }: Peer): void {
    const stranger = { socket, peer: { remoteAddress, remotePort } };
    this.#strangers.add(stranger);
    socket.once("close", () => this.#strangers.delete(stranger));
    this.#options.take(socket);
  }

  /** Those who have begun to speak HTTP/2 are not ended any more for the sake of others. */
  #letIn(): void {
    for (const stranger of this.#strangers) {
      if (stranger.socket.bytesRead < GREETING_BYTES) continue;
      this.#strangers.delete(stranger);
      this.#connections.began(stranger.peer)?.received();
    }
  }

  #sweep(): void {
    this.#letIn();
    const { timedOut } = this.#connections.counters;
    this.#connections.sweep();
    const ended = this.#connections.counters.timedOut - timedOut;
    if (ended === 0) return;
    this.#slow.say((more) =>
      this.#options.warn(
        `${ended} connections were ended that did not begin to speak HTTP/2${andMore(more)}`,
      )
    );
  }
}

function listenOptions(place: BindAddress): { path: string } | { host: string; port: number } {
  if ("path" in place) return place;
  const at = place.address.lastIndexOf(":");
  const host = place.address.slice(0, at).replace(/^\[|\]$/g, "");
  return { host, port: Number(place.address.slice(at + 1)) };
}
