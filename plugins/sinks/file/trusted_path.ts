/**
 * Where a path leads, unless somebody else could have laid the way: falcod is root and what it writes
 * is text that others choose, so a link or a file that anybody may have put into a directory open to
 * all (`/tmp`) is not written to. The kernel does the same where fs.protected_symlinks and
 * fs.protected_regular are on: proc_sys_fs(5).
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
const OPEN_TO_ALL = 0o002;
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

/** What lies in a directory open to all has to be ours, root's or its owner's, and have one name. */
async function mustBeTrusted(
  path: string,
  { stats, directory, userId }: {
    readonly stats: Stats;
    readonly directory: string;
    readonly userId: number;
  },
): Promise<void> {
  const parent = await lstat(directory === "" ? "/" : directory);
  if ((parent.mode & OPEN_TO_ALL) === 0) return;
  if (![userId, 0, parent.uid].includes(stats.uid)) {
    throw new Error(`${path} belongs to user ${stats.uid}, in a directory that all may write to`);
  }
  if (stats.isFile() && stats.nlink > 1) {
    throw new Error(`${path} has another name, and is in a directory that all may write to`);
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
