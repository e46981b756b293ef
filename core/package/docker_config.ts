/** Credentials for registries of OCI, as docker, podman and falcoctl keep them. */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { Secret } from "../plugin/mod.ts";
import { dockerConfig } from "./schema.ts";

const LARGEST_FILE = 1 << 20;

/** `user:password` as `Basic …`; absent: none are known. Helper programs are not asked. */
export function credentialsFor(
  host: string,
  environment: (name: string) => string | undefined,
): Secret | undefined {
  const home = environment("HOME") ?? "/root";
  const runtime = environment("XDG_RUNTIME_DIR");
  const files = [
    environment("REGISTRY_AUTH_FILE"),
    join(environment("DOCKER_CONFIG") ?? join(home, ".docker"), "config.json"),
    runtime && join(runtime, "containers/auth.json"),
    join(home, ".config/containers/auth.json"),
  ];
  for (const file of files) {
    const found = file && credentialsIn(file, host);
    if (found) return new Secret({ value: `Basic ${found}` });
  }
  return undefined;
}

function credentialsIn(file: string, host: string): string | undefined {
  const auths = readAuths(file);
  if (!auths) return undefined;
  for (const [place, { auth, username, password }] of Object.entries(auths)) {
    if (hostOf(place) !== host) continue;
    if (auth && /^[\w+/=-]+$/.test(auth)) return auth;
    if (!username || password === undefined) continue;
    return new TextEncoder().encode(`${username}:${password}`).toBase64();
  }
  return undefined;
}

/** docker keeps those for docker.io under the address it once had, podman under the name. */
function hostOf(place: string): string {
  const host = place.replace(/^https?:\/\//, "").replace(/\/.*$/, "");
  return host === "index.docker.io" ? "docker.io" : host;
}

function readAuths(file: string) {
  try {
    if (statSync(file).size > LARGEST_FILE) return undefined;
    return dockerConfig.safeParse(JSON.parse(readFileSync(file, "utf8"))).data?.auths;
  } catch {
    return undefined; // there is none, or none that can be used: the registry will say so
  }
}
