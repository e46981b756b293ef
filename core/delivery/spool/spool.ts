/**
 * Alerts of one sink on disk, from when they are accepted until they have arrived or are given up.
 *
 * They are appended to segments and read back in order; a cursor says how far they have been delivered,
 * and how far they have been handed to the sink: what lies between may have arrived when falcod ended
 * in the middle, and is handed out again with a mark. A tail that was not written to its end is cut off.
 */
import { Buffer } from "node:buffer";
import type { Logger } from "../../plugin/mod.ts";
import { Cursor, isBefore, type Position, type Progress } from "./cursor.ts";
import { type Entry, ENTRY_OVERHEAD, LARGEST_ENTRY } from "./entry.ts";
import { claimFolder, type FolderClaim } from "./folder.ts";
import {
  HEADER,
  type Read,
  type Segment,
  segmentNumber,
  segmentPath,
  SegmentReader,
  SegmentWriter,
} from "./segment.ts";

export interface SpoolOptions {
  /** Its own, made when it is not there; nobody else may write there. */
  readonly folder: string;
  /** Bytes of all segments. */
  readonly maxBytes: number;
  /** Each append waits for the disk: then a power failure loses nothing either. */
  readonly sync: boolean;
  readonly log: Logger;
}

/** The limit of bytes is reached: not now. */
export class SpoolFull extends Error {
  override readonly name = "SpoolFull";
}

export interface Spooled {
  /** Absent: bytes were spoilt on the disk, of one entry or of several. */
  readonly entry: Entry | undefined;
  readonly sizeBytes: number;
  /** It was handed out before, in an earlier run. */
  readonly again: boolean;
}

const LARGEST_SEGMENT = 4 << 20;
/** UTF-16 units that are handed out at once, and one alert more. */
const LARGEST_TAKEN = 8 << 20;
/** Then a segment is given up. */
const MOST_READ_FAILURES = 5;
const START = HEADER.length;

export class Spool {
  readonly #options: SpoolOptions;
  readonly #claim: FolderClaim;
  readonly #cursor: Cursor;
  /** Oldest first. */
  readonly #segments: Segment[];
  #writer: SegmentWriter | undefined;
  #reader: SegmentReader | undefined;
  /** Next to be handed out. */
  #next: Position;
  #settled: Position;
  /** How far it was handed out in earlier runs. */
  readonly #handedBefore: Position;
  /** Ends of the entries that are handed out and not settled. */
  #handed: Position[] = [];
  #unread: number;
  #appends = 0;
  #readFailures = 0;
  #isClosed = false;

  private constructor(
    parts: {
      readonly options: SpoolOptions;
      readonly claim: FolderClaim;
      readonly cursor: Cursor;
      /** What the cursor says, as far as that can be. */
      readonly found: Progress | undefined;
      readonly segments: Segment[];
    },
    unread: number,
  ) {
    const { options, claim, cursor, found, segments } = parts;
    this.#options = options;
    this.#claim = claim;
    this.#cursor = cursor;
    this.#segments = segments;
    const [first] = segments;
    const begin = { segment: first?.number ?? 0, offset: START };
    const settled = found?.settled;
    this.#settled = settled && !isBefore(settled, begin) ? settled : begin;
    this.#next = this.#settled;
    // Where nobody knows, all may have been handed out.
    const behind = { segment: (segments.at(-1)?.number ?? 0) + 1, offset: 0 };
    this.#handedBefore = found?.handed ?? behind;
    this.#unread = unread;
  }

  /** Rejects when the folder is no place for it, or another falcod has it. */
  static async open(options: SpoolOptions): Promise<Spool> {
    const claim = await claimFolder(options.folder);
    let cursor: Cursor | undefined;
    try {
      cursor = await Cursor.open(`${options.folder}/cursor`);
      const segments = await segmentsIn(options);
      const found = credible(cursor.found, segments, options);
      const settled = found?.settled;
      let unread = 0;
      for (const [index, segment] of segments.entries()) {
        const isLast = index === segments.length - 1;
        const done = settled && settled.segment >= segment.number ? settled : undefined;
        const from = done === undefined
          ? START
          : done.segment === segment.number
          ? done.offset
          : Infinity;
        unread += await countEntries(segment, { from, isLast, log: options.log });
      }
      const spool = new Spool({ options, claim, cursor, found, segments }, unread);
      await spool.#removeSettled();
      return spool;
    } catch (error) {
      await cursor?.[Symbol.asyncDispose]();
      await claim[Symbol.asyncDispose]();
      throw error;
    }
  }

