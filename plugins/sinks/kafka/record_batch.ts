/** Messages as brokers keep them: record batches of version 2. kafka.apache.org/documentation/#recordbatch */
import { gzipSync, zstdCompressSync } from "node:zlib";
import { ByteWriter } from "./bytes.ts";
import { crc32c } from "./checksums.ts";
import { lz4Frame } from "./lz4.ts";
import { snappyFrames } from "./snappy.ts";

export interface KafkaRecord {
  readonly timeMs: bigint;
  readonly key: Uint8Array | undefined;
  readonly value: Uint8Array;
}

export const COMPRESSIONS = ["none", "gzip", "snappy", "lz4", "zstd"] as const;
export type Compression = typeof COMPRESSIONS[number];
const NO_PRODUCER = -1;
const MAGIC = 2;

/** One record at least. */
export function recordBatch(
  records: readonly KafkaRecord[],
  compression: Compression,
): Uint8Array {
  const times = records.map(({ timeMs }) => timeMs);
  const first = times[0]!;
  const most = times.reduce((one, other) => one > other ? one : other);
  const plain = new ByteWriter();
  for (const [index, record] of records.entries()) writeRecord(plain, record, { first, index });
  // All that the checksum is of.
  const content = new ByteWriter()
    // In the lowest three bits of the attributes; the others are zero.
    .int16(COMPRESSIONS.indexOf(compression))
    .int32(records.length - 1)
    .int64(first)
    .int64(most)
    .int64(BigInt(NO_PRODUCER))
    .int16(NO_PRODUCER)
    .int32(NO_PRODUCER)
    .int32(records.length)
    .raw(compressed(plain.finish(), compression))
    .finish();
  const head = 4 + 1 + 4;
  return new ByteWriter()
    .int64(0n)
    .int32(head + content.length)
    .int32(-1)
    .int8(MAGIC)
    .uint32(crc32c(content))
    .raw(content)
    .finish();
}

function writeRecord(
  to: ByteWriter,
  { timeMs, key, value }: KafkaRecord,
  { first, index }: { readonly first: bigint; readonly index: number },
): void {
  const record = new ByteWriter().int8(0).varint(timeMs - first).varint(index);
  if (key) record.varint(key.length).raw(key);
  else record.varint(-1);
  const bytes = record.varint(value.length).raw(value).varint(0).finish();
  to.varint(bytes.length).raw(bytes);
}

function compressed(bytes: Uint8Array, compression: Compression): Uint8Array {
  switch (compression) {
    case "none":
      return bytes;
    case "gzip":
      return gzipSync(bytes);
    case "snappy":
      return snappyFrames(bytes);
    case "lz4":
      return lz4Frame(bytes);
    case "zstd":
      return zstdCompressSync(bytes);
  }
}
