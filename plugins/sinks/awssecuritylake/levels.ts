/** Levels of values as Parquet has them: runs of the same one, none of which takes more than a byte. Encodings.md, "RLE" */
import { Pieces } from "./pieces.ts";

const HIGHEST = 0xff;

export class Levels {
  readonly #runs = new Pieces();
  #count = 0;
  #level = 0;
  /** Of the run that goes on. */
  #length = 0;

  get count(): number {
    return this.#count;
  }

  add(level: number): void {
    if (level > HIGHEST) throw new Error(`levels up to ${level}`);
    if (level !== this.#level) this.#endRun();
    this.#level = level;
    this.#length++;
    this.#count++;
  }

  /** When all are there. */
  writeTo(page: Pieces): void {
    this.#endRun();
    page.int32(this.#runs.length);
    page.all(this.#runs);
  }

  #endRun(): void {
    if (this.#length === 0) return;
    this.#runs.varint(this.#length * 2);
    this.#runs.byte(this.#level);
    this.#length = 0;
  }
}
