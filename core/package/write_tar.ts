/** Archives as falcod writes them: the same bytes for the same files. POSIX.1-2017 pax, "ustar Interchange Format". */
import { joinBytes } from "../base/mod.ts";
import { PackageError } from "../plugin/store/mod.ts";
import { BLOCK_BYTES } from "./_tar_header.ts";
import type { PackageFiles } from "./tar.ts";

const NAME_BYTES = 100, PREFIX_BYTES = 155;
const FILE = "0", MODE = 0o644;
const encoder = new TextEncoder();

/** Plain files, which belong to nobody and are of no day; throws `PackageError` for a path that is too long. */
export function writeTar(files: PackageFiles): Uint8Array<ArrayBuffer> {
  const pieces: Uint8Array[] = [];
  for (const [path, content] of files) {
    const rest = content.length % BLOCK_BYTES;
    pieces.push(headerOf(path, content.length), content);
    if (rest > 0) pieces.push(new Uint8Array(BLOCK_BYTES - rest));
  }
  return joinBytes([...pieces, new Uint8Array(2 * BLOCK_BYTES)]);
}

function headerOf(path: string, sizeBytes: number): Uint8Array {
  const { name, prefix } = splitPath(path);
  const header = new Uint8Array(BLOCK_BYTES);
  const put = (at: number, text: string) => header.set(encoder.encode(text), at);
  const octal = (value: number, digits: number) => value.toString(8).padStart(digits, "0");
  put(0, name);
  put(100, octal(MODE, 7));
  put(108, octal(0, 7));
  put(116, octal(0, 7));
  put(124, octal(sizeBytes, 11));
  put(136, octal(0, 11));
  put(156, FILE);
  put(257, "ustar\x0000");
  put(345, prefix);
  // The checksum counts its own place as blanks.
  put(148, " ".repeat(8));
  put(148, `${octal(header.reduce((sum, byte) => sum + byte, 0), 6)}\0`);
  return header;
}

/** At a slash, so that both parts have room; as short a first part as will do. */
function splitPath(path: string): { readonly name: string; readonly prefix: string } {
  for (let at = -1; at < path.length; at = path.indexOf("/", at + 1)) {
    const name = path.slice(at + 1), prefix = path.slice(0, Math.max(0, at));
    if (encoder.encode(prefix).length > PREFIX_BYTES) break;
    if (encoder.encode(name).length <= NAME_BYTES) return { name, prefix };
    if (path.indexOf("/", at + 1) < 0) break;
  }
  throw new PackageError("I012", `A path is too long for an archive: "${path.slice(0, 200)}"`, {
    help:
      `names of files have ${NAME_BYTES} bytes at most, folders in front of them ${PREFIX_BYTES}`,
  });
}
