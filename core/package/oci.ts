/** Packages from registries of OCI: falcod's own, and what falcoctl publishes there. */
import { parseBoundedJson } from "../base/mod.ts";
import { PackageError } from "../plugin/store/mod.ts";
import { readArchive } from "./archive.ts";
import { MAX_ARCHIVE_BYTES } from "./bounds.ts";
import type { FetchedPackage, PackageHint } from "./fetched.ts";
import { type Fetching, nonsense } from "./get.ts";
import { OciRepository } from "./oci_registry.ts";
import { DIGEST, type OciOrigin } from "./origin.ts";
import { falcoctlConfig, type OciDescriptor, ociIndex, ociManifest } from "./schema.ts";
import type { ToCheck } from "./signature/check.ts";
import { knownSigner } from "./signature/signer.ts";
import { inTime, TIME_LIMITS } from "./time_limits.ts";

const INDEXES = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
] as const;
const MANIFESTS = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
] as const;

/** Layers that are archives. https://github.com/falcosecurity/falcoctl/blob/main/pkg/oci/types.go has Falco's. */
const ARCHIVE = /(?:\.|\+)(?:tar\.gz|tar\+gzip|gzip|tar)$/;
const FALCOCTL = /^application\/vnd\.cncf\.falco\.(?:plugin|rulesfile)\.config\.v1\+json$/;
const MAX_CONFIG_BYTES = 64 << 10;
const CONFIG_BOUNDS = { depth: 16, values: 2000 };

/** Throws `PackageError`. */
export async function fetchFromOci(origin: OciOrigin, fetching: Fetching): Promise<FetchedPackage> {
  const repository = new OciRepository(origin, fetching);
  const found = await manifestOf(origin, repository);
  const { config, layers } = found.manifest;
  const archives = layers.filter(({ mediaType }) => ARCHIVE.test(mediaType));
  const [layer] = archives;
  if (!layer || archives.length > 1) {
    throw new PackageError("I013", `There is no plugin in ${origin.host}/${origin.repository}`, {
      help: `it has ${layers.length} layers, and a plugin has one, which is an archive: ` +
        "is it an image of a container?",
    });
  }
  const from = `oci://${origin.host}/${origin.repository}@${found.digest}`;
  const signer = origin.signer ?? knownSigner(origin);
  const signedBy = signer && fetching.verifies
    ? await signerOf({ ...found, repository, from, signer }, fetching)
    : undefined;
  const { hint, notes } = await toldByFalcoctl(config, repository);
  const bytes = await repository.blob(layer, { mostBytes: MAX_ARCHIVE_BYTES, isArchive: true });
  return {
    files: await readArchive(bytes, from),
    from,
    integrity: found.digest,
    signer,
    signedBy,
    notes: [
      ...fetching.allowsPlain
        ? [`${repository.origin} has no TLS: whoever is on the way may change what comes`]
        : [],
      ...signer ? [] : ["nobody has to have signed it: no index (--index) says so"],
      ...notes,
    ],
    hint: { ...hint, version: hint.version ?? versionIn(origin.reference) },
  };
}

/** The packages of Sigstore are loaded for those who need them. */
async function signerOf(
  { repository, ...rest }: Omit<ToCheck, "trustedRootFile">,
  fetching: Fetching,
): Promise<string> {
  const { checkSigned } = await import("./signature/check.ts");
  const { limits = TIME_LIMITS, trustedRootFile } = fetching;
  const limit = { mostMs: limits.signaturesMs, what: "Fetching signatures" };
  return await inTime(
    fetching,
    limit,
    (fetching) =>
      checkSigned({ ...rest, repository: repository.asking(fetching), trustedRootFile }),
  );
}

async function manifestOf(origin: OciOrigin, repository: OciRepository) {
  const first = await repository.manifest(origin.reference, [...INDEXES, ...MANIFESTS]);
  const index = ociIndex.safeParse(first.value);
  const url = new URL(repository.origin);
  if (!index.success) {
    const manifest = ociManifest.safeParse(first.value);
    if (!manifest.success) throw nonsense(url, "a manifest", manifest.error);
    return { manifest: manifest.data, digest: first.digest };
  }
  const own = ownPlatform(index.data.manifests);
  if (!own) {
    const have = index.data.manifests.map(({ platform }) =>
      platform ? `${platform.os}/${platform.architecture}` : "any"
    );
    throw new PackageError("I003", `There is no plugin for ${OS}/${ARCHITECTURE} in it`, {
      help: `it is there for ${[...new Set(have)].slice(0, 10).join(", ") || "nothing"}`,
    });
  }
  const { value } = await repository.manifest(own.digest, MANIFESTS);
  const manifest = ociManifest.safeParse(value);
  if (!manifest.success) throw nonsense(url, "a manifest", manifest.error);
  // What was asked for stays the whole of it: the digest that others see as well.
  return { manifest: manifest.data, digest: first.digest };
}

const OS = "linux";
/** As Go calls it. */
const ARCHITECTURE = Deno.build.arch === "aarch64" ? "arm64" : "amd64";

type IndexEntry = ReturnType<typeof ociIndex.parse>["manifests"][number];

function ownPlatform(manifests: readonly IndexEntry[]): IndexEntry | undefined {
  const own = manifests.find(({ platform }) =>
    platform?.os === OS && platform.architecture === ARCHITECTURE
  );
  const [only] = manifests;
  return own ?? (manifests.length === 1 && only && !only.platform ? only : undefined);
}

interface Told {
  readonly hint: PackageHint;
  readonly notes: readonly string[];
}

/** What falcoctl tells of its artifacts, whose archives have no manifest. */
async function toldByFalcoctl(config: OciDescriptor, repository: OciRepository): Promise<Told> {
  if (!FALCOCTL.test(config.mediaType)) return { hint: {}, notes: [] };
  const bytes = await repository.blob(config, { mostBytes: MAX_CONFIG_BYTES });
  const { name, version, dependencies = [] } = falcoctlConfig.safeParse(parsed(bytes)).data ?? {};
  const needed = dependencies.map(({ name, version }) => `${name} ${version}`);
  return {
    hint: { name, version },
    notes: needed.length > 0 ? [`it goes with the plugins ${needed.join(", ")}`] : [],
  };
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return parseBoundedJson(bytes, CONFIG_BOUNDS);
  } catch {
    return undefined;
  }
}

function versionIn(reference: string): string | undefined {
  if (DIGEST.test(reference)) return undefined;
  return /^v?(\d+\.\d+\.\d+(?:-[\w.]+)?)$/.exec(reference)?.[1];
}
