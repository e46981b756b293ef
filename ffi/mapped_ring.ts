/** A ring buffer map of the kernel's, in this process's memory. */
import type { BpfMap } from "./bpf_object.ts";
import { Mapping, openLibc } from "./libc.ts";
import { RingReader } from "./ring.ts";

/**
 * The longest record is of an exec, some 150 KB. Mapped pages count as this process's memory, so that the
 * data is not mapped twice as a whole.
 */
const OVERLAP_BYTES = 256 << 10;

/**
 * Keeps a ring's pages mapped until disposed; `reader` must not be used after that.
 *
 *   page 0: consumer position (ours, writable) | page 1: producer position | data | start of data again
 */
export class MappedRing implements Disposable {
  readonly reader: RingReader;
  readonly #mappings: DisposableStack;

  constructor(map: BpfMap) {
    using mappings = new DisposableStack();
    const pageBytes = openLibc().getpagesize();
    const overlapBytes = Math.min(OVERLAP_BYTES, map.maxEntries);
    const what = `ring "${map.name}"`;
    const consumer = mappings.use(
      new Mapping(map.fileDescriptor, what, { offset: 0, sizeBytes: pageBytes, access: "write" }),
    );
    const shared = mappings.use(
      new Mapping(map.fileDescriptor, what, {
        offset: pageBytes,
        sizeBytes: pageBytes + map.maxEntries + overlapBytes,
        access: "read",
      }),
    );
    this.reader = new RingReader({
      consumer: new BigUint64Array(consumer.buffer, 0, 1),
      producer: new BigUint64Array(shared.buffer, 0, 1),
      buffer: shared.buffer,
      dataOffset: pageBytes,
      sizeBytes: map.maxEntries,
      overlapBytes,
    });
    this.#mappings = mappings.move();
  }

  [Symbol.dispose](): void {
    this.#mappings.dispose();
  }
}
