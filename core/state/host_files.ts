/** The few files of the host that the state reads; an interface, so that tests bring their own. */
import { decodeUtf8, hostProc, hostRoot, readAtMost } from "../base/mod.ts";

export interface HostFiles {
  /** Absent when it cannot be read or is larger than `maxBytes`. */
  read(path: string, maxBytes: number): string | undefined;
  /** Changes when the file does; absent when there is none, or what reading would wait at: a named pipe. */
  version(path: string): string | undefined;
}

/** The real ones, below `root`; falcod's own /proc/self stays its own. */
export function hostFiles(root = hostRoot()): HostFiles {
  const placeOf = (path: string) => {
    if (path.startsWith("/proc/self/")) return path;
    return path.startsWith("/proc/") ? hostProc(root) + path.slice("/proc".length) : root + path;
  };
  return {
    read(path, maxBytes) {
      try {
        using file = Deno.openSync(placeOf(path));
        // Files in /proc tell no size, so the bound is applied while reading.
        const bytes = readAtMost(file, maxBytes);
        return bytes && decodeUtf8(bytes);
      } catch {
        return undefined;
      }
    },
    version(path) {
      try {
        const { isFile, mtime, size, ino } = Deno.statSync(placeOf(path));
        return isFile ? `${mtime?.getTime()} ${size} ${ino}` : undefined;
      } catch {
        return undefined;
      }
    },
  };
}
