/** Signatures as registries keep them, beside what they sign. Nothing of them has been checked. */
import { PackageError } from "../../plugin/store/mod.ts";
import type { OciRepository } from "../oci_registry.ts";
import { type Described, referrers, signatureManifest } from "./schema.ts";

const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const INDEX = "application/vnd.oci.image.index.v1+json";
const SIMPLE_SIGNING = "application/vnd.dev.cosign.simplesigning.v1+json";
/** Of every version: `.v0.3+json`, and `+json;version=0.1` before it. */
const BUNDLE = /^application\/vnd\.dev\.sigstore\.bundle[.+]/;

/** The latest: whoever signs anew adds one. */
const MOST_SIGNATURES = 20;
/** A payload has 300 bytes, a bundle 10 KB. */
const MAX_SIGNATURE_BYTES = 256 << 10;

export type FoundSignature =
  /** cosign 1 and 2: a payload that names the digest, and annotations. */
  | {
    readonly kind: "simple";
    readonly payload: Uint8Array<ArrayBuffer>;
    readonly annotations: Readonly<Record<string, string>>;
  }
  /** cosign 3: JSON of Sigstore. */
  | { readonly kind: "bundle"; readonly json: Uint8Array<ArrayBuffer> }
  /** `why` continues "a signature that". */
  | { readonly kind: "unreadable"; readonly why: string };

/** Where a registry has some. Throws `PackageError` (I002) where it does not answer. */
export async function signaturesOf(
  repository: OciRepository,
  digest: string,
): Promise<readonly FoundSignature[]> {
  return [...await bundlesOf(repository, digest), ...await simpleOf(repository, digest)];
}

/** Under a tag made of the digest. cosign: specs/SIGNATURE_SPEC.md. */
async function simpleOf(repository: OciRepository, digest: string): Promise<FoundSignature[]> {
  const tag = `${tagOf(digest)}.sig`;
  const manifest = await repository.manifestIfThere(tag, [MANIFEST]);
  if (!manifest) return [];
  const { data } = signatureManifest.safeParse(manifest.value);
  if (!data) return [{ kind: "unreadable", why: `is no manifest, under the tag ${tag}` }];
  const layers = data.layers.filter(({ mediaType }) => mediaType === SIMPLE_SIGNING);
  return await Promise.all(
    layers.slice(-MOST_SIGNATURES).map(async (layer) => {
      const payload = await contentOf(repository, layer);
      if (typeof payload === "string") return { kind: "unreadable", why: payload };
      return { kind: "simple", payload, annotations: layer.annotations ?? {} };
    }),
  );
}

async function bundlesOf(repository: OciRepository, digest: string): Promise<FoundSignature[]> {
  const list = await repository.referrers(digest, INDEX) ??
    (await repository.manifestIfThere(tagOf(digest), [INDEX]))?.value;
  const { data } = referrers.safeParse(list);
  // A tag of that form may be of something else.
  if (!data) return [];
  const manifests = data.manifests.filter(({ artifactType = "" }) => BUNDLE.test(artifactType));
  return await Promise.all(
    manifests.slice(-MOST_SIGNATURES).map(({ digest }) => bundleIn(repository, digest)),
  );
}

async function bundleIn(repository: OciRepository, digest: string): Promise<FoundSignature> {
  const manifest = await repository.manifestIfThere(digest, [MANIFEST]);
  const { data } = signatureManifest.safeParse(manifest?.value);
  const layer = data?.layers.find(({ mediaType }) => BUNDLE.test(mediaType));
  if (!layer) return { kind: "unreadable", why: `is no bundle (${digest})` };
  const json = await contentOf(repository, layer);
  return typeof json === "string" ? { kind: "unreadable", why: json } : { kind: "bundle", json };
}

/** Or what is wrong with it. */
async function contentOf(
  repository: OciRepository,
  layer: Described,
): Promise<Uint8Array<ArrayBuffer> | string> {
  if (layer.size > MAX_SIGNATURE_BYTES) return `is too large: it has ${layer.size} bytes`;
  try {
    return await repository.blob(layer, { mostBytes: MAX_SIGNATURE_BYTES });
  } catch (error) {
    // Another that is right still counts.
    if (error instanceof PackageError) return `cannot be fetched: ${error.message}`;
    throw error;
  }
}

function tagOf(digest: string): string {
  return digest.replace(":", "-");
}
