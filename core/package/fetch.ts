/** Fetching a package from wherever it is. */
import { PackageError } from "../plugin/store/mod.ts";
import { readArchive } from "./archive.ts";
import { MAX_ARCHIVE_BYTES } from "./bounds.ts";
import { type FetchedPackage, hintOf } from "./fetched.ts";
import { fetchFromPath } from "./folder.ts";
import { type Fetching, get, refusal } from "./get.ts";
import { checkSha256 } from "./integrity.ts";
import { fetchFromNpm } from "./npm.ts";
import { fetchFromOci } from "./oci.ts";
import type { Origin, WebOrigin } from "./origin.ts";
import { inTime, TIME_LIMITS } from "./time_limits.ts";
import { NOT_KEPT } from "./web_address.ts";

/** Checked against its checksum before it is unpacked; nothing is written. Throws `PackageError`. */
export async function fetchPackage(origin: Origin, fetching: Fetching): Promise<FetchedPackage> {
  const { packageMs } = fetching.limits ?? TIME_LIMITS;
  const limit = { mostMs: packageMs, what: "Fetching the package" };
  return await inTime(fetching, limit, (fetching) => fetchFrom(origin, fetching));
}

async function fetchFrom(origin: Origin, fetching: Fetching): Promise<FetchedPackage> {
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
  { address: { url, secrets, shown, isForgotten }, sha256 }: WebOrigin,
  fetching: Fetching,
): Promise<FetchedPackage> {
  if (isForgotten) {
    throw new PackageError(
      "I001",
      `What stood in "${shown}" in place of ${NOT_KEPT} was not kept`,
      {
        help: "write the whole address, or '${VARIABLE}' for what is secret in it",
      },
    );
  }
  const answer = await get(
    url,
    { mostBytes: MAX_ARCHIVE_BYTES, isArchive: true, secrets },
    fetching,
  );
  if (answer.status !== 200) throw refusal(answer, "the archive");
  const integrity = await checkSha256(answer.body, sha256, `"${shown}"`);
  const hint = hintOf(url.pathname.slice(url.pathname.lastIndexOf("/") + 1));
  return { files: await readArchive(answer.body, shown), from: shown, integrity, notes: [], hint };
}
