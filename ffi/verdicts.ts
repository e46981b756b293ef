/** What the probe remembers of files that are opened again and again: see ffi/probe/filter.h. */
import type { BpfMap } from "./bpf_object.ts";
import { VERDICT } from "./layout.ts";
import { Mapping, openLibc } from "./libc.ts";

/** `VERDICTS` of ffi/probe/filter.h. */
export const VERDICTS_PER_CPU = 1024;

/**
 * Answers to the probe's questions, written into its memory until disposed; not to be used after that.
 *
 * An answer is the time of the record that asked. The probe may have given the place to another file
 * meanwhile; then the times differ and the answer says nothing.
 */
export class Verdicts implements Disposable {
  readonly #mapping: Mapping;
  readonly #answers: BigUint64Array<ArrayBuffer>;
  readonly #places: number;

  /** `map` holds `struct verdict`. */
  constructor(map: BpfMap) {
    const pageBytes = openLibc().getpagesize();
    this.#places = map.maxEntries;
    this.#mapping = new Mapping(map.fileDescriptor, "the probe's verdicts", {
      offset: 0,
      sizeBytes: Math.ceil(map.maxEntries * VERDICT.byteLength / pageBytes) * pageBytes,
      access: "write",
    });
    this.#answers = new BigUint64Array(this.#mapping.buffer);
  }

  /** No rule can match what the record was about that asked `question`, made at `bootNs`. */
  leaveOut(question: number, bootNs: bigint): void {
    if (question < 1 || question > this.#places) return;
    this.#answers[((question - 1) * VERDICT.byteLength + VERDICT.answeredNs) / 8] = bootNs;
  }

  [Symbol.dispose](): void {
    this.#mapping[Symbol.dispose]();
  }
}
