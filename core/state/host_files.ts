/** The few files of the host that the state reads; an interface, so that tests bring their own. */
import { decodeUtf8, readAtMost } from "../base/mod.ts";

export interface HostFiles {
  /** Absent when it cannot be read or is larger than `maxBytes`. */
  read(path: string, maxBytes: number): string | undefined;
  /** Changes when the file does; absent when there is none. */
  version(path: string): string | undefined;
}

/** The real ones. `root` is put in front of every path: "/host" where the host is mounted there. */
export function hostFiles(root = ""): HostFiles {
  return {
    read(path, maxBytes) {
      try {
        using file = Deno.openSync(root + path);
        // Files in /proc tell no size, so the bound is applied while reading.
        const bytes = readAtMost(file, maxBytes);
        return bytes && decodeUtf8(bytes);
      } catch {
        return undefined;
      }
    },
    version(path) {
      try {
        const { mtime, size, ino } = Deno.statSync(root + path);
        return `${mtime?.getTime()} ${size} ${ino}`;
      } catch {
        return undefined;
      }
    },
  };
}
