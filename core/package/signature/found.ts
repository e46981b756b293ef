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
type Unreadable = Extract<FoundSignature, { kind: "unreadable" }>;

export interface FoundSignatures {
  readonly signatures: readonly FoundSignature[];
  /** Why there may be others that nobody has seen. */
  readonly trouble: PackageError | undefined;
}

/**
 * Where a registry has some. What cannot be fetched is left out, and said: one that is right counts
 * whatever else there is, and none counts because another is missing.
 */
export async function signaturesOf(
  repository: OciRepository,
  digest: string,
): Promise<FoundSignatures> {
  const lists = await Promise.all([
    bundlesOf(repository, digest).catch(toldOf),
    simpleOf(repository, digest).catch(toldOf),
  ]);
  return {
    signatures: lists.flatMap((list) => list instanceof PackageError ? [] : list),
    trouble: lists.find((list) => list instanceof PackageError),
  };
}

/** Others are bugs, or somebody who does not want to wait. */
function toldOf(error: unknown): PackageError {
  if (error instanceof PackageError) return error;
  throw error;
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
      return payload instanceof Uint8Array
        ? { kind: "simple", payload, annotations: layer.annotations ?? {} }
        : payload;
    }),
  );
}

async function bundlesOf(repository: OciRepository, digest: string): Promise<FoundSignature[]> {
  const referring = await repository.referrers(digest, INDEX).catch(toldOf);
  const list = referring === undefined || referring instanceof PackageError
    ? (await repository.manifestIfThere(tagOf(digest), [INDEX]))?.value
    : referring;
  const { data } = referrers.safeParse(list);
  if (!data && referring instanceof PackageError) throw referring;
  // A tag of that form may be of something else.
  if (!data) return [];
  const manifests = data.manifests.filter(({ artifactType = "" }) => BUNDLE.test(artifactType));
  return await Promise.all(
    manifests.slice(-MOST_SIGNATURES).map(({ digest }) => bundleIn(repository, digest)),
  );
}

async function bundleIn(repository: OciRepository, digest: string): Promise<FoundSignature> {
  const manifest = await repository.manifestIfThere(digest, [MANIFEST]).catch(toldOf);
  if (manifest instanceof PackageError) return unfetched(manifest);
  const { data } = signatureManifest.safeParse(manifest?.value);
  const layer = data?.layers.find(({ mediaType }) => BUNDLE.test(mediaType));
  if (!layer) return { kind: "unreadable", why: `is no bundle (${digest})` };
  const json = await contentOf(repository, layer);
  return json instanceof Uint8Array ? { kind: "bundle", json } : json;
}

/** Or what is wrong with it. */
async function contentOf(
  repository: OciRepository,
  layer: Described,
): Promise<Uint8Array<ArrayBuffer> | Unreadable> {
  if (layer.size > MAX_SIGNATURE_BYTES) {
    return { kind: "unreadable", why: `is too large: it has ${layer.size} bytes` };
  }
  const content = await repository.blob(layer, { mostBytes: MAX_SIGNATURE_BYTES }).catch(toldOf);
  return content instanceof PackageError ? unfetched(content) : content;
}

/** Another that is right still counts. */
function unfetched({ message }: PackageError): Unreadable {
  return { kind: "unreadable", why: `cannot be fetched: ${message}` };
}

function tagOf(digest: string): string {
  return digest.replace(":", "-");
}
