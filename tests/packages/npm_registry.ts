/** A registry of npm on this machine, as far as fetching goes; it can be told to misbehave. */
import { createHash } from "node:crypto";

export interface NpmRegistry extends AsyncDisposable {
  /** With a slash at its end. */
  readonly url: string;
  /** Paths that were asked for, and what stood in `authorization`. */
  readonly asked: { readonly path: string; readonly authorization: string | null }[];
  publish(name: string, version: string, tarball: Uint8Array, options?: PublishOptions): void;
  tag(name: string, tag: string, version: string): void;
  /** In place of what it has of a package. */
  answer(name: string, answer: () => Response): void;
}

export interface PublishOptions {
  /** Else the right one; `null`: none. */
  readonly integrity?: string | null;
  /** Else on this server. */
  readonly tarball?: string;
  readonly deprecated?: string;
  /** What the version says of itself, where that is another one. */
  readonly says?: string;
  /** Sent in place of the tarball. */
  readonly answer?: () => Response;
}

export interface RegistryOptions {
  readonly tls?: { readonly certificate: string; readonly key: string };
  /** Asked for everywhere. */
  readonly token?: string;
  /** Names it is asked for under in place of 127.0.0.1. */
  readonly host?: string;
}

export function npmRegistry({ tls, token, host }: RegistryOptions = {}): NpmRegistry {
  const packages = new Map<string, Record<string, unknown>>();
  const answers = new Map<string, () => Response>();
  const asked: { path: string; authorization: string | null }[] = [];
  const server = Deno.serve({
    port: 0,
    hostname: "127.0.0.1",
    onListen() {},
    ...tls && { cert: tls.certificate, key: tls.key },
  }, (request) => {
    const { pathname } = new URL(request.url);
    const authorization = request.headers.get("authorization");
    asked.push({ path: pathname, authorization });
    if (token !== undefined && authorization !== `Bearer ${token}`) {
      return Response.json({ error: "unauthorized" }, { status: 401 });
    }
    const answer = answers.get(pathname);
    if (answer) return answer();
    const found = packages.get(decodeURIComponent(pathname.slice(1)));
    return found ? Response.json(found) : Response.json({ error: "not found" }, { status: 404 });
  });
  const url = `${tls ? "https" : "http"}://${host ?? "127.0.0.1"}:${server.addr.port}/`;
  const packageOf = (name: string) => {
    const known = packages.get(name) ?? { name, "dist-tags": {}, versions: {} };
    packages.set(name, known);
    return known as { "dist-tags": Record<string, string>; versions: Record<string, unknown> };
  };
  return {
    url,
    asked,
    publish(name, version, tarball, options = {}) {
      const path = `/${name}/-/${version}.tgz`;
      const { integrity = integrityOf(tarball), deprecated, says = version } = options;
      answers.set(path, options.answer ?? (() => new Response(new Uint8Array(tarball))));
      const place = options.tarball ?? `${url}${path.slice(1)}`;
      const { versions, "dist-tags": tags } = packageOf(name);
      versions[version] = {
        version: says,
        ...deprecated !== undefined && { deprecated },
        dist: { tarball: place, shasum: "0".repeat(40), ...integrity !== null && { integrity } },
      };
      tags.latest = version;
    },
    tag: (name, tag, version) => void (packageOf(name)["dist-tags"][tag] = version),
    answer: (name, answer) => void answers.set(`/${name}`, answer),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

export function integrityOf(bytes: Uint8Array, algorithm = "sha512"): string {
  return `${algorithm}-${createHash(algorithm).update(bytes).digest("base64")}`;
}
