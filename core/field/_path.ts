/** Names of files, as rules see them. */
import type { NamedPath } from "../event/mod.ts";
import type { State } from "../state/mod.ts";

/** The name in the view that is judged: as the program gave it, or as the kernel resolved it. */
export function pathInView(path: NamedPath, state: State): string {
  return state.view === "resolved" ? path.resolved ?? path.given : path.given;
}

/** Text as it was passed, several slashes in a row made one; libs remove_duplicate_path_separators. */
export function withoutDoubleSlashes(path: string): string {
  return path.includes("//") ? path.replace(/\/{2,}/g, "/") : path;
}

/** Everything before the last slash; "/" for names directly below it and for names without one. */
export function directoryOf(path: string): string {
  const slash = lastSlash(path);
  if (slash <= 0) return "/";
  // A name that ends in a slash is a directory already.
  return slash === path.length - 1 ? path : path.slice(0, slash);
}

/** What follows the last slash; libs sinsp_filtercheck_fd.cpp TYPE_FILENAME for names without one. */
export function fileNameOf(path: string): string {
  const slash = lastSlash(path);
  if (slash < 0) return "/";
  return slash === path.length - 1 ? path : path.slice(slash + 1);
}

/**
 * The last answer of a function of text. Several rules ask for the same part of the same name in a
 * row, and comparing two references to one string costs next to nothing.
 */
export function rememberLast(derive: (text: string) => string): (text: string) => string {
  let lastText: string | undefined;
  let lastAnswer = "";
  return (text) => {
    if (text !== lastText) {
      lastAnswer = derive(text);
      lastText = text;
    }
    return lastAnswer;
  };
}

const SLASH = 0x2f;

/** `lastIndexOf("/")`, three times as quick on names of files: no call into the runtime. */
function lastSlash(path: string): number {
  let i = path.length - 1;
  while (i >= 0 && path.charCodeAt(i) !== SLASH) i--;
  return i;
}
