/** Libraries that the binary brings along, opened from memory: nothing of them is written to a disk. */
import { readOwnFile } from "../core/base/own_files.ts";
import { cString, errno, errorText, openLibc } from "./libc.ts";
import { NativeError } from "./native_error.ts";

/** libbpf and what it needs, each after what it needs itself: the loader knows by name what is there. */
const LIBBPF_FILES = ["lib/libz.so.1", "lib/libelf.so.1", "lib/libbpf.so.1"] as const;

export const PACKED_LIBBPF_HELP =
  "set FALCOD_LIBBPF=libbpf.so.1 to use the libbpf of this machine in place of falcod's own";

/** Opens the libbpf in the binary; throws as `Deno.dlopen`, and a `NativeError` where there is no memory. */
export function openPackedLibbpf<Symbols extends Deno.ForeignLibraryInterface>(
  symbols: Symbols,
): Deno.DynamicLibrary<Symbols> {
  const [compression, objects, libbpf] = LIBBPF_FILES;
  for (const needed of [compression, objects]) openFromMemory(readOwnFile(needed), {});
  return openFromMemory(readOwnFile(libbpf), symbols);
}

const MFD_CLOEXEC = 1;
const MFD_ALLOW_SEALING = 2;
/** Since Linux 6.3, and asked for there: this file is no program. */
const MFD_NOEXEC_SEAL = 8;
const F_ADD_SEALS = 1033;
/** Against more seals, shrinking, growing and writing. */
const ALL_SEALS = 1 | 2 | 4 | 8;
const EINVAL = 22;

/**
 * Opens a library that only this process has. It stays open as long as the process, and so does its
 * descriptor: the loader knows what it has loaded by its path, so that the number must not come again.
 */
export function openFromMemory<Symbols extends Deno.ForeignLibraryInterface>(
  bytes: Uint8Array,
  symbols: Symbols,
): Deno.DynamicLibrary<Symbols> {
  const libc = openLibc();
  const name = cString("falcod-library");
  let descriptor = libc.memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);
  if (descriptor < 0 && errno() === EINVAL) {
    descriptor = libc.memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
  }
  if (descriptor < 0) {
    throw new NativeError("no-libbpf", `Cannot keep a library in memory: ${errorText(errno())}`, {
      help: PACKED_LIBBPF_HELP,
    });
  }
  const path = `/proc/self/fd/${descriptor}`;
  try {
    Deno.writeFileSync(path, bytes);
    libc.fcntl(descriptor, F_ADD_SEALS, BigInt(ALL_SEALS));
    return Deno.dlopen(path, symbols);
  } catch (error) {
    libc.close(descriptor);
    throw error;
  }
}
