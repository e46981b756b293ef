/** What can be said of a shared library before any of its code runs. elf(5) */
import { BoundedBytes, Malformed } from "../bounded_bytes.ts";
import { CPluginError } from "./error.ts";

const HEADER_BYTES = 64;
const PROGRAM_HEADER_BYTES = 56;
const MAX_PROGRAM_HEADERS = 128;
const MAGIC = 0x464c457f;
const CLASS_64 = 2, LITTLE_ENDIAN = 1, TYPE_SHARED = 3, LOAD = 1;
/** e_machine */
const MACHINES: Readonly<Record<typeof Deno.build.arch, number>> = { x86_64: 62, aarch64: 183 };

/**
 * Throws a `CPluginError` unless the file is a whole shared library for this machine. The system's
 * loader maps what the header promises: where the file is shorter, touching that ends the process.
 */
export function checkSharedObject(path: string): void {
  const refuse = (what: string, cause?: unknown) => {
    const help = `a shared library for ${Deno.build.arch} Linux is needed`;
    return new CPluginError("not-a-library", `Cannot load "${path}": ${what}`, help, cause);
  };
  let problem: string | undefined;
  try {
    using file = Deno.openSync(path);
    const { size, isFile } = file.statSync();
    problem = isFile ? problemOf(file, size) : "it is no file";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new CPluginError("missing", `there is no file "${path}"`, "check library_path", error);
    }
    if (error instanceof Malformed) problem = "it is cut off or damaged";
    else throw refuse(error instanceof Error ? error.message : String(error), error);
  }
  if (problem !== undefined) throw refuse(problem);
}

function problemOf(file: Deno.FsFile, size: number): string | undefined {
  const header = read(file, 0, HEADER_BYTES);
  if (header.u32(0) !== MAGIC) return "it is no library (ELF)";
  if (header.u8(4) !== CLASS_64 || header.u8(5) !== LITTLE_ENDIAN) {
    return "it is a library for another kind of machine";
  }
  if (header.u16(16) !== TYPE_SHARED) return "it is no shared library";
  if (header.u16(18) !== MACHINES[Deno.build.arch]) {
    return "it is a library for another kind of machine";
  }
  const count = header.u16(56);
  if (header.u16(54) !== PROGRAM_HEADER_BYTES || count > MAX_PROGRAM_HEADERS) {
    return "its program headers are none";
  }
  const headers = read(file, header.u64(32), count * PROGRAM_HEADER_BYTES);
  for (let i = 0; i < count; i++) {
    const at = i * PROGRAM_HEADER_BYTES;
    if (headers.u32(at) !== LOAD) continue;
    if (headers.u64(at + 8) + headers.u64(at + 32) > size) return "it is cut off";
  }
  return undefined;
}

/** What of it there is; reading beyond its end is then `Malformed`. */
function read(file: Deno.FsFile, offset: number, length: number): BoundedBytes {
  const bytes = new Uint8Array(length);
  file.seekSync(offset, Deno.SeekMode.Start);
  let filled = 0;
  while (filled < length) {
    const count = file.readSync(bytes.subarray(filled));
    if (count === null) break;
    filled += count;
  }
  return new BoundedBytes(bytes.subarray(0, filled), "The library");
}
