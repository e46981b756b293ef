/** Captures in the form upstream writes today, so that other tools read them. */
import type {
  ScapDescriptor,
  ScapGroup,
  ScapInterface,
  ScapMachine,
  ScapProcess,
  ScapStart,
  ScapUser,
} from "./entries.ts";
import { EVENT_HEADER_BYTES, type ScapEvent } from "./event.ts";
import {
  BLOCK_HEAD_BYTES,
  BLOCK_TRAILER_BYTES,
  CURRENT_BLOCKS,
  EVENT_BLOCKS,
  type ListKind,
  MAJOR_VERSION,
  MINOR_VERSION,
  SECTION_BLOCK,
  SECTION_MAGIC,
} from "./format.ts";
import type { ScapOutput } from "./output.ts";
import { BlockBuilder } from "./_block_builder.ts";
import { lengthWidths } from "./_load_event.ts";
import {
  writeAccount,
  writeDescriptor,
  writeInterface,
  writeMachine,
  writeProcess,
  writeStart,
} from "./_write_entry.ts";

export interface EventHeader {
  /** Code of an `eventType()`. */
  readonly type: number;
  /** Nanoseconds since the Unix epoch. */
  readonly timeNs: bigint;
  /** -1 where the source of the event has no threads. */
  readonly threadId: number;
  readonly cpu: number;
  /** Combination of `DUMP_FLAGS`; none when left out. */
  readonly flags?: number;
}

export interface ScapWriterOptions {
  /** The file is full before it would be larger; no limit when left out. */
  readonly sizeLimitBytes?: number;
  /** What may wait for a slow disk; events beyond are lost and counted. */
  readonly pendingLimitBytes?: number;
}

/** What became of an event. `full`: the size limit is reached, `lost`: the disk is too slow, or the event too large. */
export type Written = "written" | "full" | "lost";

const PENDING_LIMIT_BYTES = 16 << 20;
/** Of an ordinary event: its lengths have 16 bits, and upstream's reader takes no larger block. */
const LARGEST_BLOCK_BYTES = 65536;
const LARGEST_LARGE_BLOCK_BYTES = 32 << 20;
/** A process list may be any number of blocks; a reader that holds one in memory is not overtaxed. */
const LIST_BLOCK_BYTES = 256 << 10;

/**
 * Builds a capture in memory; `flush` hands it on. Between flushes nothing waits and nothing throws,
 * so events can be written where they happen. The order is the caller's: machine, interfaces, accounts,
 * processes, descriptors, then events; Falco reads no list after the first event.
 *
 *     const writer = new ScapWriter(await createCapture(path, { compress: true }));
 *     writer.machine(machine);
 *     writer.processes(processes);
 *     writer.event({ type, timeNs, threadId, cpu }, params);
 *     await writer.close();
 */
export class ScapWriter {
  readonly #output: ScapOutput;
  readonly #sizeLimitBytes: number;
  readonly #pendingLimitBytes: number;
  readonly #blocks = new BlockBuilder();
  /** Bytes on their way to the output. */
  #flushingBytes = 0;
  /** Bytes that the output has taken, which may have become fewer there. */
  #takenBytes = 0;
  #flushed: Promise<void> = Promise.resolve();
  #events = 0;
  #writtenEvents = 0;
  #lostEvents = 0;
  #full = false;

  constructor(output: ScapOutput, options: ScapWriterOptions = {}) {
    this.#output = output;
    this.#sizeLimitBytes = options.sizeLimitBytes ?? Infinity;
    this.#pendingLimitBytes = options.pendingLimitBytes ?? PENDING_LIMIT_BYTES;
    this.#section();
  }

  get eventCount(): number {
    return this.#events;
  }

  /** Those that the output has taken: what is left when it fails. */
  get writtenEvents(): number {
    return this.#writtenEvents;
  }

  get lostEvents(): number {
    return this.#lostEvents;
  }

  /** An event did not fit any more; none will. */
  get full(): boolean {
    return this.#full;
  }

  /** Built, and not yet in the output: flush when this has grown. */
  get pendingBytes(): number {
    return this.#blocks.length + this.#flushingBytes;
  }

  /** What the output has, and what it will have of that which is on its way, if that shrinks as much. */
  get sizeBytes(): number {
    const { writtenBytes } = this.#output;
    const shrinks = this.#takenBytes > 0 ? writtenBytes / this.#takenBytes : 1;
    return writtenBytes + this.pendingBytes * shrinks;
  }

