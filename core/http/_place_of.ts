/** Where a request goes: to the server, or to the proxy that is asked instead of it. */
import type { RequestOptions } from "node:http";
import { bare } from "./agents.ts";
import { proxyAuthorization } from "./proxy.ts";

/** `headers` gets the credentials that stand in the address. */
export function placeOf(
  url: URL,
  proxy: URL | undefined,
  headers: Record<string, string>,
): RequestOptions {
  const path = `${url.pathname}${url.search}`;
  const auth = proxyAuthorization(url);
  if (auth !== undefined) headers.authorization ??= auth;
  if (proxy && url.protocol === "http:") {
    const authorization = proxyAuthorization(proxy);
    return {
      host: bare(proxy.hostname),
      port: proxy.port || 80,
      path: `${url.origin}${path}`,
      headers: {
        ...headers,
        host: url.host,
        ...authorization !== undefined && { "proxy-authorization": authorization },
      },
    };
  }
  const port = url.port || (url.protocol === "https:" ? 443 : 80);
  return { host: bare(url.hostname), port, path, headers };
}
