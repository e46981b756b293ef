/** Debian's docker-registry, and what tests put into it. */
import { freePort } from "../free_port.ts";
import { startServer } from "../peers/server.ts";
import { hash } from "./running.ts";

export interface OciRegistry extends AsyncDisposable {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  readonly url: string;
  /** The digest. */
  blob(repository: string, bytes: Uint8Array): Promise<string>;
  /** The digest. */
  manifest(repository: string, tag: string, manifest: object): Promise<string>;
  /** An artifact of one layer, as falcoctl and oras have them. */
  artifact(repository: string, tag: string, layer: Uint8Array, types: Artifact): Promise<string>;
}

export interface Artifact {
  readonly layer: string;
  readonly config: string;
  readonly about?: unknown;
}

export const FALCOD: Artifact = {
  layer: "application/vnd.oci.image.layer.v1.tar+gzip",
  config: "application/vnd.oci.empty.v1+json",
};
export const FALCO_PLUGIN: Artifact = {
  layer: "application/vnd.cncf.falco.plugin.layer.v1+tar.gz",
  config: "application/vnd.cncf.falco.plugin.config.v1+json",
};
export const FALCO_RULES: Artifact = {
  layer: "application/vnd.cncf.falco.rulesfile.layer.v1+tar.gz",
  config: "application/vnd.cncf.falco.rulesfile.config.v1+json",
};
export const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
export const INDEX = "application/vnd.oci.image.index.v1+json";

export const DOCKER_REGISTRY = { program: "docker-registry", package: "docker-registry" };

export interface OciOptions {
  readonly tls?: { readonly certificateFile: string; readonly keyFile: string };
  /** `user:bcrypt-hash`, and the credentials that are right. */
  readonly login?: { readonly htpasswd: string; readonly credentials: string };
  readonly client?: Deno.HttpClient;
}

export async function ociRegistry(folder: string, options: OciOptions = {}): Promise<OciRegistry> {
  const port = freePort();
  const { tls, login, client } = options;
  if (login) Deno.writeTextFileSync(`${folder}/htpasswd`, `${login.htpasswd}\n`);
  const config = {
    version: "0.1",
    log: { level: "error" },
    storage: { filesystem: { rootdirectory: `${folder}/registry` } },
    http: {
      addr: `127.0.0.1:${port}`,
      ...tls && { tls: { certificate: tls.certificateFile, key: tls.keyFile } },
    },
    ...login && { auth: { htpasswd: { realm: "tests", path: `${folder}/htpasswd` } } },
  };
  Deno.writeTextFileSync(`${folder}/registry.json`, JSON.stringify(config));
  const server = await startServer({
    program: "docker-registry",
    args: ["serve", `${folder}/registry.json`],
    ports: [port],
  });
  const host = `127.0.0.1:${port}`;
  const url = `${tls ? "https" : "http"}://${host}`;
  const ask = async (path: string | URL, init: RequestInit) => {
    const headers = new Headers(init.headers);
    if (login) headers.set("authorization", `Basic ${btoa(login.credentials)}`);
    const response = await fetch(new URL(path, url), { ...init, headers, ...client && { client } });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
    return response;
  };
  const blob = async (repository: string, bytes: Uint8Array) => {
    const digest = `sha256:${hash(bytes)}`;
    const begun = await ask(`/v2/${repository}/blobs/uploads/`, { method: "POST" });
    const place = new URL(begun.headers.get("location")!, url);
    place.searchParams.set("digest", digest);
    await ask(place, { method: "PUT", body: new Uint8Array(bytes) });
    return digest;
  };
  const manifest = async (repository: string, tag: string, manifest: object) => {
    const type = (manifest as { mediaType?: string }).mediaType ?? MANIFEST;
    const body = JSON.stringify(manifest);
    await ask(`/v2/${repository}/manifests/${tag}`, {
      method: "PUT",
      headers: { "content-type": type },
      body,
    });
    return `sha256:${hash(body)}`;
  };
  return {
    host,
    url,
    blob,
    manifest,
    artifact: async (repository, tag, layer, types) => {
      const about = new TextEncoder().encode(JSON.stringify(types.about ?? {}));
      return await manifest(repository, tag, {
        schemaVersion: 2,
        mediaType: MANIFEST,
        config: {
          mediaType: types.config,
          digest: await blob(repository, about),
          size: about.length,
        },
        layers: [
          { mediaType: types.layer, digest: await blob(repository, layer), size: layer.length },
        ],
      });
    },
    [Symbol.asyncDispose]: () => server.stop(),
  };
}
