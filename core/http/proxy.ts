/** Which proxy stands between here and a server. */
import { networkContains, parseAddress, parseNetwork, sameBytes } from "../base/ip.ts";
import { SinkError } from "../plugin/mod.ts";
import { isThisMachine } from "./near.ts";

/** The address of the proxy; absent: the server is asked itself. `configured` as in the schema. */
export function proxyFor(
  url: URL,
  configured: string,
  environment: (name: string) => string | undefined = (name) => Deno.env.get(name),
): URL | undefined {
  if (configured === "none") return undefined;
  if (configured !== "") {
    const proxy = URL.parse(configured);
    if (proxy?.protocol === "http:") return proxy;
    throw new SinkError("unavailable", "The address of the proxy is none that begins with http://");
  }
  const read = (name: string) => environment(name.toLowerCase()) || environment(name) || undefined;
  const variable = url.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
  const own = read(variable);
  const given = own ?? read("ALL_PROXY");
  if (given === undefined || isThisMachine(url.hostname) || isExcepted(url, read("NO_PROXY"))) {
    return undefined;
  }
  const proxy = URL.parse(given.includes("://") ? given : `http://${given}`);
  if (proxy?.protocol === "http:") return proxy;
  // ALL_PROXY is for other protocols, too. Who names one for this one wants nobody to go past it.
  if (own === undefined) return undefined;
  throw new SinkError(
    "unavailable",
    `The proxy that the variable ${variable} names has no address that begins with http://, and ` +
      "falcod knows no others: NO_PROXY names servers that need none",
  );
}

/**
 * `NO_PROXY`: hosts, and domains with all that is in them, each with a port where only that is meant;
 * networks (`10.0.0.0/8`), which hold what is written as an address. Clusters have such lists.
 */
export function isExcepted({ hostname, port, protocol }: URL, list = ""): boolean {
  const ownPort = port || (protocol === "https:" ? "443" : "80");
  const address = parseAddress(hostname.replace(/^\[|\]$/g, ""));
  return list.split(/[\s,]+/).some((entry) => {
    if (entry === "*") return true;
    const network = parseNetwork(entry);
    if (network) return address !== undefined && networkContains(network, address);
    // Those with colons are written without brackets, and in more than one way.
    const only = parseAddress(entry);
    if (only) return address !== undefined && sameBytes(only, address);
    const [, name, onlyPort] = /^\*?\.?(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(entry.toLowerCase()) ??
      [];
    if (name === undefined || (onlyPort !== undefined && onlyPort !== ownPort)) return false;
    return hostname === name || hostname.endsWith(`.${name}`);
  });
}

/** Value of the header `Proxy-Authorization`. */
export function proxyAuthorization({ username, password }: URL): string | undefined {
  if (username === "") return undefined;
  const bytes = new TextEncoder().encode(
    `${decoded(username)}:${decoded(password)}`,
  );
  return `Basic ${bytes.toBase64()}`;
}

/** As it is where it is nothing encoded: passwords have percent signs of their own. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
