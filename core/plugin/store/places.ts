/** Where installed plugins are, and who may have put them there. */
import { dirname, join, resolve } from "node:path";
import { reasonOf } from "../../base/mod.ts";
import { PackageError } from "./trouble.ts";

export const DEFAULT_PLUGINS_FOLDER = "/var/lib/falcod/plugins";
export const LOCK_FILE = "falcod-plugins.lock.json";
/** Held while something is changed; empty. */
export const GUARD_FILE = ".lock";

const WRITABLE_BY_OTHERS = 0o022, WRITABLE_BY_ALL = 0o002, STICKY = 0o1000;

/** `<folder>/<name>/<version>` */
export function versionFolder(folder: string, name: string, version: string): string {
  return join(folder, name, version);
}

/** Throws `PackageError` (I020) where somebody else could change what is in `folder`. */
export async function checkFolder(folder: string): Promise<void> {
  const place = resolve(folder);
  await checkOwn(place, "folder");
  const above = dirname(place);
  await checkAbove(above, folder);
  const real = await Deno.realPath(above);
  if (real !== above) await checkAbove(real, folder);
}

/** As many as the kernel follows: path_resolution(7). */
const MOST_LINKS = 40;

/** Whoever may write to a folder, or owns it or a link, can have another folder in the place of what is in it. */
async function checkAbove(from: string, folder: string, links = MOST_LINKS): Promise<void> {
  for (let place = from;; place = dirname(place)) {
    const { mode, isSymlink, uid } = await look(place);
    if (isSymlink && isStranger(uid)) {
      throw unsafe(
        folder,
        `"${place}" is a link of the user ${uid}`,
        "name the folder it leads to",
      );
    }
    if (isStranger(uid)) {
      throw unsafe(
        folder,
        `"${place}" belongs to the user ${uid}, who can put another in its place`,
        `name a folder elsewhere, or chown root ${place}`,
      );
    }
    const isOpen = mode !== null && (mode & WRITABLE_BY_ALL) !== 0 && (mode & STICKY) === 0;
    if (isOpen && !isSymlink) {
      throw unsafe(folder, `everybody may write to "${place}"`, `chmod o-w ${place}`);
    }
    // The next link may be somebody else's.
    if (isSymlink && links > 0) {
      const target = resolve(await Deno.realPath(dirname(place)), await Deno.readLink(place));
      await checkAbove(target, folder, links - 1);
    }
    if (place === dirname(place)) return;
  }
}

function isStranger(uid: number | null): boolean {
  return uid !== null && uid !== 0 && uid !== Deno.uid();
}

/** A real file or folder, no link, that only root or whoever runs this can change. */
export async function checkOwn(path: string, kind: "file" | "folder"): Promise<Deno.FileInfo> {
  const info = await look(path);
  if (info.isSymlink) {
    throw unsafe(path, "it is a symbolic link", "name the folder it leads to, or remove the link");
  }
  if (kind === "file" ? !info.isFile : !info.isDirectory) {
    throw unsafe(path, `it is no ${kind}`, "remove it, and add the plugin again");
  }
  if (isStranger(info.uid)) {
    throw unsafe(path, `it belongs to the user ${info.uid}`, `chown root ${path}`);
  }
  if (info.mode !== null && (info.mode & WRITABLE_BY_OTHERS) !== 0) {
    throw unsafe(path, "others may write to it", `chmod go-w ${path}`);
  }
  return info;
}

async function look(path: string): Promise<Deno.FileInfo> {
  try {
    return await Deno.lstat(path);
  } catch (error) {
    throw new PackageError("I020", `Cannot look at "${path}": ${reasonOf(error)}`, {
      help: "add the plugin again, or name another folder with --dir",
      cause: error,
    });
  }
}

function unsafe(path: string, what: string, help: string): PackageError {
  return new PackageError("I020", `Plugins are not taken from "${path}": ${what}`, { help });
}
