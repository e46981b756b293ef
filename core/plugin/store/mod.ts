/**
 * Installed plugins: `<folder>/<name>/<version>/` with the files of a package, and a lock file that
 * says where each came from, what its files are, and what it may do.
 *
 * The lock file is the truth: what it does not name is not there, and a file that is not as it says is
 * not loaded. A change is made aside, moved into place, and holds when the lock file has been replaced;
 * who is interrupted before that has changed nothing. `core/package` fetches what is to be installed.
 */
export {
  findInstalled,
  type InstalledLibrary,
  type InstalledPackage,
  type InstalledPlugin,
  openInstalled,
  sha256Of,
  type StoreProblem,
} from "./installed.ts";
export { type InstalledFile, type LockEntry, readLockFile } from "./lock_file.ts";
export { DEFAULT_PLUGINS_FOLDER, versionFolder } from "./places.ts";
export { type Signer, signerSchema, type Wanted } from "./signer.ts";
export { install, type Installation, uninstall } from "./store.ts";
export { PackageError, packageErrorOf } from "./trouble.ts";
export { strangersIn, type Verified, verifyInstalled } from "./verify.ts";
