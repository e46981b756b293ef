/** What servers may repeat of a request that nobody is to see. */
import { proxyAuthorization } from "./proxy.ts";

/** Shorter ones would make texts unreadable, and are no secrets. */
const SHORTEST = 6;
/** Of a part of an address that is one by itself; shorter ones are words. */
const SHORTEST_TOKEN = 16;

/** What stands in place of one; it is not looked at again, nor when this is done twice. */
const MARK = "[secret]";

/** Also finds them as others write them. The longest come first: one may be a part of another. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.filter((secret) => secret.length >= SHORTEST)
    .flatMap(spellingsOf)
    .sort((one, other) => other.length - one.length)
    .reduce((shown, secret) => shown.flatMap((part) => part.split(secret)), text.split(MARK))
    .join(MARK);
}

/**
 * As it is, and as it stands in JSON (of several writers), in HTML, in an address, in a form (in both cases
 * of hex), in Base64.
 */
function spellingsOf(secret: string): readonly string[] {
  const text = secret.toWellFormed();
  const json = JSON.stringify(secret).slice(1, -1);
  const escaped = [encodeURIComponent(text), new URLSearchParams([["", text]]).toString().slice(1)];
  const base64 = new TextEncoder().encode(text).toBase64({ omitPadding: true });
  return [
    ...new Set([
      secret,
      json,
      json.replaceAll("/", "\\/"),
      json.replace(/[<>&]/g, unicodeEscape),
      json.replace(/[\u0080-\uffff]/g, unicodeEscape),
      text.replace(/[<>&"']/g, (mark) => HTML_ENTITIES[mark]!),
      ...escaped,
      ...escaped.map((one) => one.replace(/%../g, (hex) => hex.toLowerCase())),
      base64,
      base64.replaceAll("+", "-").replaceAll("/", "_"),
    ]),
  ];
}

const HTML_ENTITIES: Readonly<Record<string, string>> = {
  "<": "&lt;",
  ">": "&gt;",
  "&": "&amp;",
  '"': "&quot;",
  "'": "&#39;",
};

function unicodeEscape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** Of an address that is one as a whole; where it is but a place, there is none. */
export function secretsOfAddress(text: string, url: URL): readonly string[] {
  if (url.href === `${url.origin}/`) return [];
  // A server may repeat its token alone.
  const parts = [...url.pathname.split("/"), ...url.searchParams.values()];
  return [
    text,
    `${url.pathname}${url.search}`,
    url.password,
    ...credentialsIn(url),
    ...parts.filter((part) => part.length >= SHORTEST_TOKEN),
  ];
}

/** Of an address whose path is none: user, password and what its query says. */
export function secretsInAddress(url: URL): readonly string[] {
  const written = url.search.slice(1).split("&").map((part) => part.slice(part.indexOf("=") + 1));
  return [
    ...written,
    ...url.searchParams.values(),
    url.username,
    url.password,
    ...credentialsIn(url),
  ];
}

/** Of the value of a header that is one as a whole. */
export function secretsOfHeader(value: string): readonly string[] {
  return [value, ...credentialsOf(value)];
}

export function secretsOfProxy(configured: string, proxy: URL): readonly string[] {
  return [configured, proxy.password, ...credentialsIn(proxy)];
}

/** Of `Basic dXNlcjpwYXNz` or `Bearer token`: the credentials, the password. */
function credentialsOf(authorization: string): readonly string[] {
  const [, scheme = "", credentials = ""] = /^(\S+) +(\S+)$/.exec(authorization) ?? [];
  if (scheme.toLowerCase() !== "basic") return [credentials];
  try {
    const pair = new TextDecoder().decode(Uint8Array.fromBase64(credentials));
    return [credentials, pair.slice(pair.indexOf(":") + 1)];
  } catch {
    return [credentials];
  }
}

function credentialsIn(url: URL): readonly string[] {
  return credentialsOf(proxyAuthorization(url) ?? "");
}
