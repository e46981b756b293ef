/**
 * Plugins of others on their way to this machine: fetched, checked, unpacked, looked at.
 *
 * An `Origin` says where from. `fetchPackage` brings the bytes, held against a checksum before anything
 * reads them, and unpacks them in memory; `candidateOf` reads the manifest and keeps the files that it
 * names. `core/plugin/store` then writes those, and nothing else of the package.
 */
export { type Candidate, candidateOf, isUnverified } from "./candidate.ts";
export { fetchPackage } from "./fetch.ts";
export type { FetchedPackage } from "./fetched.ts";
export type { Fetching } from "./get.ts";
export { npmRegistryOf } from "./npm.ts";
export { type Choice, grantedBy, newlyAsked, permissionsIn, together } from "./grants.ts";
export { type Origin, type OriginOptions, originText, parseOrigin } from "./origin.ts";
export { type PackedPlugin, packFolder } from "./pack.ts";
export { aboutCandidate, aboutPermissions, permissionText, permissionTexts } from "./words.ts";
