/** Where a request goes: to the server, or to the proxy that is asked instead of it. */
import { proxyAuthorization } from "./proxy.ts";

export interface Place {
  /** Origin of whom is asked: of the server, or of the proxy in its place (RFC 9112 3.2.2). */
  readonly to: string;
  /** A proxy that leads there. Absent: none. */
  readonly through: URL | undefined;
  readonly path: string;
  /** Credentials that stand in the address; a header of the request goes before them. */
  readonly authorization: string | undefined;
  /** Of the proxy that is asked. Absent: none is. */
  readonly headers: Readonly<Record<string, string>> | undefined;
}

/** `isTunnelled`: a proxy is not to read what is said, whether there is TLS or not. */
export function placeOf(
  url: URL,
  proxy: URL | undefined,
  { isTunnelled = url.protocol === "https:" } = {},
): Place {
  const path = `${url.pathname}${url.search}`;
  const authorization = proxyAuthorization(url);
  if (!proxy || isTunnelled) {
    return { to: url.origin, through: proxy, path, authorization, headers: undefined };
  }
  const own = proxyAuthorization(proxy);
  const headers = { host: url.host, ...own !== undefined && { "proxy-authorization": own } };
  const absolute = `${url.origin}${path}`;
  return { to: proxy.origin, through: undefined, path: absolute, authorization, headers };
}
