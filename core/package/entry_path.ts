/** Paths of files in packages: what may stand in an archive at all. */
import { MAX_PATH_BYTES, MAX_PATH_DEPTH } from "./bounds.ts";

/** What is wrong with a path of an archive or a folder; absent: nothing. It continues "which …". */
export function pathProblem(path: string): string | undefined {
  if (path === "") return "is empty";
  if (!path.isWellFormed() || path.includes("\ufffd")) return "is not valid UTF-8";
  if (new TextEncoder().encode(path).length > MAX_PATH_BYTES) {
    return `has more than ${MAX_PATH_BYTES} bytes`;
  }
  if (path.startsWith("/")) return "is absolute";
  if (path.includes("\\") || /^[A-Za-z]:/.test(path)) return "is one of Windows";
  if (NOT_SEEN.test(path)) return "has characters that cannot be seen";
  const parts = path.split("/");
  if (parts.length > MAX_PATH_DEPTH) return `is in more than ${MAX_PATH_DEPTH} folders`;
  if (parts.includes("..")) return "leads out of the package";
  if (parts.some((part) => part === "" || part === ".")) return "has empty parts";
  return undefined;
}

/** Control characters, marks of direction, blanks of no width, letters of nobody's: by Unicode's categories. */
const NOT_SEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/u;

/** The same for names that some file systems take for one: by case, and by how letters are composed. */
export function foldedPath(path: string): string {
  return path.normalize("NFKC").toLowerCase().normalize("NFKC");
}
