/** Checksums of what was fetched. */
import { PackageError, sha256Of } from "../plugin/store/mod.ts";

/** Throws `PackageError` (I004). The result is what the lock file keeps. */
export async function checkSha256(
  bytes: Uint8Array<ArrayBuffer>,
  wanted: string,
  what: string,
): Promise<string> {
  const found = await sha256Of(bytes);
  if (found === wanted) return `sha256:${found}`;
  throw wrong(what, `sha256:${found}`, `sha256:${wanted}`);
}

/** By strength: the registry may tell several, the strongest counts (W3C Subresource Integrity). */
const ALGORITHMS = [["sha512", "SHA-512", 64], ["sha384", "SHA-384", 48], [
  "sha256",
  "SHA-256",
  32,
]] as const;

/** `integrity` as npm's registries have it; throws `PackageError` (I004, I005). */
export async function checkIntegrity(
  bytes: Uint8Array<ArrayBuffer>,
  integrity: string | undefined,
  what: string,
): Promise<string> {
  const given = integrity?.trim().split(/\s+/) ?? [];
  for (const [prefix, algorithm, length] of ALGORITHMS) {
    const wanted = given.filter((text) => text.startsWith(`${prefix}-`)).map(withoutOptions);
    if (wanted.length === 0) continue;
    const digest = new Uint8Array(await crypto.subtle.digest(algorithm, bytes));
    const found = `${prefix}-${digest.toBase64()}`;
    if (digest.length === length && wanted.includes(found)) return found;
    throw wrong(what, found, wanted.join(" "));
  }
  throw new PackageError("I005", `No checksum is known for ${what}`, {
    help: "its registry tells none of sha512, sha384 and sha256: fetch the archive, check it " +
      "yourself, and add the file",
  });
}

const withoutOptions = (text: string) => text.replace(/\?.*$/, "");

function wrong(what: string, found: string, wanted: string): PackageError {
  return new PackageError("I004", `What came is not ${what}: it has ${found}, not ${wanted}`, {
    help: "it was changed on its way or by its maker; do not use it before you know which",
  });
}
