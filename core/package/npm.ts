/** Packages from registries of npm. */
import { compareVersions, isVersion, newestInRange } from "../plugin/api_version.ts";
import { PackageError } from "../plugin/store/mod.ts";
import { readArchive } from "./archive.ts";
import { MAX_ARCHIVE_BYTES } from "./bounds.ts";
import type { FetchedPackage } from "./fetched.ts";
import { type Fetching, get, jsonOf, nonsense, refusal } from "./get.ts";
import { checkIntegrity } from "./integrity.ts";
import { type NpmSettings, readNpmSettings } from "./npmrc.ts";
import type { NpmOrigin } from "./origin.ts";
import { npmPackument, npmVersion } from "./schema.ts";

/**
 * A version of a package without dependencies has 1 KB and 25 values, or 3 KB where the registry knows
 * no shorter form: that is room for thousands.
 */
const MAX_PACKUMENT_BYTES = 8 << 20;
const PACKUMENT_BOUNDS = { depth: 32, values: 250_000 };
/** Without what only people read: https://github.com/npm/registry/blob/main/docs/responses/package-metadata.md */
const ACCEPT = "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8";

/** Throws `PackageError`. Nothing of the package is run, whatever scripts it names. */
export async function fetchFromNpm(origin: NpmOrigin, fetching: Fetching): Promise<FetchedPackage> {
  const npm = readNpmSettings(fetching.environment);
  const registry = registryOf(origin, npm);
  if (!registry) throw noRegistry(origin.name, npm);
  const place = placeOf(registry);
  if (origin.registry !== undefined && origin.registry !== place) {
    throw otherRegistry(origin, { known: origin.registry, named: place });
  }
  const asked = withCertificates(fetching, npm);
  const request = { registry, npm, allowsPlain: registry.protocol === "http:" };
  const found = await versionOf(origin, request, asked);
  const { version, tarball, integrity, notes } = found;
  const answer = await get(tarball, {
    mostBytes: MAX_ARCHIVE_BYTES,
    isArchive: true,
    ...toServer(tarball, request),
  }, asked);
  const what = `${origin.name}@${version}`;
  if (answer.status !== 200) throw refusal(answer, what);
  const checked = await checkIntegrity(answer.body, integrity, what);
  return {
    files: await readArchive(answer.body, what),
    from: `npm:${what}`,
    registry: place,
    integrity: checked,
    notes,
    hint: { name: origin.name.replace(/^@[^/]*\//, ""), version },
  };
}

/** Where nobody names one any more, the one it came from. */
function registryOf({ name, registry }: NpmOrigin, npm: NpmSettings): URL | undefined {
  if (registry !== undefined && npm.saidRegistry(name) === undefined) return new URL(registry);
  return npm.registryOf(name);
}

/** The registry that is named for a package, as `FetchedPackage` has it; absent: none is. */
export function npmRegistryOf(
  packageName: string,
  environment: Fetching["environment"],
): string | undefined {
  const registry = readNpmSettings(environment).registryOf(packageName);
  return registry && placeOf(registry);
}

/** Without credentials. */
function placeOf({ origin, pathname }: URL): string {
  return `${origin}${pathname}`;
}

/** A package there may be somebody else's, and only its name is the same. */
function otherRegistry(
  { name, wanted }: NpmOrigin,
  { known, named }: { readonly known: string; readonly named: string },
): PackageError {
  const title = `"npm:${name}" came from ${known}, and now ${named} is named for it`;
  return new PackageError("I019", title, {
    help: `falcod plugin add npm:${name}@${wanted} --replace takes it from there; with ` +
      `npm_config_registry=${known} in front of the command it stays with the one it came from`,
  });
}

/** falcod knows none by itself: who decides where code comes from is to have said so. */
function noRegistry(name: string, { saidRegistry, userFile }: NpmSettings): PackageError {
  const said = saidRegistry(name);
  const title = said === undefined
    ? `Nobody has said which registry "npm:${name}" is to come from`
    : `The registry that "npm:${name}" is to come from has no http address where it is named`;
  const scope = name.startsWith("@") ? `${name.slice(0, name.indexOf("/"))}:` : "";
  return new PackageError("I001", title, {
    help: `write a line ${scope}registry=https://ADDRESS/ into ${userFile}, or set ` +
      "npm_config_registry=https://ADDRESS/ in front of the command; where npm is installed, " +
      "npm config get registry prints the ADDRESS that it uses",
  });
}

interface Asking {
  readonly registry: URL;
  readonly npm: NpmSettings;
  readonly allowsPlain: boolean;
}

function toServer(url: URL, { npm, allowsPlain }: Asking) {
  const authorization = npm.authorizationFor(url);
  return {
    allowsPlain,
    proxy: npm.proxyFor(url),
    ...authorization && { headers: { authorization } },
  };
}

function withCertificates(fetching: Fetching, { certificateFile }: NpmSettings): Fetching {
  return fetching.certificateFile === "" ? { ...fetching, certificateFile } : fetching;
}

async function versionOf({ name, wanted }: NpmOrigin, asking: Asking, fetching: Fetching) {
  const { registry } = asking;
  const url = new URL(name.replace("/", "%2f"), registry);
  const common = toServer(url, asking);
  const headers = { accept: ACCEPT, ...common.headers };
  const answer = await get(url, { ...common, headers, mostBytes: MAX_PACKUMENT_BYTES }, fetching);
  if (answer.status !== 200) throw refusal(answer, `"${name}"`);
  const parsed = npmPackument.safeParse(jsonOf(answer, `"${name}"`, PACKUMENT_BOUNDS));
  if (!parsed.success) throw nonsense(url, `"${name}"`, parsed.error);
  const { "dist-tags": tags, versions } = parsed.data;
  const version = chosen(wanted, tags, Object.keys(versions));
  if (version === undefined) throw noVersion(name, wanted, Object.keys(versions));
  const described = npmVersion.safeParse(versions[version]);
  const tarball = described.data && URL.parse(described.data.dist.tarball, registry);
  if (!described.success || !tarball || described.data.version !== version) {
    throw nonsense(url, `"${name}" ${version}`, described.error);
  }
  const { deprecated, dist: { integrity } } = described.data;
  const notes = [
    ...registry.protocol === "http:"
      ? [`${registry.origin} has no TLS: whoever is on the way may change package and checksum`]
      : [],
    ...deprecated ? [`its maker says of this version: ${deprecated}`] : [],
  ];
  return { version, tarball, integrity, notes };
}

function chosen(
  wanted: string,
  tags: Readonly<Record<string, string>>,
  versions: readonly string[],
): string | undefined {
  const exact = wanted.replace(/^[=v]+/, "");
  if (versions.includes(exact)) return exact;
  const tagged = Object.hasOwn(tags, wanted) ? tags[wanted] : undefined;
  if (tagged !== undefined) return versions.includes(tagged) ? tagged : undefined;
  return newestInRange(versions, wanted);
}

function noVersion(name: string, wanted: string, versions: readonly string[]): PackageError {
  const newest = versions.filter(isVersion).sort((a, b) => compareVersions(b, a)).slice(0, 5);
  return new PackageError("I003", `"${name}" has no version "${wanted}"`, {
    help: newest.length > 0 ? `there are ${newest.join(", ")}` : "it has no versions at all",
  });
}
