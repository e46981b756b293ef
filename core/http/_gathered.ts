/** Pieces as a whole. */

const NONE = new Uint8Array(0);

/** Not a list of them: somebody may send millions of a byte each. */
export class Gathered {
  #bytes = NONE;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Copies the piece. */
  add(piece: Uint8Array): void {
    const size = this.#size + piece.length;
    if (size > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(2 * this.#bytes.length, size));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes.set(piece, this.#size);
    this.#size = size;
  }

  /** The beginning, at most so many bytes. */
  upTo(most: number): Uint8Array<ArrayBuffer> {
    const size = Math.min(this.#size, most);
    return size === this.#bytes.length ? this.#bytes : this.#bytes.slice(0, size);
  }
}
