/**
 * Files of a tar archive. Own code and not a package's: those read what tar programs write in fifty
 * years, links, devices and holes, and repair what is broken. Here an archive is plain or refused.
 */
import { joinBytes } from "../base/mod.ts";
import { PackageError } from "../plugin/store/mod.ts";
import { MAX_ENTRIES, MAX_PATH_BYTES, MAX_UNPACKED_BYTES } from "./bounds.ts";
import { foldedPath, pathProblem } from "./entry_path.ts";
import { readPax } from "./_pax.ts";
import { BLOCK_BYTES, readTarHeader, type TarHeader } from "./_tar_header.ts";

/** Contents by path, in the order of the archive. */
export type PackageFiles = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

const MAX_EXTENDED_BYTES = 16 << 10;
/** setuid, setgid, sticky. */
const SPECIAL_BITS = 0o7000;

/** Throws `PackageError` (I010 to I013) for everything but plain files and folders. */
export async function readTar(archive: AsyncIterable<Uint8Array>): Promise<PackageFiles> {
  const reader = new TarReader(new Blocks(archive));
  return await reader.read();
}

class TarReader {
  readonly #files = new Map<string, Uint8Array<ArrayBuffer>>();
  /** Folded paths of files, and of the folders they are in. */
  readonly #seenFiles = new Set<string>();
  readonly #seenFolders = new Set<string>();
  #entries = 0;
  #totalBytes = 0;
  /** Of the next entry, from an extended header. */
  #longPath: string | undefined;

  constructor(readonly blocks: Blocks) {}

  async read(): Promise<PackageFiles> {
    for (;;) {
      const block = await this.blocks.take(BLOCK_BYTES);
      if (isEmpty(block)) break;
      const header = readTarHeader(block);
      if (typeof header === "string") {
        throw damaged(this.#entries === 0 ? "it is no tar archive" : header);
      }
      if (++this.#entries > MAX_ENTRIES) {
        throw tooMuch(`more than ${MAX_ENTRIES} entries`);
      }
      await this.#entry(header);
    }
    if (this.#longPath !== undefined) throw damaged("a name has no file");
    await this.blocks.endsEmpty();
    return this.#files;
  }

  async #entry(header: TarHeader): Promise<void> {
    const { kind, sizeBytes } = header;
    if (typeof kind === "object") {
      const name = this.#longPath ?? header.path;
      throw refused(`${kind.refused} is in it: "${name.slice(0, MAX_PATH_BYTES)}"`);
    }
    if (kind === "pax" || kind === "global-pax" || kind === "long-name") {
      await this.#extended(kind, sizeBytes);
      return;
    }
    const path = (this.#longPath ?? header.path).replace(/^(?:\.\/)+/, "").replace(/\/$/, "");
    const isRoot = kind === "folder" && (path === "" || path === ".");
    this.#longPath = undefined;
    if ((header.mode & SPECIAL_BITS) !== 0 && kind === "file") {
      throw refused(`a file with the bits setuid, setgid or sticky is in it: "${path}"`);
    }
    const problem = isRoot ? undefined : pathProblem(path);
    if (problem) throw refused(`a path is in it which ${problem}: "${path.slice(0, 200)}"`);
    if (kind === "folder") {
      if (sizeBytes !== 0) throw damaged("it has a folder with content");
      if (!isRoot) this.#claim(path, "folder");
      return;
    }
    this.#claim(path, "file");
    this.#totalBytes += sizeBytes;
    if (this.#totalBytes > MAX_UNPACKED_BYTES) {
      throw tooMuch(`more than ${MAX_UNPACKED_BYTES} bytes when it is unpacked`);
    }
    this.#files.set(path, await this.#content(sizeBytes));
  }

  async #extended(kind: "pax" | "global-pax" | "long-name", sizeBytes: number): Promise<void> {
    if (sizeBytes > MAX_EXTENDED_BYTES) throw tooMuch("an extended header that is huge");
    const bytes = await this.#content(sizeBytes);
    let path: string | undefined;
    if (kind === "long-name") {
      path = decode(bytes.at(-1) === 0 ? bytes.subarray(0, -1) : bytes);
      if (path === undefined) throw damaged("it has a name that is not valid UTF-8");
    } else {
      const pax = readPax(bytes);
      if (typeof pax === "string") throw damaged(pax);
      path = pax.path;
    }
    if (path === undefined) return;
    // Which of two names holds, programs do not agree about.
    if (kind === "global-pax") throw refused("one name for all of its files is in it");
    if (this.#longPath !== undefined) throw refused("a file with two names is in it");
    this.#longPath = path;
  }

  /** Two names of an archive are never one file, nor one the folder of the other. */
  #claim(path: string, kind: "file" | "folder"): void {
    const folded = foldedPath(path);
    const parts = folded.split("/");
    const twice = () => refused(`two of its paths are the same file, or may be: "${path}"`);
    for (let count = 1; count < parts.length; count++) {
      const folder = parts.slice(0, count).join("/");
      if (this.#seenFiles.has(folder)) throw twice();
      this.#seenFolders.add(folder);
    }
    if (kind === "folder") {
      if (this.#seenFiles.has(folded)) throw twice();
      this.#seenFolders.add(folded);
      return;
    }
    if (this.#seenFiles.has(folded) || this.#seenFolders.has(folded)) throw twice();
    this.#seenFiles.add(folded);
  }

  async #content(sizeBytes: number): Promise<Uint8Array<ArrayBuffer>> {
    const content = await this.blocks.take(sizeBytes);
    const rest = sizeBytes % BLOCK_BYTES;
    if (rest > 0) await this.blocks.take(BLOCK_BYTES - rest);
    return content;
  }
}

/** Bytes of a stream in pieces of a wanted length. */
class Blocks {
  readonly #source: AsyncIterator<Uint8Array>;
  #left: Uint8Array = new Uint8Array();

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** A copy. What an archive only says it has takes no memory. */
  async take(length: number): Promise<Uint8Array<ArrayBuffer>> {
    const pieces: Uint8Array[] = [];
    let missing = length;
    while (missing > 0) {
      if (this.#left.length === 0) {
        const next = await this.#source.next();
        if (next.done) throw damaged("it ends in the middle");
        this.#left = next.value;
        continue;
      }
      const piece = this.#left.subarray(0, missing);
      pieces.push(piece);
      missing -= piece.length;
      this.#left = this.#left.subarray(piece.length);
    }
    return joinBytes(pieces);
  }

  /** After the first empty block: a second one, and nothing but zeros. */
  async endsEmpty(): Promise<void> {
    for (let seen = 0;;) {
      if (!isEmpty(this.#left)) throw damaged("there is something behind its end");
      seen += this.#left.length;
      if (seen > MAX_UNPACKED_BYTES) throw tooMuch("zeros without end");
      const next = await this.#source.next();
      if (next.done) {
        if (seen < BLOCK_BYTES) throw damaged("it ends in the middle");
        return;
      }
      this.#left = next.value;
    }
  }
}

function isEmpty(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function damaged(what: string): PackageError {
  return new PackageError("I010", `The archive cannot be read: ${what}`, {
    help: "it may not have arrived as a whole: fetch it again, or ask whoever made it",
  });
}

function tooMuch(what: string): PackageError {
  return new PackageError("I011", `The archive is too large: it has ${what}`, {
    help: "a plugin is one module and a few files; such an archive is made to do harm",
  });
}

function refused(what: string): PackageError {
  return new PackageError("I012", `The archive is not taken: ${what}`, {
    help: "packages are plain files in folders; tell whoever made it",
  });
}
