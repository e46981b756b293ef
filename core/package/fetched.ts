/** What came from where. */
import type { Signer } from "../plugin/store/mod.ts";
import type { PackageFiles } from "./tar.ts";

export interface FetchedPackage {
  /** The only folder at the top is left out, as "package/" in archives of npm. */
  readonly files: PackageFiles;
  /** An exact version, a digest, a path: what the wish turned out to mean. */
  readonly from: string;
  /** Of npm: which one it came from, without credentials. Absent: it is of none. */
  readonly registry?: string | undefined;
  /** Absent: it is a folder. */
  readonly integrity: string | undefined;
  /** Who has to have signed it; absent: nobody. */
  readonly signer?: Signer | undefined;
  /** Who did; absent: it was not looked at. */
  readonly signedBy?: string | undefined;
  /** For people, before they decide. */
  readonly notes: readonly string[];
  /** What to call it where it does not say so itself. */
  readonly hint: PackageHint;
}

export interface PackageHint {
  readonly name?: string | undefined;
  readonly version?: string | undefined;
}

/** `falco-rules-3.2.0.tar.gz`, `k8saudit-0.7.0-linux-x86_64.tar.gz`. */
export function hintOf(fileName: string): PackageHint {
  const [, name, version] =
    /^([a-z][\w-]*?)-v?(\d{1,9}\.\d{1,9}\.\d{1,9}(?:-rc\.?\d+)?)(?:-linux-\w+)?\.(?:tgz|tar\.gz|tar)$/
      .exec(fileName) ?? [];
  return { name, version };
}

/** Without the folder that everything is in; a manifest at the top says that there is none. */
export function withoutWrapper(files: PackageFiles, manifestFile: string): PackageFiles {
  if (files.has(manifestFile)) return files;
  const tops = new Set([...files.keys()].map((path) => path.split("/")[0]!));
  const [top] = tops;
  if (tops.size !== 1 || top === undefined || files.has(top)) return files;
  return new Map([...files].map(([path, bytes]) => [path.slice(top.length + 1), bytes]));
}
