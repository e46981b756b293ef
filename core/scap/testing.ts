/** Captures in tests: as plain values that outlive the reader. */
import type { ScapEvent } from "./event.ts";
import type { ScapFault } from "./fault.ts";
import { EVENT_BLOCKS, SECTION_BLOCK, SECTION_MAGIC } from "./format.ts";
import { memoryInput, type ScapInput } from "./input.ts";
import { MemoryOutput } from "./output.ts";
import { type ScapItem, ScapReader } from "./reader.ts";
import { ScapWriter } from "./writer.ts";
import { BlockBuilder } from "./_block_builder.ts";

export interface EventCopy {
  readonly kind: "event";
  readonly number: number;
  readonly type: number;
  readonly timeNs: bigint;
  readonly threadId: number;
  readonly cpu: number;
  readonly flags: number;
  readonly params: readonly Uint8Array[];
}

export type ItemCopy =
  | Exclude<ScapItem, ScapEvent | { kind: "more" | "end" } | ScapFault>
  | EventCopy;

export interface Contents {
  readonly items: readonly ItemCopy[];
  readonly events: readonly EventCopy[];
  readonly fault: ScapFault | undefined;
  readonly unknownBlocks: number;
  readonly unknownEvents: number;
}

/** All a capture holds, up to its end or its fault. */
export async function readAll(source: Uint8Array | ScapInput): Promise<Contents> {
  using reader = new ScapReader(source instanceof Uint8Array ? memoryInput(source) : source);
  const items: ItemCopy[] = [];
  for (;;) {
    const item = reader.next();
    switch (item.kind) {
      case "more":
        await reader.fill();
        break;
      case "event":
        items.push(copyOf(item));
        break;
      case "end":
      case "fault": {
        const { unknownBlocks, unknownEvents } = reader;
        const events = items.filter((item) => item.kind === "event");
        const fault = item.kind === "fault" ? item : undefined;
        return { items, events, fault, unknownBlocks, unknownEvents };
      }
      default:
        items.push(item);
    }
  }
}

/** The bytes of a capture. */
export async function written(write: (writer: ScapWriter) => void): Promise<Uint8Array> {
  const output = new MemoryOutput();
  const writer = new ScapWriter(output);
  write(writer);
  await writer.close();
  return output.bytes;
}

function copyOf(event: ScapEvent): EventCopy {
  const { kind, number, type, timeNs, threadId, cpu, flags } = event;
  const params = Array.from(
    { length: event.paramCount },
    (_, index) => event.paramBytes(index).slice(),
  );
  return { kind, number, type, timeNs, threadId, cpu, flags, params };
}

export interface EventShape {
  readonly block?: number;
  readonly params?: readonly (readonly number[])[];
  /** What the file says the parameters' lengths are. */
  readonly lengths?: readonly number[];
  readonly count?: number;
  /** How much longer the event says it is. */
  readonly excessBytes?: number;
  readonly wide?: boolean;
}

/** One event block, right or wrong. */
export function event(blocks: BlockBuilder, type: number, shape: EventShape = {}): void {
  const { block = EVENT_BLOCKS.plain, params = [], excessBytes = 0, wide = false } = shape;
  const lengths = shape.lengths ?? params.map((param) => param.length);
  const old = block === EVENT_BLOCKS.oldPlain || block === EVENT_BLOCKS.oldPlainAlias ||
    block === EVENT_BLOCKS.oldFlagged;
  const data = params.flat();
  blocks.begin(block);
  blocks.u16(3);
  if (block === EVENT_BLOCKS.flagged || block === EVENT_BLOCKS.oldFlagged) blocks.u32(1);
  blocks.u64(1_500_000_000_123_456_789n);
  blocks.i64(4_294_967_301);
  blocks.u32((old ? 22 : 26) + lengths.length * (wide ? 4 : 2) + data.length + excessBytes);
  blocks.u16(type);
  if (!old) blocks.u32(shape.count ?? lengths.length);
  for (const length of lengths) {
    if (wide) blocks.u32(length);
    else blocks.u16(length);
  }
  blocks.bytes(Uint8Array.from(data));
  blocks.end();
}

/** A block with nothing but zeros in it. */
export function block(blocks: BlockBuilder, type: number, bodyBytes: number): void {
  blocks.begin(type);
  blocks.bytes(new Uint8Array(bodyBytes));
  blocks.end();
}

/** A block that claims to be of some length and is not. */
export function head(blocks: BlockBuilder, type: number, length: number): void {
  blocks.u32(type);
  blocks.u32(length);
  blocks.bytes(new Uint8Array(100));
}

/** What `build` puts into blocks. */
export function built(build: (blocks: BlockBuilder) => void): Uint8Array {
  const blocks = new BlockBuilder();
  build(blocks);
  return blocks.take();
}

/** A section block. */
export function section(
  { magic = SECTION_MAGIC, majorVersion = 1, optionBytes = 0 }: {
    readonly magic?: number;
    readonly majorVersion?: number;
    readonly optionBytes?: number;
  } = {},
): Uint8Array {
  return built((blocks) => {
    blocks.begin(SECTION_BLOCK);
    blocks.u32(magic);
    blocks.u16(majorVersion);
    blocks.u16(2);
    blocks.u64(0xffff_ffff_ffff_ffffn);
    blocks.bytes(new Uint8Array(optionBytes));
    blocks.end();
  });
}

/** A section and what `build` puts behind it. */
export function capture(
  build: (blocks: BlockBuilder) => void,
  { optionBytes = 0, lastByte }: { readonly optionBytes?: number; readonly lastByte?: number } = {},
): Uint8Array {
  const bytes = Uint8Array.from([...section({ optionBytes }), ...built(build)]);
  if (lastByte !== undefined) bytes[bytes.length - 1] = lastByte;
  return bytes;
}
