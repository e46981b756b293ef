/** A plugin that somebody has to have signed, in Debian's registry, and who can. */
import { generateKeyPairSync } from "node:crypto";
import { assertEquals } from "../assert.ts";
import { testWithPeer } from "../peers/server.ts";
import { DOCKER_REGISTRY, FALCOD, type OciRegistry, ociRegistry } from "./oci_registry.ts";
import { fails, Place, pluginFiles } from "./running.ts";
import { ISSUER_URL, TestSigstore } from "./sigstore.ts";
import { packed } from "./tar.ts";

export const HOME = { environment: { HOME: "/nonexistent" } };
export const plugin = (version = "1.0.0") => packed(pluginFiles({ manifest: { version } }));

/** A registry with a plugin, an index that says who has to have signed it, and who can. */
export interface Scene {
  readonly place: Place;
  readonly registry: OciRegistry;
  readonly sigstore: TestSigstore;
  readonly digest: string;
  /** `plugin add` of it. */
  readonly add: readonly string[];
  index(cosign: Readonly<Record<string, unknown>> | undefined): void;
}

export const IDENTITY_WANTED = {
  "certificate-oidc-issuer": ISSUER_URL,
  "certificate-identity-regexp": "https://github.com/example/pager/",
};

export function test(name: string, fn: (scene: Scene) => Promise<void>): void {
  testWithPeer(`add oci --index: ${name}`, DOCKER_REGISTRY, async () => {
    using place = new Place();
    await using registry = await ociRegistry(place.path);
    const sigstore = await TestSigstore.start();
    const digest = await registry.artifact("pager", "1", plugin(), FALCOD);
    const index = (cosign: Readonly<Record<string, unknown>> | undefined) => {
      const signature = cosign && { cosign };
      const entry = { name: "pager", type: "plugin", registry: registry.host, repository: "pager" };
      place.file("index.yaml", JSON.stringify([{ ...entry, ...signature && { signature } }]));
    };
    index(IDENTITY_WANTED);
    place.file("root.json", sigstore.root);
    const how = [
      "--plain-http",
      "--dir",
      place.plugins,
      "--trusted-root",
      `${place.path}/root.json`,
    ];
    const from = `oci://${registry.host}/pager:1`;
    const add = ["add", "--yes", ...how, "--index", `${place.path}/index.yaml`, from];
    await fn({ place, registry, sigstore, digest, add, index });
  });
}

export async function refuses({ place, add }: Scene, wanted: RegExp): Promise<void> {
  await fails(add, wanted, HOME);
  assertEquals(place.listing().includes(`${place.plugins}/pager`), false);
}

/** PEM of the public one, and of the private one. */
export function newKey() {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return {
    privateKey,
    publicKey: publicKey.export({ type: "spki", format: "pem" }).toString(),
    pem: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}
