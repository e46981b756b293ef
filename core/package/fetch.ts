/** Fetching a package from wherever it is. */
import { readArchive } from "./archive.ts";
import { MAX_ARCHIVE_BYTES } from "./bounds.ts";
import { type FetchedPackage, hintOf } from "./fetched.ts";
import { fetchFromPath } from "./folder.ts";
import { type Fetching, get, refusal } from "./get.ts";
import { checkSha256 } from "./integrity.ts";
import { fetchFromNpm } from "./npm.ts";
import { fetchFromOci } from "./oci.ts";
import { type Origin, publicAddress, type WebOrigin } from "./origin.ts";

/** Checked against its checksum before it is unpacked; nothing is written. Throws `PackageError`. */
export async function fetchPackage(origin: Origin, fetching: Fetching): Promise<FetchedPackage> {
  switch (origin.kind) {
    case "path":
      return await fetchFromPath(origin);
    case "web":
      return await fetchFromWeb(origin, fetching);
    case "npm":
      return await fetchFromNpm(origin, fetching);
    case "oci":
      return await fetchFromOci(origin, fetching);
    default:
      return origin satisfies never;
  }
}

async function fetchFromWeb(
  { url, sha256 }: WebOrigin,
  fetching: Fetching,
): Promise<FetchedPackage> {
  const answer = await get(url, { mostBytes: MAX_ARCHIVE_BYTES, isArchive: true }, fetching);
  if (answer.status !== 200) throw refusal(answer, "the archive");
  const address = publicAddress(url);
  const integrity = await checkSha256(answer.body, sha256, `"${address}"`);
  const hint = hintOf(url.pathname.slice(url.pathname.lastIndexOf("/") + 1));
  return { files: await readArchive(answer.body), from: address, integrity, notes: [], hint };
}
