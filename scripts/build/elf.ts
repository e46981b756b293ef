/** Executables: what a build reads of them, and one more segment in them. elf(5) */

export type Architecture = "x86_64" | "aarch64";

export interface Segment {
  readonly type: "load" | "interpreter" | "headers" | "other";
  /** Of its entry in the table. */
  readonly bytes: Uint8Array;
  readonly offset: number;
  readonly address: number;
  readonly fileBytes: number;
  readonly memoryBytes: number;
}

export interface Elf {
  readonly architecture: Architecture;
  /** Where it begins, as an address. */
  readonly entry: number;
  readonly segments: readonly Segment[];
  /** Path of the dynamic loader; absent when it needs none. */
  readonly loader: string | undefined;
}

const HEADER_BYTES = 64;
/** Of an entry in the table of segments. */
export const SEGMENT_BYTES = 56;
const ENTRY_AT = 24, SEGMENTS_AT = 32, SEGMENT_SIZE_AT = 54, SEGMENT_COUNT_AT = 56;
const MACHINES: ReadonlyMap<number, Architecture> = new Map([[62, "x86_64"], [183, "aarch64"]]);
const TYPES: ReadonlyMap<number, Segment["type"]> = new Map([
  [1, "load"],
  [3, "interpreter"],
  [6, "headers"],
]);
const LOAD = 1, HEADERS = 6;
const READ = 4, EXECUTE = 1;

/** Throws for anything that is no executable of 64 bits for a processor of ours. */
export function readElf(bytes: Uint8Array): Elf {
  const view = viewOf(bytes);
  const isElf = bytes.length >= HEADER_BYTES && view.getUint32(0) === 0x7f454c46 &&
    bytes[4] === 2 && bytes[5] === 1;
  if (!isElf) throw new Error("this is no ELF file of 64 bits, little endian");
  const machine = view.getUint16(18, true);
  const architecture = MACHINES.get(machine);
  if (!architecture) {
    throw new Error(`this ELF file is for a processor (${machine}) that falcod is not built for`);
  }
  const count = view.getUint16(SEGMENT_COUNT_AT, true);
  const table = numberAt(view, SEGMENTS_AT);
  if (
    view.getUint16(SEGMENT_SIZE_AT, true) !== SEGMENT_BYTES ||
    table + count * SEGMENT_BYTES > bytes.length
  ) {
    throw new Error("the table of segments is outside of this ELF file");
  }
  const segments = Array.from({ length: count }, (_, index) => {
    const at = table + index * SEGMENT_BYTES;
    return readSegment(bytes.subarray(at, at + SEGMENT_BYTES));
  });
  for (const { offset, fileBytes, memoryBytes, type } of segments) {
    const isWhole = offset + fileBytes <= bytes.length &&
      (type !== "load" || fileBytes <= memoryBytes);
    if (!isWhole) throw new Error("a segment is outside of this ELF file");
  }
  const interpreter = segments.find(({ type }) => type === "interpreter");
  return {
    architecture,
    entry: numberAt(view, ENTRY_AT),
    segments,
    loader: interpreter && loaderIn(segmentBytes(bytes, interpreter)),
  };
}

function loaderIn(bytes: Uint8Array): string {
  const path = /^(\/[\x21-\x7e]+)\0$/.exec(new TextDecoder("latin1").decode(bytes))?.[1];
  if (path === undefined) throw new Error("the path of the dynamic loader is none");
  return path;
}

function readSegment(bytes: Uint8Array): Segment {
  const view = viewOf(bytes);
  return {
    type: TYPES.get(view.getUint32(0, true)) ?? "other",
    bytes,
    offset: numberAt(view, 8),
    address: numberAt(view, 16),
    fileBytes: numberAt(view, 32),
    memoryBytes: numberAt(view, 40),
  };
}

export function segmentBytes(bytes: Uint8Array, { offset, fileBytes }: Segment): Uint8Array {
  return bytes.slice(offset, offset + fileBytes);
}

/** What the new segment is to hold, and where the two tables of segments in front of it are. */
export interface Placed {
  /** Address of the content's first byte. */
  readonly address: number;
  /** Address of the table with the interpreter in it, and its number of entries. */
  readonly fullTable: number;
  readonly fullCount: number;
}

