/**
 * Addresses of archives, some of which carry a secret: `https://token@host/…`, `…?token=…`.
 *
 * What may be one is neither kept nor shown. Who writes `${TOKEN}` has the variable's name kept, and its
 * value put in whenever the archive is asked for.
 */
import { cutText } from "../alert/mod.ts";

/** Stands where a secret was. */
export const NOT_KEPT = "[secret]";

export interface WebAddress {
  /** With everything that the server wants to know. */
  readonly url: URL;
  /** What variables have put in. */
  readonly secrets: readonly string[];
  /** As it may be shown and kept. */
  readonly shown: string;
  /** What was in it is not known any more: nobody can be asked. */
  readonly isForgotten: boolean;
}

const VARIABLE = /\$\{([A-Za-z_][A-Za-z0-9_]{0,127})\}/g;
/** In it only variables are left when they are taken out. */
const isNamed = (text: string) => text.replace(VARIABLE, "") === "";
/** Scheme, user and password, host, path, query; what is behind `#` is somebody else's. */
const PARTS = /^https:\/\/(?:([^/?#]*)@)?([^/?#@]+)([^?#]*)(?:\?([^#]*))?$/i;

/** An address without its `#…`; a text says what is wrong with it. */
export function readWebAddress(
  text: string,
  environment: (name: string) => string | undefined,
): WebAddress | string {
  // As far as browsers are concerned it is a slash.
  if (text.includes("\\")) return "it has a backslash";
  const [, user, host, path = "", query] = PARTS.exec(text) ?? [];
  if (host === undefined) return "it is no address";
  if (host.includes("$")) return "its host cannot be a variable";
  const missing = [...text.matchAll(VARIABLE)].map(([, name]) => name!)
    .find((name) => !environment(name));
  if (missing !== undefined) return `the environment has no variable ${missing}`;
  const secrets: string[] = [];
  const filled = text.replace(VARIABLE, (_all, name) => {
    const value = environment(name)!;
    secrets.push(value, encodeURIComponent(value));
    return encodeURIComponent(value);
  });
  const url = URL.parse(filled);
  if (!url) return "it is no address";
  const shown = [
    `https://${user === undefined ? "" : `${shownUser(user)}@`}${url.host}`,
    path.includes("${") ? path : url.pathname,
    query === undefined ? "" : shownQuery(query),
  ].join("");
  const said = query?.split("&").map((part) => part.slice(part.indexOf("=") + 1)) ?? [];
  return { url, secrets, shown, isForgotten: [user, ...said].includes(NOT_KEPT) };
}

/** A name stands for itself beside a password that is a variable; alone it may be a token. */
function shownUser(user: string): string {
  const colon = user.indexOf(":");
  if (colon < 0) return isNamed(user) ? user : NOT_KEPT;
  const password = user.slice(colon + 1);
  return password !== "" && isNamed(password) ? user : NOT_KEPT;
}

function shownQuery(query: string): string {
  return `?${query.split("&").map(shownPart).join("&")}`;
}

function shownPart(part: string): string {
  const equals = part.indexOf("=");
  if (equals < 0) return isNamed(part) ? part : NOT_KEPT;
  return isNamed(part.slice(equals + 1)) ? part : `${part.slice(0, equals)}=${NOT_KEPT}`;
}

const MOST_SHOWN = 300;
const CHECKSUM = /^#[a-z]+\d+[=:][0-9a-f]*$/i;

/** Of what somebody wrote, which may be an address with a mistake in it. */
export function withoutSecretsOf(text: string): string {
  const [, scheme, user, place = "", query, rest = ""] =
    /^([a-z][a-z0-9+.-]*:[\\/]+)(?:([^\\/?#]*)@)?([^?#]*)(?:\?([^#]*))?(.*)$/is.exec(text) ?? [];
  if (scheme === undefined) return cutText(text, MOST_SHOWN);
  const shown = `${scheme}${user === undefined ? "" : `${shownUser(user)}@`}${place}`;
  const asked = query === undefined ? "" : shownQuery(query);
  const hash = rest === "" || CHECKSUM.test(rest) ? rest : `#${NOT_KEPT}`;
  return cutText(`${shown}${asked}${hash}`, MOST_SHOWN);
}
