/** Sockets to a server, straight or through a proxy. */
import type { Duplex } from "node:stream";
import { inWords, MOST_HEAD_BYTES } from "./_exchange.ts";
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
export const IDLE_MS = 50_000;

/** How long anything may take is decided by whoever asks. */
export const SETTINGS: ClientOptions = {
  allowH2: false,
  headersTimeout: 0,
  bodyTimeout: 0,
  maxHeaderSize: MOST_HEAD_BYTES,
  keepAliveTimeout: IDLE_MS,
  keepAliveTimeoutThreshold: 1000,
};

/** What is being made or open, and can be ended. */
export type Begun = Set<{ destroy(): unknown }>;

/** `isHttp2`: whether that is asked for where there is TLS. */
export function connectorOf(
  { through, tls }: Way,
  { begun, isHttp2 }: { readonly begun: Begun; readonly isHttp2: boolean },
): Connect {
  const { ca, ...rest } = tls;
  const options = { ...rest, ...ca && { ca: [...ca] }, timeout: 0 };
  const build = buildConnector({ ...options, allowH2: isHttp2, preferH2: isHttp2 });
  const straight: Connect = (place, connected) => note(build(place, connected), begun);
  return through ? tunnelThrough(through, { goOn: straight, begun }) : straight;
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
    const isSecure = options.protocol === "https:";
    const place = `${options.host}${options.port ? "" : isSecure ? ":443" : ":80"}`;
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
          if (!isSecure) return connected(null, socket as never);
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
