/** Who may post audit events: by address, and by a token. */
import { createHash, timingSafeEqual } from "node:crypto";
import {
  fileMark,
  type Network,
  networkContains,
  parseAddress,
  parseNetwork,
} from "../../../core/mod.ts";
import { InputError } from "./input_error.ts";

/** True for all when there are none. Throws `InputError` for what is neither address nor network. */
export function addressFilter(texts: readonly string[]): (address: string) => boolean {
  const networks = texts.map(networkOf);
  if (networks.length === 0) return () => true;
  return (text) => {
    const address = parseAddress(text.replace(/%.*$/, "")); // without the zone: fe80::1%eth0
    return address !== undefined && networks.some((network) => networkContains(network, address));
  };
}

function networkOf(text: string): Network {
  const address = parseAddress(text);
  const network = address ? { address, prefix: address.length * 8 } : parseNetwork(text);
  if (network) return network;
  throw new InputError(
    "open-failed",
    `Cannot listen for audit events: "${text}" is no address, and no network as 10.0.0.0/8`,
  );
}

export interface TokenOptions {
  /** File with the token; blanks around it do not count. */
  readonly tokenFile?: string | undefined;
  /** Name of an environment variable with it. */
  readonly tokenVariable?: string | undefined;
  readonly environment?: (name: string) => string | undefined;
  /** On any clock that does not jump, in milliseconds. */
  readonly now?: () => number;
}

/** What requests have to carry as `Authorization: Bearer …`. */
export interface Token {
  isIn(authorization: string | null): boolean;
}

/** A file is looked at so often, at most: Kubernetes changes mounted secrets. */
const LOOK_EVERY_MS = 1000;
/** RFC 7235: the scheme in any case, then one blank or more. */
const BEARER = /^bearer +(\S+)$/i;

/** `undefined` when none is asked for. Throws `InputError` when it should be there and is not. */
export function tokenOf(options: TokenOptions): Token | undefined {
  const { tokenFile, tokenVariable, environment = (name) => Deno.env.get(name) } = options;
  if (tokenFile !== undefined) return new FileToken(tokenFile, options.now);
  if (tokenVariable === undefined) return undefined;
  const text = environment(tokenVariable)?.trim() ?? "";
  if (text === "") {
    const message = `Cannot listen for audit events: the environment has no "${tokenVariable}"`;
    throw new InputError("open-failed", message, {
      help: "tokenVariable names a variable with the token",
    });
  }
  const token = digest(text);
  return { isIn: (authorization) => isSame(authorization, token) };
}

class FileToken implements Token {
  readonly #path: string;
  readonly #now: () => number;
  #token: Uint8Array;
  #mark: string;
  #lookedMs: number;

  constructor(path: string, now: () => number = () => performance.now()) {
    this.#path = path;
    this.#now = now;
    this.#mark = fileMark(path);
    this.#token = readToken(path);
    this.#lookedMs = now();
  }

  isIn(authorization: string | null): boolean {
    this.#look();
    return isSame(authorization, this.#token);
  }

  /** A file that is gone or empty changes nothing: whoever replaces it may not be done yet. */
  #look(): void {
    const nowMs = this.#now();
    if (nowMs - this.#lookedMs < LOOK_EVERY_MS) return;
    this.#lookedMs = nowMs;
    const mark = fileMark(this.#path);
    if (mark === this.#mark) return;
    try {
      this.#token = readToken(this.#path);
      this.#mark = mark;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
    }
  }
}

const MAX_TOKEN_BYTES = 64 << 10;

function readToken(path: string): Uint8Array {
  let text: string;
  try {
    const { isFile, size } = Deno.statSync(path);
    if (!isFile || size > MAX_TOKEN_BYTES) throw new Error("it is no file with a token");
    text = Deno.readTextFileSync(path).trim();
    if (text === "") throw new Error("it is empty");
  } catch (cause) {
    throw new InputError("open-failed", `Cannot read the token in "${path}"`, {
      cause,
      help:
        "tokenFile (init_config of plugin k8saudit) names a file with the token that requests carry",
    });
  }
  return digest(text);
}

/** In the same time for all that differ: of digests, which all have one length. */
function isSame(authorization: string | null, token: Uint8Array): boolean {
  const given = BEARER.exec(authorization ?? "")?.[1] ?? "";
  return timingSafeEqual(digest(given), token) && given !== "";
}

function digest(text: string): Uint8Array {
  return createHash("sha256").update(text).digest();
}
