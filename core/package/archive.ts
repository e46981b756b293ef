/** Packages as archives: tar, compressed with gzip or not. */
import { PackageError } from "../plugin/store/mod.ts";
import { MAX_UNPACKED_BYTES } from "./bounds.ts";
import { type PackageFiles, readTar } from "./tar.ts";

/** So little at once that what it becomes, a thousand times as much at most, is no burden. */
const PIECE_BYTES = 4096;
/** Headers, padding and folders come on top of the files. */
const MAX_TAR_BYTES = MAX_UNPACKED_BYTES + (16 << 20);

/** Nothing is written anywhere; throws `PackageError` (I010 to I012). */
export async function readArchive(bytes: Uint8Array<ArrayBuffer>): Promise<PackageFiles> {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return await readTar(unzipped(bytes));
  return await readTar(inPieces(bytes));
}

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
