/** One repository of a registry: OCI distribution-spec, "Pull", and Docker's token authentication. */
import { parseBoundedJson } from "../base/mod.ts";
import type { Download } from "../http/download.ts";
import { Secret } from "../plugin/mod.ts";
import { PackageError } from "../plugin/store/mod.ts";
import { credentialsFor } from "./docker_config.ts";
import { type Fetching, get, type GetRequest, jsonOf, nonsense, refusal } from "./get.ts";
import { checkSha256 } from "./integrity.ts";
import { DIGEST, type OciOrigin } from "./origin.ts";
import { type OciDescriptor, ociToken } from "./schema.ts";

/** OCI distribution-spec, "Pushing Manifests": registries take so many. */
const MAX_MANIFEST_BYTES = 4 << 20;
const MANIFEST_BOUNDS = { depth: 16, values: 50_000 };
const MAX_TOKEN_BYTES = 128 << 10;
const TOKEN_BOUNDS = { depth: 8, values: 1000 };

interface Manifest {
  readonly value: unknown;
  readonly digest: string;
}

export class OciRepository {
  readonly #origin: OciOrigin;
  readonly #fetching: Fetching;
  readonly #base: URL;
  readonly #credentials: Secret | undefined;
  #authorization: Secret | undefined;

  constructor(origin: OciOrigin, fetching: Fetching) {
    const { host, repository } = placeOf(origin);
    this.#origin = { ...origin, repository };
    this.#fetching = fetching;
    this.#base = new URL(`${fetching.allowsPlain ? "http" : "https"}://${host}/v2/${repository}/`);
    this.#credentials = credentialsFor(origin.host, fetching.environment);
  }

  get origin(): string {
    return this.#base.origin;
  }

