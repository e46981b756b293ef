/**
 * How far a spool has been delivered: a file with two slots that are written in turn, so that one of
 * them is whole whenever falcod ends.
 *
 *     counter u64 · settled segment u64, offset u64 · handed segment u64, offset u64 · CRC32 u32
 */
import { type FileHandle, open } from "node:fs/promises";
import { constants } from "node:fs";
import { crc32 } from "node:zlib";

/** Where an entry begins or ends. */
export interface Position {
  readonly segment: number;
  readonly offset: number;
}

export interface Progress {
  /** What is before this need not be delivered any more. */
  readonly settled: Position;
  /** What is before this has been given to the sink at least once. */
  readonly handed: Position;
}

const SLOT_BYTES = 64;
const CRC_AT = 40;

export class Cursor implements AsyncDisposable {
  readonly #file: FileHandle;
  #counter: number;

  private constructor(
    file: FileHandle,
    counter: number,
    /** As it stood when the file was opened; absent in a new one, and where both slots are broken. */
    readonly found: Progress | undefined,
  ) {
    this.#file = file;
    this.#counter = counter;
  }

  static async open(path: string): Promise<Cursor> {
    const { O_RDWR, O_CREAT, O_NOFOLLOW } = constants;
    const file = await open(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0o600);
    const bytes = new Uint8Array(2 * SLOT_BYTES);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
    const slots = [0, 1].map((slot) => (slot + 1) * SLOT_BYTES)
      .filter((end) => end <= bytesRead)
      .flatMap((end) => readSlot(bytes.subarray(end - SLOT_BYTES, end)) ?? [])
      .sort((a, b) => b.counter - a.counter);
    return new Cursor(file, slots[0]?.counter ?? 0, slots[0]?.progress);
  }

  async write(progress: Progress): Promise<void> {
    const counter = ++this.#counter;
    const bytes = writeSlot(counter, progress);
    await this.#file.write(bytes, 0, SLOT_BYTES, counter % 2 * SLOT_BYTES);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }
}

function writeSlot(counter: number, { settled, handed }: Progress): Uint8Array {
  const bytes = new Uint8Array(SLOT_BYTES);
  const view = new DataView(bytes.buffer);
  const numbers = [counter, settled.segment, settled.offset, handed.segment, handed.offset];
  for (const [index, number] of numbers.entries()) {
    view.setBigUint64(index * 8, BigInt(number), true);
  }
  view.setUint32(CRC_AT, crc32(bytes.subarray(0, CRC_AT)), true);
  return bytes;
}

function readSlot(
  bytes: Uint8Array,
): { readonly counter: number; readonly progress: Progress } | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, SLOT_BYTES);
  const number = (index: number) => Number(view.getBigUint64(index * 8, true));
  // A slot that nobody has written yet is all zeros, and so is not right either.
  if (view.getUint32(CRC_AT, true) !== crc32(bytes.subarray(0, CRC_AT))) return undefined;
  return {
    counter: number(0),
    progress: {
      settled: { segment: number(1), offset: number(2) },
      handed: { segment: number(3), offset: number(4) },
    },
  };
}

export function isBefore(one: Position, other: Position): boolean {
  return one.segment < other.segment ||
    one.segment === other.segment && one.offset < other.offset;
}
