/** A connection to a server, straight or through a proxy. */
import type { Duplex } from "node:stream";
import type { Dispatcher } from "undici";
import { UnaskedContinue } from "./_continue.ts";
import { type Exchange, inWords, MOST_HEAD_BYTES } from "./_exchange.ts";
import { buildConnector, Client, type ClientOptions, type Connect } from "./_undici.ts";
import { proxyAuthorization } from "./proxy.ts";
import type { ClientTls } from "./trust.ts";

export interface Way {
  /** Origin of the server, or of the proxy that is asked instead of it (RFC 9112 3.2.2). */
  readonly to: string;
  /** A proxy that leads there; the server sees TLS from end to end (RFC 9110 9.3.6). Absent: none. */
  readonly through: URL | undefined;
  readonly tls: ClientTls;
  /** False: each request has a connection of its own. */
  readonly keepAlive: boolean;
}

/**
 * How long a connection waits for its next request where the server does not say how long it waits.
 * Most wait for a minute or longer, and what they end may end in the moment it is used again.
 */
const IDLE_MS = 50_000;

/** How long anything may take is decided by whoever asks. */
const SETTINGS: ClientOptions = {
  allowH2: false,
  headersTimeout: 0,
  bodyTimeout: 0,
  maxHeaderSize: MOST_HEAD_BYTES,
  keepAliveTimeout: IDLE_MS,
  keepAliveTimeoutThreshold: 1000,
};

/** What is being made or open, and can be ended. */
type Begun = Set<{ destroy(): unknown }>;

/** One request at a time; others wait behind it. */
export class Connection {
  readonly #client: Client;
  readonly #begun: Begun = new Set();
  readonly #continues = new UnaskedContinue();

  /** Connects with the first request. */
  constructor({ to, through, tls, keepAlive }: Way) {
    const begun = this.#begun;
    const { ca, ...rest } = tls;
    const build = buildConnector({ ...rest, ...ca && { ca: [...ca] }, allowH2: false, timeout: 0 });
    const straight: Connect = (place, connected) => note(build(place, connected), begun);
    const there = through ? tunnelThrough(through, { goOn: straight, begun }) : straight;
    const connect: Connect = (place, connected) =>
      there(place, (error, socket) => {
        if (error) connected(error, null);
        else connected(null, this.#continues.leftOutOf(socket));
      });
    this.#client = new Client(to, { ...SETTINGS, pipelining: keepAlive ? 1 : 0, connect });
  }

  get isOpen(): boolean {
    return !this.#client.closed && !this.#client.destroyed;
  }

  /** The exchange is told how it ends, in any case. */
  ask(request: Dispatcher.DispatchOptions, exchange: Exchange): void {
    exchange.started = () => this.#continues.expect(() => exchange.announced());
    this.#client.dispatch(request, exchange);
  }

  /** Ends once nothing is under way. */
  retire(): void {
    this.#client.close().catch(() => {}); // it has ended already
  }

  /** Ends at once; what is under way fails. */
  async destroy(): Promise<void> {
    const destroyed = this.#client.destroy();
    for (const one of this.#begun) one.destroy();
    await destroyed;
  }
}

function note(socket: Duplex, begun: Begun): void {
  begun.add(socket);
  socket.once("close", () => begun.delete(socket));
  // Deno goes on after an alert of TLS; the end of the stream would then be told in its place.
  socket.on("error", (error) => socket.destroy(error));
}

function tunnelThrough(
  proxy: URL,
  { goOn, begun }: { readonly goOn: Connect; readonly begun: Begun },
): Connect {
  const authorization = proxyAuthorization(proxy);
  return (options, connected) => {
    const place = `${options.host}${options.port ? "" : ":443"}`;
    const headers = { host: place, ...authorization && { "proxy-authorization": authorization } };
    const asked = new Client(proxy.origin, { ...SETTINGS, connect: goOn });
    begun.add(asked);
    const failed = (message: string) => {
      begun.delete(asked);
      asked.destroy();
      connected(new Error(message), null);
    };
    asked.dispatch({ method: "CONNECT", path: place, headers }, {
      onRequestStart() {},
      onRequestUpgrade(_asked, status, _headers, socket) {
        begun.delete(asked);
        note(socket, begun);
        if (status >= 200 && status < 300) {
          return goOn({ ...options, httpSocket: socket as never }, connected);
        }
        socket.destroy();
        failed(`the proxy answered ${status}`);
      },
      onResponseError: (_asked, error) => {
        const why = "syscall" in error ? error.message : inWords(error, "the connection broke");
        failed(`no way to the proxy: ${why}`);
      },
    });
  };
}
