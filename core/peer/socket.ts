/** Stream sockets to servers, with or without TLS. */
import { connect as connectPlain, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { HostAndPort } from "./address.ts";
import { tlsOptions, type TlsSettings } from "./tls.ts";

export interface SocketRequest {
  readonly to: HostAndPort | { readonly path: string };
  readonly tls: TlsSettings;
  readonly timeoutMs: number;
}

/** TLS on a connection that began without. The same holds for the socket as in `openSocket`. */
export function secureSocket(
  plain: Socket,
  { to, tls, timeoutMs }: SocketRequest & { readonly to: HostAndPort },
): Promise<Socket> {
  const options = { socket: plain, host: to.host, ...tlsOptions(tls) };
  return ready(connectTls(options), { event: "secureConnect", timeoutMs });
}

/**
 * A socket that is connected and, with TLS, has seen the right certificate. Its errors are also told
 * by `close`; a handler for them is there, so that none ends the program.
 */
export function openSocket({ to, tls, timeoutMs }: SocketRequest): Promise<Socket> {
  return tls.enabled && "host" in to
    ? ready(connectTls({ ...to, ...tlsOptions(tls) }), { event: "secureConnect", timeoutMs })
    : ready(connectPlain(to), { event: "connect", timeoutMs });
}

function ready(
  socket: Socket,
  { event, timeoutMs }: {
    readonly event: "connect" | "secureConnect";
    readonly timeoutMs: number;
  },
): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const timer = setTimeout(
    () => socket.destroy(new Error(`no connection within ${timeoutMs} ms`)),
    timeoutMs,
  );
  let failed: Error | undefined;
  socket.on("error", (error) => {
    failed ??= error;
    socket.destroy();
  });
  socket.once("close", () => {
    clearTimeout(timer);
    reject(failed ?? new Error("the connection was closed"));
  });
  socket.once(event, () => {
    clearTimeout(timer);
    resolve(socket);
  });
  return promise;
}

/** Greetings: a server that says nothing in time, or the wrong thing, loses the connection. */
export async function introduced<T>(
  socket: Socket,
  { timeoutMs, greet }: { readonly timeoutMs: number; readonly greet: () => Promise<T> },
): Promise<T> {
  let late: Error | undefined;
  const timer = setTimeout(() => {
    late = new Error(`no answer within ${timeoutMs} ms`);
    socket.destroy(late);
  }, timeoutMs);
  try {
    return await greet();
  } catch (error) {
    socket.destroy();
    // Whoever greets only sees that the connection was closed.
    throw late ?? error;
  } finally {
    clearTimeout(timer);
  }
}
