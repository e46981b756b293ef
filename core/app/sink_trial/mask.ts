/** Secrets taken out of what is shown to people. */
import { Secret } from "../../plugin/mod.ts";

export const MASK = "[secret]";

/**
 * Parts of paths that say where something goes: words, as `falco-alerts` and `sendMessage`, versions and
 * small numbers. Tokens have digits among their letters, letters of both sizes, or are long. A user who
 * looks for a slip in an address has to see it.
 */
const NAME = /^(?!.{33})[A-Z]?[a-z]{1,15}(?:[A-Z][a-z]{2,14}|[-_.][A-Za-z][a-z]{0,14})*$/;
const NUMBER = /^v?\d{1,3}(?:\.\d{1,3})?$/;
const OTHER_NAMES: ReadonlySet<string> = new Set(["k8s", "webhookb2"]);

function saysWhere(part: string): boolean {
  return NAME.test(part) || NUMBER.test(part) || OTHER_NAMES.has(part);
}

/** Shorter texts are replaced only where they stand alone: else they would make others unreadable. */
const SHORTEST = 5;
const SECRET_HEADER = /^(?:(?:proxy-)?authorization|(?:set-)?cookie)$|key|token|secret|signature/i;

/** `owner`: who has made the configuration sees where addresses lead; `others` see no path of them. */
export type ShownTo = "owner" | "others";

export class SecretMask {
  readonly #parts = new Set<string>();
  readonly #shownTo: ShownTo;

  /** `config`: what a sink was made of; every secret in it is found. */
  constructor(config: unknown, shownTo: ShownTo = "owner") {
    this.#shownTo = shownTo;
    this.#collect(config, 0);
  }

  text(text: string): string {
    const parts = [...this.#parts].filter((part) => part.length >= SHORTEST);
    parts.sort((one, other) => other.length - one.length);
    return parts.reduce((shown, part) => shown.replaceAll(part, MASK), text);
  }

  address(address: string): string {
    const url = URL.parse(address);
    if (!url) return this.text(address);
    const path = url.pathname.split("/").map((part) => this.#part(part)).join("/");
    const query = [...url.searchParams].map(([name, value]) => `${name}=${this.#part(value)}`);
    const user = url.username !== "" || url.password !== "" ? `${MASK}@` : "";
    const rest = path + (query.length > 0 ? `?${query.join("&")}` : "");
    return `${url.protocol}//${user}${url.host}${this.text(rest)}`;
  }

  header(name: string, value: string): string {
    if (!SECRET_HEADER.test(name)) return this.text(value);
    const scheme = /^(?:Basic|Bearer|Splunk|AWS4-HMAC-SHA256|ApiKey|GenieKey|Token)\s/i.exec(value);
    return `${scheme?.[0] ?? ""}${MASK}`;
  }

  #part(part: string): string {
    return this.#parts.has(part) || this.#parts.has(decoded(part)) ? MASK : part;
  }

  #collect(value: unknown, depth: number): void {
    if (depth > 16 || typeof value !== "object" || value === null) return;
    if (!(value instanceof Secret)) {
      for (const inner of Object.values(value)) this.#collect(inner, depth + 1);
      return;
    }
    let text: string;
    try {
      text = value.reveal().trim();
    } catch {
      return; // a file that cannot be read: nothing of it is known
    }
    const url = /^https?:/.test(text) ? URL.parse(text) : null;
    if (!url) return this.#add(text);
    for (const part of url.pathname.split("/")) {
      if (this.#shownTo === "others" || !saysWhere(part)) this.#add(part);
    }
    for (const value of url.searchParams.values()) this.#add(value);
    const user = decoded(url.username), password = decoded(url.password);
    for (const part of [user, password]) this.#add(part);
    // As the header has it, which a server may repeat.
    if (user !== "") this.#add(new TextEncoder().encode(`${user}:${password}`).toBase64());
  }

  #add(text: string): void {
    if (text === "") return;
    this.#parts.add(text);
    this.#parts.add(encodeURIComponent(text.toWellFormed()));
    this.#parts.add(JSON.stringify(text).slice(1, -1));
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
