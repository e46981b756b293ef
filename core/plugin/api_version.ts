/** Versions: which plugins this falcod can load. The package that compares versions is used here only. */
// @ts-types="@types/semver"
import semver from "semver";

export { API_VERSION } from "./sdk/mod.ts";

/** Versions and ranges longer than that are none. */
const MAX_LENGTH = 128;

/** As semver.org has it: `1.2.3`, also `1.2.3-rc.1+build`. */
export function isVersion(text: string): boolean {
  return text.length <= MAX_LENGTH && semver.valid(text) === text.replace(/\+.*$/, "");
}

/** `^1.0.0`, `>=1.2 <3`, `1.x || 2.x`: ranges of npm. */
export function isVersionRange(text: string): boolean {
  return text.length <= MAX_LENGTH && text.trim() !== "" && semver.validRange(text) !== null;
}

export function isInRange(version: string, range: string): boolean {
  return isVersionRange(range) && semver.satisfies(version, range);
}

/** The newest of `versions` that the range covers; what is no version is passed over. */
export function newestInRange(versions: readonly string[], range: string): string | undefined {
  if (!isVersionRange(range)) return undefined;
  return semver.maxSatisfying(versions.filter(isVersion), range) ?? undefined;
}

/** Negative when `left` is older. Both have to be versions. */
export function compareVersions(left: string, right: string): number {
  return semver.compare(left, right);
}
