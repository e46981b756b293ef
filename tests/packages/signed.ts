/** Signatures in a registry, where cosign puts them. */
import { INDEX, MANIFEST, type OciRegistry } from "./oci_registry.ts";
import { BUNDLE, type Simple, SIMPLE_SIGNING } from "./sigstore.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** As cosign 2 does: a tag made of the digest, one layer a signature. */
export async function pushSimple(
  registry: OciRegistry,
  repository: string,
  { digest, signatures }: { readonly digest: string; readonly signatures: readonly Simple[] },
): Promise<void> {
  const layers = await Promise.all(signatures.map(async ({ payload, annotations }) => ({
    ...await described(registry, repository, payload),
    mediaType: SIMPLE_SIGNING,
    annotations,
  })));
  await registry.manifest(repository, `${digest.replace(":", "-")}.sig`, {
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: {
      ...await described(registry, repository, "{}"),
      mediaType: "application/vnd.oci.image.config.v1+json",
    },
    layers,
  });
}

/** As cosign 3 does where the registry keeps no lists of referrers: an index under a tag. */
export async function pushBundles(
  registry: OciRegistry,
  repository: string,
  { digest, bundles }: { readonly digest: string; readonly bundles: readonly string[] },
): Promise<void> {
  const empty = await described(registry, repository, "{}");
  const manifests = await Promise.all(bundles.map(async (bundle, at) => {
    const manifest = {
      schemaVersion: 2,
      mediaType: MANIFEST,
      artifactType: BUNDLE,
      config: { ...empty, mediaType: "application/vnd.oci.empty.v1+json" },
      layers: [{ ...await described(registry, repository, bundle), mediaType: BUNDLE }],
    };
    const size = JSON.stringify(manifest).length;
    const stored = await registry.manifest(repository, `bundle-${at}`, manifest);
    return { mediaType: MANIFEST, artifactType: BUNDLE, digest: stored, size };
  }));
  const index = { schemaVersion: 2, mediaType: INDEX, manifests };
  await registry.manifest(repository, digest.replace(":", "-"), index);
}

async function described(registry: OciRegistry, repository: string, content: string) {
  const bytes = bytesOf(content);
  return { digest: await registry.blob(repository, bytes), size: bytes.length };
}
