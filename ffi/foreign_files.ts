/**
 * Files as another process sees them, read without being led anywhere else and without waiting: whoever
 * owns a container may have put anything into their place.
 */
import { Buffer } from "node:buffer";
import { cString, openLibc } from "./libc.ts";

const SYS_OPENAT2 = 437n;
const AT_FDCWD = -100n;
/** linux include/uapi/asm-generic/fcntl.h */
const O_DIRECTORY = 0o200000n, O_CLOEXEC = 0o2000000n, O_PATH = 0o10000000n;
/** linux include/uapi/linux/openat2.h */
const RESOLVE_NO_XDEV = 1n, RESOLVE_NO_MAGICLINKS = 2n, RESOLVE_IN_ROOT = 0x10n;
/** What answers out of memory or from a disk of this machine: all else may wait for somebody for ever. */
const LOCAL = new Set(
  "overlay aufs ext2 ext3 ext4 xfs btrfs zfs bcachefs f2fs tmpfs ramfs erofs squashfs".split(" "),
);
const MAX_MOUNTS_BYTES = 256 * 1024;
const CLOSED = -1;

/** The root directory of another process, open; the file system it is on answers at once. */
export class ForeignRoot implements Disposable {
  #fileDescriptor: number;
  readonly #proc: string;

  private constructor(fileDescriptor: number, proc: string) {
    this.#fileDescriptor = fileDescriptor;
    this.#proc = proc;
  }

  /**
   * Absent when the process is gone, or its files are such that looking at them could take long. `proc`
   * is where the process has that id.
   */
  static open(processId: number, proc = "/proc"): ForeignRoot | undefined {
    const flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
    const opened = openAt(AT_FDCWD, `${proc}/${processId}/root`, flags, 0n);
    if (opened < 0) return undefined;
    const root = new ForeignRoot(opened, proc);
    if (root.#isLocal(processId)) return root;
    root[Symbol.dispose]();
    return undefined;
  }

  /** Whether it is this process's root, too. */
  get isOwn(): boolean {
    try {
      const own = Deno.statSync("/"),
        other = Deno.statSync(`/proc/self/fd/${this.#fileDescriptor}`);
      return own.dev === other.dev && own.ino === other.ino;
    } catch {
      return false;
    }
  }

  /**
   * A regular file of at most `maxBytes` on the same file system; absent where there is none. Links lead
   * nowhere out of the root. `path` without a slash at its start.
   */
  read(path: string, maxBytes: number): Uint8Array<ArrayBuffer> | undefined {
    const opened = openAt(
      BigInt(this.#fileDescriptor),
      path,
      O_PATH | O_CLOEXEC,
      RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV,
    );
    if (opened < 0) return undefined;
    const self = `/proc/self/fd/${opened}`;
    try {
      // Only now it is known not to be a pipe or a device: opening those does something.
      const { isFile, size } = Deno.statSync(self);
      return isFile && size <= maxBytes ? readUpTo(self, maxBytes) : undefined;
    } catch {
      return undefined;
    } finally {
      openLibc().close(opened);
    }
  }

  [Symbol.dispose](): void {
    if (this.#fileDescriptor >= 0) openLibc().close(this.#fileDescriptor);
    this.#fileDescriptor = CLOSED;
  }

  /** By the mount's number, so that it is this root's and not that of one which took its place. */
  #isLocal(processId: number): boolean {
    try {
      const info = textUpTo(`/proc/self/fdinfo/${this.#fileDescriptor}`, MAX_MOUNTS_BYTES);
      const id = /^mnt_id:\s*(\d+)$/m.exec(info ?? "")?.[1];
      const mounts = textUpTo(`${this.#proc}/${processId}/mountinfo`, MAX_MOUNTS_BYTES) ?? "";
      const mount = mounts.split("\n").find((line) => line.startsWith(`${id} `));
      return LOCAL.has(/ - (\S+) /.exec(mount ?? "")?.[1] ?? "");
    } catch {
      return false;
    }
  }
}

/** A descriptor, or -1. */
function openAt(directory: bigint, path: string, flags: bigint, resolve: bigint): number {
  const how = BigUint64Array.of(flags, 0n, resolve);
  return Number(
    openLibc().syscall(SYS_OPENAT2, directory, cString(path), how, BigInt(how.byteLength)),
  );
}

function textUpTo(path: string, maxBytes: number): string | undefined {
  const bytes = readUpTo(path, maxBytes);
  return bytes && Buffer.from(bytes).toString("latin1");
}

/** Absent when there is more. */
function readUpTo(path: string, maxBytes: number): Uint8Array<ArrayBuffer> | undefined {
  using file = Deno.openSync(path);
  const bytes = new Uint8Array(maxBytes + 1);
  let length = 0;
  while (length < bytes.length) {
    const count = file.readSync(bytes.subarray(length));
    if (!count) return bytes.slice(0, length);
    length += count;
  }
  return undefined;
}
