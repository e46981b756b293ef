/** Where a package is to come from, as people write it. */
import { resolve } from "node:path";
import { PackageError, type Signer } from "../plugin/store/mod.ts";
import { addressOfFalco } from "./falco_artifacts.ts";
import { readWebAddress, type WebAddress, withoutSecretsOf } from "./web_address.ts";

export type Origin = FolderOrigin | WebOrigin | NpmOrigin | OciOrigin;

/** A folder with a manifest, or an archive on disk. */
export interface FolderOrigin {
  readonly kind: "path";
  /** Absolute. */
  readonly path: string;
  readonly sha256: string | undefined;
}
export interface WebOrigin {
  readonly kind: "web";
  readonly address: WebAddress;
  /** Of the archive, in hexadecimal digits. */
  readonly sha256: string;
}
export interface NpmOrigin {
  readonly kind: "npm";
  /** With its scope. */
  readonly name: string;
  /** A version, a range or a tag. */
  readonly wanted: string;
  /** The only one that is asked, as `FetchedPackage.registry`. Absent: the one that is named for it. */
  readonly registry?: string | undefined;
}
export interface OciOrigin {
  readonly kind: "oci";
  /** With the port, where it has one. */
  readonly host: string;
  readonly repository: string;
  /** A tag or a digest. */
  readonly reference: string;
  /** Who has to have signed it. Absent: whoever is known to, or nobody. */
  readonly signer?: Signer | undefined;
}

export interface OriginOptions {
  /** Of `--sha256`: what the archive has to have, whatever else says so. */
  readonly sha256?: string | undefined;
  /** What paths start from. */
  readonly folder?: string;
  /** Variables that addresses name. Absent: there are none. */
  readonly environment?: (name: string) => string | undefined;
}

const MAX_LENGTH = 2048;
const SHA256 = /^[0-9a-f]{64}$/;

/** Throws `PackageError` (I001, I005) with what is wanted. */
export function parseOrigin(given: string, options: OriginOptions = {}): Origin {
  const text = given.trim();
  // deno-lint-ignore no-control-regex -- what no address has
  if (text === "" || text.length > MAX_LENGTH || /[\x00-\x20\x7f]/.test(text.replaceAll(" ", ""))) {
    throw unclear(given, "it is empty, too long, or has control characters");
  }
  const sha256 = options.sha256?.toLowerCase().replace(/^sha256:/, "");
  if (sha256 !== undefined && !SHA256.test(sha256)) {
    const what = `--sha256 wants 64 hexadecimal digits, found "${shownDigits(options.sha256!)}"`;
    throw new PackageError("I001", what, { help: "sha256sum prints them for a file" });
  }
  const [, scheme] = /^([a-z][a-z0-9+.-]*):/i.exec(text) ?? [];
  switch (scheme?.toLowerCase()) {
    case undefined:
      return { kind: "path", path: resolve(options.folder ?? ".", text), sha256 };
    case "npm":
      refuseSha256(sha256, "the registry tells it, and the lock file keeps it");
      return npmOrigin(text);
    case "oci":
      refuseSha256(sha256, "write oci://host/repository@sha256:… to have one content only");
      return ociOrigin(text);
    case "https":
      return webOrigin(text, sha256, options.environment ?? (() => undefined));
    case "http":
      throw unclear(text, "http:// has no TLS, so anybody on the way could send something else");
    default:
      throw unclear(text, `packages do not come from "${scheme}:"`, helpForRegistry(text));
  }
}

/** `npm:name`, `npm:@scope/name@^1.2`: names as the registry has them. */
function npmOrigin(text: string): NpmOrigin {
  const [, name, wanted = "latest"] = /^npm:((?:@[^@/]+\/)?[^@/]+)(?:@(.+))?$/i.exec(text) ?? [];
  if (name === undefined || name.length > 214 || !NPM_NAME.test(name)) {
    throw unclear(text, "it is no name of a package");
  }
  if (!/^[\w.+~^<>=|*\- ]{1,128}$/.test(wanted)) {
    throw unclear(text, `"${wanted}" is no version, range or tag`);
  }
  return { kind: "npm", name, wanted: wanted.trim() };
}

