/** The files of a spool: `0000000000000007.spool`, entries one behind the other. */
import { type FileHandle, open } from "node:fs/promises";
import { constants } from "node:fs";
import { encodeEntry, type Entry, entryAt } from "./entry.ts";

export const HEADER = new TextEncoder().encode("FALCOD1\n");
const NAME = /^(\d{16})\.spool$/;
/** Of a segment, read at once. */
const WINDOW_BYTES = 256 << 10;

export interface Segment {
  readonly number: number;
  readonly path: string;
  /** As far as it has whole entries. */
  sizeBytes: number;
}

export function segmentPath(folder: string, number: number): string {
  return `${folder}/${String(number).padStart(16, "0")}.spool`;
}

/** Absent for names of other files. */
export function segmentNumber(name: string): number | undefined {
  const number = Number(NAME.exec(name)?.[1]);
  // Beyond that, the number is that of other names, too.
  return Number.isSafeInteger(number) && number < Number.MAX_SAFE_INTEGER ? number : undefined;
}

/** Appends to a segment of its own. */
export class SegmentWriter implements AsyncDisposable {
  readonly #file: FileHandle;

  private constructor(file: FileHandle, readonly segment: Segment) {
    this.#file = file;
  }

  static async create(folder: string, number: number): Promise<SegmentWriter> {
    const path = segmentPath(folder, number);
    const { O_WRONLY, O_CREAT, O_EXCL } = constants;
    const file = await open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600);
    const writer = new SegmentWriter(file, { number, path, sizeBytes: 0 });
    try {
      await writer.#write(HEADER);
    } catch (error) {
      await file.close();
      await Deno.remove(path);
      throw error;
    }
    return writer;
  }

  /** All of them or, where it rejects, none. */
  async append(entries: readonly Entry[], { sync }: { readonly sync: boolean }): Promise<void> {
    const frames = entries.map(encodeEntry);
    const bytes = new Uint8Array(frames.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const frame of frames) {
      bytes.set(frame, at);
      at += frame.length;
    }
    await this.#write(bytes, { sync });
  }

  async #write(bytes: Uint8Array, { sync = false } = {}): Promise<void> {
    const { segment } = this;
    try {
      for (let at = 0; at < bytes.length;) {
        const left = bytes.length - at;
        const { bytesWritten } = await this.#file.write(bytes, at, left, segment.sizeBytes + at);
        if (bytesWritten === 0) throw new Error("no bytes are taken");
        at += bytesWritten;
      }
      if (sync) await this.#file.datasync();
    } catch (error) {
      // What is written next stands in the same place; nothing that is longer may be behind it.
      await this.#file.truncate(segment.sizeBytes).catch(() => {});
      throw error;
    }
    segment.sizeBytes += bytes.length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }
}

/** One entry, or one that cannot be read any more. */
export interface Read {
  /** Absent: its bytes are not those that were written. */
  readonly entry?: Entry;
  /** Where the next one begins. */
  readonly end: number;
}

/** Reads entries of one segment, at places that only grow; the segment may grow, too. */
export class SegmentReader implements AsyncDisposable {
  readonly #file: FileHandle;
  #window = new Uint8Array(0);
  #windowAt = 0;

  private constructor(file: FileHandle, readonly segment: Segment) {
    this.#file = file;
  }

  static async open(segment: Segment): Promise<SegmentReader> {
    const { O_RDONLY, O_NOFOLLOW } = constants;
    return new SegmentReader(await open(segment.path, O_RDONLY | O_NOFOLLOW), segment);
  }

  /**
   * The entry at a place; absent at the end. Where it cannot be told where the next one begins, the
   * rest of the segment counts as one spoilt entry.
   */
  async read(offset: number): Promise<Read | undefined> {
    const { sizeBytes } = this.segment;
    if (offset >= sizeBytes) return undefined;
    for (let needs = 0;;) {
      const at = offset - this.#windowAt;
      const found = at >= 0 && at < this.#window.length
        ? entryAt(this.#window, at)
        : { kind: "short" as const, needs };
      switch (found.kind) {
        case "entry":
          return { entry: found.entry, end: this.#windowAt + found.end };
        case "spoilt":
          return { end: this.#windowAt + found.end };
        case "lost":
          return { end: sizeBytes };
        case "short":
          if (this.#windowAt === offset && this.#window.length >= found.needs && needs > 0) {
            return { end: sizeBytes };
          }
          needs = Math.max(found.needs, WINDOW_BYTES);
          if (!await this.#load(offset, needs)) return { end: sizeBytes };
          break;
        default:
          return found satisfies never;
      }
    }
  }

  /** False when there is nothing more than is there already. */
  async #load(offset: number, size: number): Promise<boolean> {
    const before = this.#windowAt === offset ? this.#window.length : 0;
    const bytes = new Uint8Array(Math.min(size, this.segment.sizeBytes - offset));
    let length = 0;
    while (length < bytes.length) {
      const { bytesRead } = await this.#file.read(
        bytes,
        length,
        bytes.length - length,
        offset + length,
      );
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    this.#window = bytes.subarray(0, length);
    this.#windowAt = offset;
    return length > before;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }
}
