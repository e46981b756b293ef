/** What the probe remembers of files that are opened again and again: see ffi/probe/filter.h. */
import type { BpfMap } from "./bpf_object.ts";
import { VERDICT } from "./layout.ts";
import { Mapping, openLibc } from "./libc.ts";

/** `VERDICTS` of ffi/probe/verdict.h. */
export const VERDICTS_PER_CPU = 1024;
/** `QUESTION_NAMES_SHIFT` of ffi/probe/verdict.h. */
const NAMES_SHIFT = 28;
const PLACE_MASK = (1 << NAMES_SHIFT) - 1;

/** How many last names may be others in what a question is about; 0: it is about the file itself. */
export function namesOf(question: number): number {
  return question >>> NAMES_SHIFT;
}

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
    const place = question & PLACE_MASK;
    if (place < 1 || place > this.#places) return;
    this.#answers[((place - 1) * VERDICT.byteLength + VERDICT.answeredNs) / 8] = bootNs;
  }

  [Symbol.dispose](): void {
    this.#mapping[Symbol.dispose]();
  }
}