  get folder(): string {
    return this.#options.folder;
  }

  /** Entries that were not handed out in this run. */
  get unread(): number {
    return this.#unread;
  }

  get bytes(): number {
    return this.#segments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  /** All of them or, where it rejects, none; `SpoolFull` when they would be too much. */
  async append(entries: readonly Entry[]): Promise<void> {
    const { maxBytes, folder, sync } = this.#options;
    const size = entries.reduce(
      (sum, { text }) => sum + Buffer.byteLength(text) + ENTRY_OVERHEAD,
      0,
    );
    if (this.bytes + size > maxBytes) {
      throw new SpoolFull(`the spool has its ${maxBytes >> 20} MiB`);
    }
    const limit = Math.min(LARGEST_SEGMENT, maxBytes / 4);
    if (this.#writer && this.#writer.segment.sizeBytes >= limit) await this.#endSegment();
    if (!this.#writer) {
      const last = Math.max(
        this.#segments.at(-1)?.number ?? 0,
        this.#settled.segment,
        this.#handedBefore.segment,
        // What a killed falcod left empty is gone, and nothing before it is read any more.
        this.#next.segment,
      );
      const writer = await SegmentWriter.create(folder, last + 1);
      this.#writer = writer;
      this.#segments.push(writer.segment);
    }
    try {
      await this.#writer.append(entries, { sync });
    } catch (error) {
      // Ended, it can go when it is settled, and that makes room.
      if (this.#writer.segment.sizeBytes > START) await this.#endSegment();
      throw error;
    }
    this.#unread += entries.length;
    this.#appends++;
  }

  async #endSegment(): Promise<void> {
    const writer = this.#writer;
    this.#writer = undefined;
    await writer?.[Symbol.asyncDispose]();
  }

  /** Up to so many, oldest first; empty: there are none. One call at a time. */
  async take(limit: number): Promise<readonly Spooled[]> {
    const taken: Spooled[] = [];
    const appends = this.#appends;
    let size = 0;
    while (taken.length < limit && size < LARGEST_TAKEN) {
      const read = await this.#readNext();
      if (!read) break;
      size += read.entry?.text.length ?? 0;
      const again = isBefore(this.#next, this.#handedBefore);
      const sizeBytes = read.end - this.#next.offset;
      this.#next = { segment: this.#next.segment, offset: read.end };
      this.#handed.push(this.#next);
      taken.push({ entry: read.entry, sizeBytes, again });
    }
    this.#unread = Math.max(0, this.#unread - taken.length);
    // Somebody took files away.
    if (taken.length === 0 && appends === this.#appends) this.#unread = 0;
    if (taken.length > 0) await this.#saveProgress();
    return taken;
  }

  /** The oldest of what was handed out have arrived, or are given up. */
  async settle(count: number): Promise<void> {
    if (this.#isClosed) return;
    const ends = this.#handed.splice(0, count);
    this.#settled = ends.at(-1) ?? this.#settled;
    // While there is more, the next `take` says so.
    if (this.#unread === 0) await this.#saveProgress();
    await this.#removeSettled();
  }

  /** What is not settled stays for the next run. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    await this.#saveProgress();
    this.#isClosed = true;
    await this.#writer?.[Symbol.asyncDispose]();
    await this.#reader?.[Symbol.asyncDispose]();
    await this.#cursor[Symbol.asyncDispose]();
    await this.#claim[Symbol.asyncDispose]();
  }

  /** Absent at the end. What cannot be read, tried again, is passed over: others wait behind it. */
  async #readNext(): Promise<Read | undefined> {
    for (;;) {
      const segment = this.#segments.find(({ number }) => number >= this.#next.segment);
      if (!segment) return undefined;
      if (segment.number > this.#next.segment) {
        this.#next = { segment: segment.number, offset: START };
      }
      if (this.#next.offset >= segment.sizeBytes) {
        if (segment === this.#segments.at(-1)) return undefined;
        this.#next = { segment: segment.number + 1, offset: START };
        continue;
      }
      try {
        const read = await this.#readFrom(segment);
        this.#readFailures = 0;
        return read;
      } catch (error) {
        if (!this.#isLost(error)) throw error;
        this.#warn(`Cannot read "${segment.path}", its alerts are lost`, error);
        this.#readFailures = 0;
        return { end: segment.sizeBytes };
      }
    }
  }

  /** Whether it is of no use to try again: the file is gone, or the disk does not give it back. */
  #isLost(error: unknown): boolean {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT" || code === "ELOOP") return true;
    return code === "EIO" && ++this.#readFailures >= MOST_READ_FAILURES;
  }

  async #readFrom(segment: Segment): Promise<Read | undefined> {
    if (this.#reader?.segment !== segment) {
      await this.#reader?.[Symbol.asyncDispose]();
      this.#reader = undefined;
      this.#reader = await SegmentReader.open(segment);
    }
    return await this.#reader.read(this.#next.offset);
  }

  async #saveProgress(): Promise<void> {
    if (this.#isClosed) return;
    const handed = isBefore(this.#next, this.#handedBefore) ? this.#handedBefore : this.#next;
    try {
      await this.#cursor.write({ settled: this.#settled, handed });
    } catch (error) {
      if (this.#isClosed) return;
      this.#warn(`Cannot keep how far "${this.#options.folder}" was delivered`, error);
    }
  }

  #warn(what: string, error: unknown): void {
    this.#options.log.warning(`${what}: ${error instanceof Error ? error.message : String(error)}`);
  }

  async #removeSettled(): Promise<void> {
    while (this.#segments.length > 0) {
      const [first] = this.#segments;
      if (first === this.#writer?.segment) return;
      const isDone = first!.number < this.#settled.segment ||
        first!.number === this.#settled.segment && this.#settled.offset >= first!.sizeBytes ||
        first!.sizeBytes <= START;
      if (!isDone) return;
      if (this.#reader?.segment === first) {
        await this.#reader?.[Symbol.asyncDispose]();
        this.#reader = undefined;
      }
      this.#segments.shift();
      try {
        await Deno.remove(first!.path);
      } catch (error) {
        this.#warn(`Cannot remove "${first!.path}"`, error);
      }
    }
  }
}

/** Segments go when they are settled: where only older ones are there, they have been put back. */
function credible(
  found: Progress | undefined,
  segments: readonly Segment[],
  { folder, log }: Pick<SpoolOptions, "folder" | "log">,
): Progress | undefined {
  const last = segments.at(-1)?.number ?? Infinity;
  if (!found || found.settled.segment <= last) return found;
  log.warning(
    `"${folder}" has alerts that had arrived, or could not be removed: they go out once more, marked`,
  );
  return undefined;
}

/** None is larger than the spool may be, or one alert. */
async function segmentsIn(
  { folder, maxBytes, log }: Pick<SpoolOptions, "folder" | "maxBytes" | "log">,
): Promise<Segment[]> {
  const limit = Math.max(maxBytes, LARGEST_ENTRY) + LARGEST_SEGMENT;
  const segments: Segment[] = [];
  for await (const { name, isFile } of Deno.readDir(folder)) {
    const number = segmentNumber(name);
    if (number === undefined || !isFile) continue;
    const path = segmentPath(folder, number);
    const { size } = await Deno.stat(path);
    if (size > limit) {
      log.warning(
        `"${path}" has ${size} bytes, which no segment of a spool has: the first ${limit} are read`,
      );
    }
    segments.push({ number, path, sizeBytes: Math.min(size, limit) });
  }
  return segments.sort((a, b) => a.number - b.number);
}

/** Entries from a place on; of the last segment, what was not written to its end is cut off. */
async function countEntries(
  segment: Segment,
  { from, isLast, log }: {
    readonly from: number;
    readonly isLast: boolean;
    readonly log: Logger;
  },
): Promise<number> {
  if (!Number.isFinite(from) && !isLast) return 0;
  const { path } = segment;
  let count = 0;
  await using reader = await SegmentReader.open(segment);
  for (let at = START; at < segment.sizeBytes;) {
    const read = await reader.read(at);
    if (!read) break;
    if (!read.entry && isLast && read.end === segment.sizeBytes) {
      const left = read.end - at;
      log.warning(`"${path}" ends inside an entry: the last ${left} bytes are left out`);
      await Deno.truncate(path, at);
      segment.sizeBytes = at;
      break;
    }
    if (at >= from) count++;
    at = read.end;
  }
  return count;
}
