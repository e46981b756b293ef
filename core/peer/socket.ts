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

/**
 * A socket that is connected and, with TLS, has seen the right certificate. Its errors are also told
 * by `close`; a handler for them is there, so that none ends the program.
 */
export function openSocket({ to, tls, timeoutMs }: SocketRequest): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const isSecure = tls.enabled && "host" in to;
  const socket = isSecure ? connectTls({ ...to, ...tlsOptions(tls) }) : connectPlain(to);
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
  socket.once(isSecure ? "secureConnect" : "connect", () => {
    clearTimeout(timer);
    resolve(socket);
  });
  return promise;
}
