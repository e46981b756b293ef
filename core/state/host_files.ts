/** The few files of the host that the state reads; an interface, so that tests bring their own. */
import { decodeUtf8 } from "../base/mod.ts";

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
        return readBounded(file, maxBytes);
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

/** Files in /proc tell no size, so the bound is applied while reading. */
function readBounded(file: Deno.FsFile, maxBytes: number): string | undefined {
  const chunks: Uint8Array[] = [];
  let size = 0;
  while (true) {
    const chunk = new Uint8Array(64 * 1024);
    const count = file.readSync(chunk);
    if (count === null || count === 0) break;
    size += count;
    if (size > maxBytes) return undefined;
    chunks.push(chunk.subarray(0, count));
  }
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return decodeUtf8(bytes);
}
