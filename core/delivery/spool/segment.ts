/** The files of a spool: `0000000000000007.spool`, entries one behind the other. */
import { type FileHandle, open } from "node:fs/promises";
import { constants } from "node:fs";
import {
  encodeEntry,
  type Entry,
  ENTRY_OVERHEAD,
  entryAt,
  FRAME_BYTES,
  likelyPlaceIn,
} from "./entry.ts";

export const HEADER = new TextEncoder().encode("FALCOD1\n");
const NAME = /^(\d{16})\.spool$/;
/** Of a segment, read at once. */
const WINDOW_BYTES = 256 << 10;
/** Bytes that are read for entries that then are none, before the rest of a segment is given up. */
const MOST_EFFORT = 512 << 20;

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

/** One entry, or bytes that are none any more. */
export interface Read {
  /** Absent: its bytes are not those that were written, or those of several are not. */
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

  /** The entry at a place, or what lies between it and the next whole one; absent at the end. */
  async read(offset: number): Promise<Read | undefined> {
    if (offset >= this.segment.sizeBytes) return undefined;
    return await this.#entryAt(offset) ?? { end: await this.#nextBehind(offset) };
  }

  /** Absent: no whole one is there. */
  async #entryAt(offset: number): Promise<Required<Read> | undefined> {
    const left = this.segment.sizeBytes - offset;
    for (let needs = FRAME_BYTES;;) {
      const found = entryAt(await this.#bytesAt(offset, needs), 0);
      if (found.kind === "entry") return { entry: found.entry, end: offset + found.end };
      if (found.kind !== "short" || found.needs <= needs || found.needs > left) return undefined;
      needs = found.needs;
    }
  }

  /** The end where there is none. */
  async #nextBehind(offset: number): Promise<number> {
    const { sizeBytes } = this.segment;
    let effort = 0;
    for (let at = offset + 1; effort < MOST_EFFORT;) {
      const bytes = await this.#bytesAt(at, WINDOW_BYTES);
      if (bytes.length < ENTRY_OVERHEAD) break;
      const likely = likelyPlaceIn(bytes);
      if (likely) {
        at += likely.at;
        effort += WINDOW_BYTES + likely.size;
        if (await this.#entryAt(at)) return at;
        at++;
      } else {
        at += bytes.length - ENTRY_OVERHEAD + 1;
      }
    }
    return sizeBytes;
  }

  /** So many bytes from a place on, and perhaps more; fewer where the segment ends. */
  async #bytesAt(offset: number, size: number): Promise<Uint8Array> {
    const end = Math.min(offset + size, this.segment.sizeBytes);
    if (offset < this.#windowAt || end > this.#windowAt + this.#window.length) {
      await this.#load(offset, Math.max(size, WINDOW_BYTES));
    }
    return this.#window.subarray(offset - this.#windowAt);
  }

  async #load(offset: number, size: number): Promise<void> {
    const bytes = new Uint8Array(Math.max(0, Math.min(size, this.segment.sizeBytes - offset)));
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
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }
}
