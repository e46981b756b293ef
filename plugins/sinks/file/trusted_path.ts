/**
 * Where a path leads, unless somebody else could have laid the way: falcod is root and what it writes
 * is text that others choose, so a link or a file that somebody else may have put where it is, as in
 * `/tmp` or in a directory of their own, is not written to. The kernel does a part of this where
 * fs.protected_symlinks and fs.protected_regular are on: proc_sys_fs(5).
 */
import { lstat, readlink } from "node:fs/promises";
import type { Stats } from "node:fs";

export interface TrustedPath {
  /** Without links, but for those of /proc that are no paths. */
  readonly path: string;
  /** What is there; absent: nothing is. */
  readonly found: FileId | undefined;
}

/** Says which file a path or descriptor means. */
export interface FileId {
  readonly dev: number;
  readonly ino: number;
}

/** linux v6.8 include/linux/namei.h MAXSYMLINKS */
const MAX_LINKS = 40;
const OPEN_TO_ALL = 0o002, OPEN_TO_GROUP = 0o020;
/** Descriptors of a process: their links lead to pipes and deleted files, too. */
const DESCRIPTOR = /^\/proc\/(?:self|thread-self|\d+)(?:\/task\/\d+)?\/fd\/\d+$/;

/** Rejects with what is wrong on the way. */
export async function trustedPath(path: string, userId: number): Promise<TrustedPath> {
  const left = `${path.startsWith("/") ? "" : `${Deno.cwd()}/`}${path}`.split("/").reverse();
  let at = "";
  let links = 0;
  while (left.length > 0) {
    const name = left.pop()!;
    if (name === "" || name === ".") continue;
    if (name === "..") {
      at = at.slice(0, Math.max(0, at.lastIndexOf("/")));
      continue;
    }
    const next = `${at}/${name}`;
    if (DESCRIPTOR.test(next)) return { path: next, found: undefined };
    const stats = await lookedAt(next);
    const isLast = left.every((part) => part === "" || part === ".");
    if (!stats) {
      if (isLast) return { path: next, found: undefined };
      throw new Error(`there is no directory ${next}`);
    }
    if (stats.isSymbolicLink()) {
      await mustBeTrusted(next, { stats, directory: at, userId });
      if (++links > MAX_LINKS) throw new Error("too many links lead to it");
      const target = await readlink(next);
      if (target.startsWith("/")) at = "";
      left.push(...target.split("/").reverse());
      continue;
    }
    if (isLast) {
      if (!stats.isDirectory()) await mustBeTrusted(next, { stats, directory: at, userId });
      return { path: next, found: { dev: stats.dev, ino: stats.ino } };
    }
    at = next;
  }
  throw new Error("it is a directory");
}

/**
 * Whoever may write to a directory may have put a link there: it has to be ours or root's. A file has to
 * be so, too, or its directory's owner's, whom writing to it tells no more than he could make it tell
 * him; and it must have no second name, for that may be anybody's file.
 */
async function mustBeTrusted(
  path: string,
  { stats, directory, userId }: {
    readonly stats: Stats;
    readonly directory: string;
    readonly userId: number;
  },
): Promise<void> {
  const parent = await lstat(directory === "" ? "/" : directory);
  const isOurs = (owner: number) => owner === userId || owner === 0;
  const isLink = stats.isSymbolicLink();
  const others = isLink ? OPEN_TO_ALL | OPEN_TO_GROUP : OPEN_TO_ALL;
  if (isOurs(parent.uid) && (parent.mode & others) === 0) return;
  if (!isOurs(stats.uid) && (isLink || stats.uid !== parent.uid)) {
    throw new Error(
      `${path} belongs to user ${stats.uid}, in a directory that others may write to`,
    );
  }
  if (stats.isFile() && stats.nlink > 1) {
    throw new Error(`${path} has another name, in a directory that others may write to`);
  }
}

async function lookedAt(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
