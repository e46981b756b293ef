/** Packages as archives: tar, compressed with gzip or not. */
import { PackageError } from "../plugin/store/mod.ts";
import { MAX_UNPACKED_BYTES } from "./bounds.ts";
import { type PackageFiles, readTar } from "./tar.ts";
import { BLOCK_BYTES, readTarHeader } from "./_tar_header.ts";

/** So little at once that what it becomes, a thousand times as much at most, is no burden. */
const PIECE_BYTES = 4096;
/** Headers, padding and folders come on top of the files. */
const MAX_TAR_BYTES = MAX_UNPACKED_BYTES + (16 << 20);

/** Nothing is written anywhere; throws `PackageError` (I010 to I012). `name`: as people know it. */
export async function readArchive(
  bytes: Uint8Array<ArrayBuffer>,
  name: string,
): Promise<PackageFiles> {
  const isZipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
  if (!isZipped && !beginsAsTar(bytes)) {
    throw new PackageError("I010", `"${name}" is no archive: ${otherwise(bytes)}`, {
      help: "a package is a tar archive, compressed with gzip or not; is it the right file?",
    });
  }
  try {
    return await readTar(isZipped ? unzipped(bytes) : inPieces(bytes));
  } catch (error) {
    if (!(error instanceof PackageError)) throw error;
    // Who reads the blocks does not know what they are of.
    const title = error.message.replace(/^The archive /, () => `The archive "${name}" `);
    throw new PackageError(error.code, title, { help: error.diagnostics[0]?.help, cause: error });
  }
}

function beginsAsTar(bytes: Uint8Array): boolean {
  const block = bytes.subarray(0, BLOCK_BYTES);
  // Also of one that is damaged; the oldest have no such mark.
  if (MARK.every((byte, at) => block[MARK_AT + at] === byte)) return true;
  return block.length === BLOCK_BYTES &&
    (typeof readTarHeader(block) === "object" || block.every((byte) => byte === 0));
}

/** "ustar" */
const MARK: readonly number[] = [0x75, 0x73, 0x74, 0x61, 0x72];
const MARK_AT = 257;

/** What it is instead, as far as its first bytes say. */
function otherwise(bytes: Uint8Array): string {
  if (bytes.length === 0) return "it is empty";
  const known = BEGINNINGS.find(([, ...begin]) => begin.every((byte, at) => bytes[at] === byte));
  return known ? `it is ${known[0]}` : "it is neither tar nor gzip";
}

const BEGINNINGS: readonly (readonly [string, ...number[]])[] = [
  ["a zip file", 0x50, 0x4b, 0x03, 0x04],
  ["compressed with xz", 0xfd, 0x37, 0x7a, 0x58, 0x5a],
  ["compressed with zstd", 0x28, 0xb5, 0x2f, 0xfd],
  ["compressed with bzip2", 0x42, 0x5a, 0x68],
  ["a program or a library", 0x7f, 0x45, 0x4c, 0x46],
];

async function* unzipped(bytes: Uint8Array<ArrayBuffer>): AsyncGenerator<Uint8Array> {
  const stream = ReadableStream.from(inPieces(bytes))
    .pipeThrough(new DecompressionStream("gzip"));
  let totalBytes = 0;
  try {
    for await (const piece of stream) {
      totalBytes += piece.length;
      if (totalBytes > MAX_TAR_BYTES) {
        throw new PackageError(
          "I011",
          `The archive is too large: it has more than ${MAX_TAR_BYTES} bytes when it is unpacked`,
          { help: "such an archive is made to do harm" },
        );
      }
      yield piece;
    }
  } catch (error) {
    if (error instanceof PackageError) throw error;
    throw new PackageError("I010", "The archive cannot be read: its compression is damaged", {
      help: "it may not have arrived as a whole: fetch it again, or ask whoever made it",
      cause: error,
    });
  }
}

async function* inPieces(bytes: Uint8Array<ArrayBuffer>) {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    yield bytes.subarray(at, at + PIECE_BYTES);
  }
}