  machine(machine: ScapMachine): void {
    this.#begin("machine");
    writeMachine(this.#blocks, machine);
    this.#blocks.end();
  }

  /** All of them: a second list would replace the first. */
  interfaces(list: Iterable<ScapInterface>): void {
    this.#list("interfaces", list, writeInterface);
  }

  /** All users and groups: a second list would replace the first. */
  accounts(list: Iterable<ScapUser | ScapGroup>): void {
    this.#list("users", list, writeAccount);
  }

  processes(list: Iterable<ScapProcess>): void {
    let begun = false;
    for (const process of list) {
      if (!begun) this.#begin("processes");
      begun = true;
      writeProcess(this.#blocks, process);
      if (this.#blocks.blockLength < LIST_BLOCK_BYTES) continue;
      this.#blocks.end();
      begun = false;
    }
    if (begun) this.#blocks.end();
  }

  /** When threads of the process list began, after that list. Only falcod reads it. */
  starts(list: Iterable<ScapStart>): void {
    this.#list("starts", list, writeStart);
  }

  /** What one thread has open, after the thread itself. */
  descriptors(threadId: number, list: Iterable<ScapDescriptor>): void {
    this.#begin("descriptors");
    this.#blocks.i64(threadId);
    for (const descriptor of list) writeDescriptor(this.#blocks, descriptor);
    this.#blocks.end();
  }

  /** Parameters as the event's type has them encoded; absent ones have no bytes. */
  event(header: EventHeader, params: readonly (Uint8Array | undefined)[]): Written {
    const { type, timeNs, threadId, cpu, flags = 0 } = header;
    const wide = lengthWidths()[type] === 4;
    let dataBytes = 0;
    for (const param of params) {
      const length = param?.length ?? 0;
      if (!wide && length > 0xffff) return this.#lose();
      dataBytes += length;
    }
    const length = EVENT_HEADER_BYTES + params.length * (wide ? 4 : 2) + dataBytes;
    const refused = this.#refuse(length, wide);
    if (refused) return refused;
    const blocks = this.#blocks;
    this.#beginEvent(cpu, flags, wide);
    blocks.u64(timeNs);
    blocks.i64(threadId);
    blocks.u32(length);
    blocks.u16(type);
    blocks.u32(params.length);
    for (const param of params) {
      if (wide) blocks.u32(param?.length ?? 0);
      else blocks.u16(param?.length ?? 0);
    }
    for (const param of params) if (param) blocks.bytes(param);
    blocks.end();
    this.#events++;
    return "written";
  }

  /** An event of another capture as it is; one of the first versions gets the header of today. */
  copy(event: ScapEvent): Written {
    const { bytes, start, end, type, paramCount, paramOffsets } = event;
    const wide = lengthWidths()[type] === 4;
    const lengths = paramOffsets[0]! - paramCount * (wide ? 4 : 2);
    const length = EVENT_HEADER_BYTES + end - lengths;
    const refused = this.#refuse(length, wide);
    if (refused) return refused;
    const blocks = this.#blocks;
    this.#beginEvent(event.cpu, event.flags, wide);
    if (lengths === start + EVENT_HEADER_BYTES) blocks.bytes(bytes.subarray(start, end));
    else {
      blocks.bytes(bytes.subarray(start, start + 16)); // time and thread
      blocks.u32(length);
      blocks.u16(type);
      blocks.u32(paramCount);
      blocks.bytes(bytes.subarray(lengths, end));
    }
    blocks.end();
    this.#events++;
    return "written";
  }

  /** Hands on what was built; rejects when the output does. One at a time, in order. */
  flush(): Promise<void> {
    if (this.#blocks.length === 0) return this.#flushed;
    const bytes = this.#blocks.take();
    const events = this.#events;
    this.#flushingBytes += bytes.length;
    const written = this.#flushed.then(() => this.#output.write(bytes));
    const flushed = written.then(() => {
      this.#takenBytes += bytes.length;
      this.#writtenEvents = events;
    }).finally(() => {
      this.#flushingBytes -= bytes.length;
    });
    return this.#flushed = flushed;
  }

  /** Writes the rest and closes the output, in any case. */
  async close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      await this.#output.close();
    }
  }

  #section(): void {
    const blocks = this.#blocks;
    blocks.begin(SECTION_BLOCK);
    blocks.u32(SECTION_MAGIC);
    blocks.u16(MAJOR_VERSION);
    blocks.u16(MINOR_VERSION);
    // The section's length, unknown while it is written.
    blocks.u64(0xffff_ffff_ffff_ffffn);
    blocks.end();
  }

  #list<Item>(
    kind: ListKind,
    list: Iterable<Item>,
    write: (blocks: BlockBuilder, item: Item) => void,
  ): void {
    this.#begin(kind);
    for (const item of list) write(this.#blocks, item);
    this.#blocks.end();
  }

  #begin(kind: ListKind): void {
    this.#blocks.begin(CURRENT_BLOCKS[kind]);
  }

  #beginEvent(cpu: number, flags: number, wide: boolean): void {
    const blocks = this.#blocks;
    if (flags === 0) blocks.begin(wide ? EVENT_BLOCKS.large : EVENT_BLOCKS.plain);
    else blocks.begin(wide ? EVENT_BLOCKS.flaggedLarge : EVENT_BLOCKS.flagged);
    blocks.u16(cpu);
    if (flags !== 0) blocks.u32(flags);
  }

  /** Why an event of so many bytes cannot be taken. */
  #refuse(length: number, wide: boolean): Written | undefined {
    const blockBytes = BLOCK_HEAD_BYTES + 6 + length + 3 + BLOCK_TRAILER_BYTES;
    const largest = wide ? LARGEST_LARGE_BLOCK_BYTES : LARGEST_BLOCK_BYTES;
    if (blockBytes > largest) return this.#lose();
    const pending = this.pendingBytes;
    // Compression is not known before it is done: what is pending counts as it is.
    if (this.#full || this.#output.writtenBytes + pending + blockBytes > this.#sizeLimitBytes) {
      this.#full = true;
      return "full";
    }
    return pending + blockBytes > this.#pendingLimitBytes ? this.#lose() : undefined;
  }

  #lose(): Written {
    this.#lostEvents++;
    return "lost";
  }
}
