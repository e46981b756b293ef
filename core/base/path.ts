/** Paths as text, without looking at any disk. */

/** Nothing in it that `joinPath` would change. */
const PLAIN = /^\/$|^(?:\/(?!\.{0,2}(?:\/|$))[^/]*)+$/;

/**
 * Joins a path to a directory as Falco does: an absolute path stands alone; empty parts and `.` vanish,
 * `..` takes the part before it away; no slash at the end. `directory` is expected to end with "/" and
 * is otherwise kept letter by letter (upstream's concatenate_paths; cases in libs-utils.jsonl).
 */
export function joinPath(directory: string, path: string): string {
  const absolute = path.startsWith("/");
  if (absolute && PLAIN.test(path)) return path;
  let joined = absolute ? "/" : directory;
  let glue = joined !== "" && !joined.endsWith("/");
  for (const part of path.split("/")) {
    if (glue) {
      joined += part;
      glue = false;
    } else if (part === "..") joined = parentOf(joined);
    else if (part !== "" && part !== ".") {
      if (joined !== "" && !joined.endsWith("/")) joined += "/";
      joined += part;
    }
  }
  return joined.length > 1 && joined.endsWith("/") && path !== "" ? joined.slice(0, -1) : joined;
}

/** `/a/b` and `/a/b/` give `/a`; `/a` gives `/`; `a` gives "". */
function parentOf(path: string): string {
  let end = path.length;
  while (end > 0 && path[end - 1] === "/") end--;
  const slash = path.lastIndexOf("/", end - 1);
  if (end === 0) return path === "" ? "" : "/";
  return slash <= 0 ? path.slice(0, slash + 1) : path.slice(0, slash);
}
