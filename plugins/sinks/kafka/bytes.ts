/** Numbers and texts as Kafka writes them: big-endian, and variable lengths in records. */
import { encodeUtf8 } from "../../../core/mod.ts";

/** The bytes are no answer of a broker. */
export class KafkaFormatError extends Error {
  override readonly name = "KafkaFormatError";
}

const decoder = new TextDecoder();

export class ByteWriter {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(256);
  #view = new DataView(this.#bytes.buffer);
  #size = 0;

  int8(value: number): this {
    const at = this.#advance(1);
    this.#view.setInt8(at, value);
    return this;
  }

  int16(value: number): this {
    const at = this.#advance(2);
    this.#view.setInt16(at, value);
    return this;
  }

  int32(value: number): this {
    const at = this.#advance(4);
    this.#view.setInt32(at, value);
    return this;
  }

  uint32(value: number): this {
    const at = this.#advance(4);
    this.#view.setUint32(at, value);
    return this;
  }

  int64(value: bigint): this {
    const at = this.#advance(8);
    this.#view.setBigInt64(at, value);
    return this;
  }

  /** Zigzag: what is near zero is short, on both sides of it. */
  varint(value: number | bigint): this {
    const wide = BigInt(value);
    let rest = BigInt.asUintN(64, (wide << 1n) ^ (wide >> 63n));
    for (; rest >= 0x80n; rest >>= 7n) this.int8(Number(rest & 0x7fn) - 0x80);
    return this.int8(Number(rest));
  }

  /** Absent: Kafka's null. */
  text(value: string | undefined): this {
    if (value === undefined) return this.int16(-1);
    const bytes = encodeUtf8(value);
    return this.int16(bytes.length).raw(bytes);
  }

  bytes(value: Uint8Array): this {
    return this.int32(value.length).raw(value);
  }

  raw(value: Uint8Array): this {
    const at = this.#advance(value.length);
    this.#bytes.set(value, at);
    return this;
  }

  list<Item>(items: readonly Item[], write: (item: Item) => void): this {
    this.int32(items.length);
    for (const item of items) write(item);
    return this;
  }

  /** What was written; the writer is done. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#size);
  }

  #advance(length: number): number {
    const at = this.#size;
    this.#size += length;
    if (this.#size > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.#size));
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return at;
  }
}

/** Throws `KafkaFormatError` where the bytes end too soon. */
export class ByteReader {
  readonly #view: DataView;
  #at = 0;

  constructor(readonly bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  int8(): number {
    return this.#view.getInt8(this.#take(1));
  }

  int16(): number {
    return this.#view.getInt16(this.#take(2));
  }

  int32(): number {
    return this.#view.getInt32(this.#take(4));
  }

  int64(): bigint {
    return this.#view.getBigInt64(this.#take(8));
  }

  /** Kafka's null is absent. */
  text(): string | undefined {
    const length = this.int16();
    return length < 0 ? undefined : decoder.decode(this.#part(length));
  }

  byteText(): Uint8Array {
    const length = this.int32();
    return length < 0 ? new Uint8Array() : this.#part(length);
  }

  list<Item>(read: () => Item): Item[] {
    const count = this.int32();
    // Each has a byte at least, so that nobody makes room for more than there is.
    if (count > this.bytes.length - this.#at) throw new KafkaFormatError("a list has no end");
    const items: Item[] = [];
    for (let index = 0; index < count; index++) items.push(read());
    return items;
  }

  #part(length: number): Uint8Array {
    const at = this.#take(length);
    return this.bytes.subarray(at, at + length);
  }

  #take(length: number): number {
    const at = this.#at;
    if (length > this.bytes.length - at) throw new KafkaFormatError("an answer ends too soon");
    this.#at += length;
    return at;
  }
}