  /** The same one, asked in another way. */
  asking(fetching: Fetching): OciRepository {
    const other = new OciRepository(this.#origin, fetching);
    other.#authorization = this.#authorization;
    return other;
  }

  /** By tag or digest; a digest is checked. */
  async manifest(reference: string, mediaTypes: readonly string[]): Promise<Manifest> {
    const { answer, what } = await this.#askManifest(reference, mediaTypes);
    return await this.#manifestIn(answer, { reference, what });
  }

  /** Absent: there is none of that tag. */
  async manifestIfThere(
    reference: string,
    mediaTypes: readonly string[],
  ): Promise<Manifest | undefined> {
    const { answer, what } = await this.#askManifest(reference, mediaTypes);
    if (answer.status === 404) return undefined;
    return await this.#manifestIn(answer, { reference, what });
  }

  /** OCI distribution-spec, "Listing Referrers"; absent: the registry does not keep such lists. */
  async referrers(digest: string, mediaType: string): Promise<unknown> {
    const answer = await this.#get(`referrers/${digest}`, {
      mostBytes: MAX_MANIFEST_BYTES,
      headers: { accept: mediaType },
    });
    // Others are of registries that have never heard of them; 501 says so.
    if (answer.status >= 500 && answer.status !== 501) {
      throw refusal(answer, `what refers to ${digest}`);
    }
    if (answer.status !== 200) return undefined;
    try {
      return parseBoundedJson(answer.body, MANIFEST_BOUNDS);
    } catch {
      // Some have a page for every address that they do not know.
      return undefined;
    }
  }

  async #askManifest(reference: string, mediaTypes: readonly string[]) {
    const answer = await this.#get(`manifests/${reference}`, {
      mostBytes: MAX_MANIFEST_BYTES,
      headers: { accept: mediaTypes.join(", ") },
    });
    return { answer, what: `the manifest "${reference}" of ${this.#origin.repository}` };
  }

  async #manifestIn(
    answer: Download,
    { reference, what }: { readonly reference: string; readonly what: string },
  ): Promise<Manifest> {
    if (answer.status !== 200) throw refusal(answer, what);
    const told = DIGEST.test(reference) ? reference : answer.headers["docker-content-digest"];
    const wanted = typeof told === "string" && DIGEST.test(told) ? told.slice(7) : undefined;
    const digest = wanted === undefined
      ? await digestOf(answer.body)
      : await checkSha256(answer.body, wanted, what);
    return { value: jsonOf(answer, what, MANIFEST_BOUNDS), digest };
  }

  /** Of the size and digest that the manifest says. */
  async blob(
    { digest, size }: OciDescriptor,
    options: { readonly mostBytes: number; readonly isArchive?: boolean },
  ): Promise<Uint8Array<ArrayBuffer>> {
    const what = `a file of ${this.#origin.repository}`;
    if (size > options.mostBytes) {
      throw new PackageError("I011", `The archive is too large: it has ${size} bytes`, {
        help: "a plugin is one module and a few files: is it the right repository?",
      });
    }
    const answer = await this.#get(`blobs/${digest}`, { ...options, mostBytes: Math.max(size, 1) });
    if (answer.status !== 200) throw refusal(answer, what);
    await checkSha256(answer.body, digest.slice(7), what);
    return answer.body;
  }

  /** Once more with credentials where the registry asks for some. */
  async #get(path: string, request: GetRequest): Promise<Download> {
    const url = new URL(path, this.#base);
    const answer = await this.#ask(url, request);
    // Of a server that it sends us to, nobody has heard: what that one wants is not for it.
    if (answer.status !== 401 || answer.url.origin !== url.origin) return answer;
    const authorization = await this.#authorize(answer);
    if (!authorization) return answer;
    this.#authorization = authorization;
    return await this.#ask(url, request);
  }

  #ask(url: URL, request: GetRequest): Promise<Download> {
    const headers = {
      ...request.headers,
      ...this.#authorization && { authorization: this.#authorization },
    };
    const { allowsPlain } = this.#fetching;
    return get(url, { ...request, headers, allowsPlain }, this.#fetching);
  }

  async #authorize({ headers }: Download): Promise<Secret | undefined> {
    const challenge = parseChallenge(headers["www-authenticate"]);
    if (challenge?.scheme === "basic") return this.#credentials;
    if (challenge?.scheme !== "bearer") return undefined;
    const { realm, service } = challenge.parameters;
    const url = realm === undefined ? null : URL.parse(realm);
    if (!url) throw nonsense(this.#base, "a request for credentials");
    if (service !== undefined) url.searchParams.set("service", service);
    url.searchParams.set("scope", `repository:${this.#origin.repository}:pull`);
    const answer = await get(url, {
      mostBytes: MAX_TOKEN_BYTES,
      allowsPlain: this.#fetching.allowsPlain,
      ...this.#credentials && { headers: { authorization: this.#credentials } },
    }, this.#fetching);
    if (answer.status !== 200) throw refusal(answer, `a token for ${this.#origin.repository}`);
    const { data } = ociToken.safeParse(jsonOf(answer, "a token", TOKEN_BOUNDS));
    const token = data?.token ?? data?.access_token;
    if (!token || !/^[\x21-\x7e]+$/.test(token)) throw nonsense(url, "a token");
    return new Secret({ value: `Bearer ${token}` });
  }
}

/** docker.io is a name for people. */
function placeOf({ host, repository }: OciOrigin) {
  if (host !== "docker.io") return { host, repository };
  const full = repository.includes("/") ? repository : `library/${repository}`;
  return { host: "registry-1.docker.io", repository: full };
}

async function digestOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return `sha256:${new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex()}`;
}

interface Challenge {
  readonly scheme: string;
  readonly parameters: Readonly<Record<string, string | undefined>>;
}

/** `WWW-Authenticate: Bearer realm="https://…",service="…"`, RFC 9110 11.6.1: the first of them. */
export function parseChallenge(
  header: string | readonly string[] | undefined,
): Challenge | undefined {
  const text = typeof header === "string" ? header : header?.[0];
  const [, scheme, rest] = /^\s*([A-Za-z]{1,20})\s*(.{0,4000})/.exec(text ?? "") ?? [];
  if (scheme === undefined || rest === undefined) return undefined;
  const parameters: Record<string, string> = Object.create(null);
  for (const [, key, value] of rest.matchAll(/([a-z]{1,20})="([^"]{0,2000})"/gi)) {
    parameters[key!.toLowerCase()] ??= value!;
  }
  return { scheme: scheme.toLowerCase(), parameters };
}