/** Code for aarch64 finds its constants by pages of this size (adrp). */
const CODE_ALIGNMENT = 4096;
/** Largest page of a kernel for our processors (aarch64), so that any kernel can map the segment. */
const PAGE_BYTES = 64 << 10;

/**
 * The executable with one more segment that it starts in. The kernel is shown no interpreter, so that the
 * content runs before any other code; a second table, for whoever goes on from there, has it.
 *
 *     ┌────────────┬─────┬────────────────────────────────────────────────┐
 *     │ executable │ pad │ kernel's table, full table, pad, content       │
 *     └────────────┴─────┴────────────────────────────────────────────────┘
 */
export function addEntrySegment(
  executable: Uint8Array,
  content: (placed: Placed) => Uint8Array,
): Uint8Array<ArrayBuffer> {
  const { segments } = readElf(executable);
  const interpreter = segments.filter(({ type }) => type === "interpreter");
  if (interpreter.length !== 1) {
    throw new Error("this executable is not started by a dynamic loader");
  }
  const loaded = segments.filter(({ type }) => type === "load");
  const end = Math.max(...loaded.map(({ address, memoryBytes }) => address + memoryBytes));
  const offset = roundUp(executable.length, PAGE_BYTES);
  const address = roundUp(end, PAGE_BYTES);
  const fullCount = segments.length + 1, kernelCount = fullCount - 1;
  const contentAt = roundUp((fullCount + kernelCount) * SEGMENT_BYTES, CODE_ALIGNMENT);
  const fullTable = address + kernelCount * SEGMENT_BYTES;
  const body = content({ address: address + contentAt, fullTable, fullCount });
  const size = contentAt + body.length;

  const result = new Uint8Array(offset + size);
  result.set(executable);
  const writeTable = (tableAt: number, table: readonly Segment[]) => {
    const bytes = table.length * SEGMENT_BYTES + SEGMENT_BYTES;
    table.forEach((segment, index) => {
      const own = {
        type: HEADERS,
        flags: READ,
        offset: offset + tableAt,
        address: address + tableAt,
        bytes,
        align: 8,
      };
      result.set(
        segment.type === "headers" ? describeSegment(own) : segment.bytes,
        offset + tableAt + index * SEGMENT_BYTES,
      );
    });
    const added = {
      type: LOAD,
      flags: READ | EXECUTE,
      offset,
      address,
      bytes: size,
      align: PAGE_BYTES,
    };
    result.set(describeSegment(added), offset + tableAt + table.length * SEGMENT_BYTES);
  };
  writeTable(0, segments.filter(({ type }) => type !== "interpreter"));
  writeTable(kernelCount * SEGMENT_BYTES, segments);
  result.set(body, offset + contentAt);

  const view = viewOf(result);
  view.setBigUint64(ENTRY_AT, BigInt(address + contentAt), true);
  view.setBigUint64(SEGMENTS_AT, BigInt(offset), true);
  view.setUint16(SEGMENT_COUNT_AT, kernelCount, true);
  return result;
}

interface SegmentFields {
  readonly type: number;
  readonly flags: number;
  readonly offset: number;
  readonly address: number;
  readonly bytes: number;
  readonly align: number;
}

function describeSegment(fields: SegmentFields): Uint8Array {
  const result = new Uint8Array(SEGMENT_BYTES);
  const view = viewOf(result);
  view.setUint32(0, fields.type, true);
  view.setUint32(4, fields.flags, true);
  const { offset, address, bytes, align } = fields;
  [offset, address, address, bytes, bytes, align].forEach((value, index) =>
    view.setBigUint64(8 + 8 * index, BigInt(value), true)
  );
  return result;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Files and addresses of executables are far below 2^53; what is not is none of ours. */
function numberAt(view: DataView, at: number): number {
  const value = view.getBigUint64(at, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new Error("a number in this ELF file is too large");
  }
  return Number(value);
}

function roundUp(value: number, to: number): number {
  return Math.ceil(value / to) * to;
}