const NPM_NAME = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/;

/** As the distribution specification of OCI has names, tags and digests. */
function ociOrigin(text: string): OciOrigin {
  const [, host, repository, tag = "latest", digest] =
    /^oci:\/\/([^/@]+)\/([^:@]+)(?::([^:@]+))?(?:@(.+))?$/i.exec(text) ?? [];
  if (host === undefined || !HOST.test(host)) throw unclear(text, "it names no registry");
  if (repository === undefined || !REPOSITORY.test(repository) || repository.length > 255) {
    throw unclear(text, "it names no repository");
  }
  if (!/^\w[\w.-]{0,127}$/.test(tag)) throw unclear(text, `"${tag}" is no tag`);
  if (digest !== undefined && !DIGEST.test(digest)) {
    throw unclear(text, "a digest is sha256: and 64 hexadecimal digits");
  }
  return { kind: "oci", host, repository, reference: digest ?? tag };
}

const HOST = /^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i;
const REPOSITORY =
  /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
export const DIGEST = /^sha256:[0-9a-f]{64}$/;

function webOrigin(
  text: string,
  given: string | undefined,
  environment: (name: string) => string | undefined,
): WebOrigin {
  const [, place = "", hash = ""] = /^([^#]*)(#.*)?$/s.exec(text) ?? [];
  const address = readWebAddress(place, environment);
  if (typeof address === "string") throw unclear(text, address);
  const { shown } = address;
  if (shown.length > MAX_LENGTH) throw unclear(text, "it is too long");
  const [, inAddress] = /^#sha256[=:]([0-9a-f]{64})$/i.exec(hash) ?? [];
  if (hash !== "" && inAddress === undefined) {
    throw unclear(text, "behind # only sha256= and 64 hexadecimal digits are understood");
  }
  const both = new Set([given, inAddress?.toLowerCase()].filter((sha256) => sha256 !== undefined));
  if (both.size > 1) throw unclear(text, "it has another SHA-256 than --sha256");
  const [sha256] = both;
  if (sha256 !== undefined) return { kind: "web", address, sha256 };
  throw new PackageError("I005", `No checksum is known for "${shown}"`, {
    help: "give the one its maker publishes: --sha256 <64 hexadecimal digits>, " +
      "or #sha256=… behind the address",
  });
}

/** As it is written into the lock file, to be asked for again. */
export function originText(origin: Origin): string {
  switch (origin.kind) {
    case "path":
      return origin.path;
    case "web":
      return `${origin.address.shown}#sha256=${origin.sha256}`;
    case "npm":
      return `npm:${origin.name}@${origin.wanted}`;
    case "oci": {
      const mark = DIGEST.test(origin.reference) ? "@" : ":";
      return `oci://${origin.host}/${origin.repository}${mark}${origin.reference}`;
    }
    default:
      return origin satisfies never;
  }
}

function refuseSha256(sha256: string | undefined, help: string): void {
  if (sha256 === undefined) return;
  throw new PackageError("I001", "--sha256 is for archives of web servers and of this machine", {
    help,
  });
}

function shownDigits(given: string): string {
  return given.length > 80 ? `${given.slice(0, 80).toWellFormed()}…` : given;
}

/** `localhost:5000/rules:1`, or `falco-rules:3`, which falcoctl looks up in an index. */
function helpForRegistry(text: string): string | undefined {
  if (/^[\w.-]+:\d{1,5}\/[\w./:-]+$/.test(text)) return `in a registry of OCI it is oci://${text}`;
  const [, name, tag] = /^([a-z][\w.-]*):(\w[\w.-]*)$/.exec(text) ?? [];
  if (name === undefined) return undefined;
  return `what falcoctl calls ${text} is written with its registry: ${addressOfFalco(name, tag)}`;
}

const WHERE_FROM = "a folder or archive, https://host/archive.tgz with --sha256, " +
  "npm:name@version, or oci://host/repository:tag";

function unclear(text: string, what: string, help = WHERE_FROM): PackageError {
  const shown = withoutSecretsOf(text);
  const title = `Where "${shown}" is to be fetched from is not clear: ${what}`;
  return new PackageError("I001", title, { help });
}
