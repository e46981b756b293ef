/** Texts made of code units, for long ones in which every second character may be changed. */
import { Buffer } from "node:buffer";

/** Units that become a text at once. */
const CHUNK = 4096;
const UNIT_BYTES = 2;

/** Node's buffers have had these since the beginning, and their types leave them out. */
interface Slices {
  ucs2Slice(start: number, end: number): string;
  latin1Slice(start: number, end: number): string;
}

/**
 * `replace` with a function takes 50 to 150 ns for every match, this a few for every unit: whoever
 * writes the text decides how many matches there are.
 */
export class CodeUnits {
  readonly #units: Uint16Array<ArrayBuffer>;
  #size = 0;
  /** Has every bit that one of the units has. */
  #bits = 0;
  #text = "";

  /** `length`: about how many there will be. */
  constructor(length: number) {
    this.#units = new Uint16Array(Math.max(1, Math.min(length, CHUNK)));
  }

  push(unit: number): void {
    if (this.#size === this.#units.length) this.#flush();
    this.#bits |= unit;
    this.#units[this.#size++] = unit;
  }

  append(text: string): void {
    for (let i = 0; i < text.length; i++) this.push(text.charCodeAt(i));
  }

  toString(): string {
    this.#flush();
    return this.#text;
  }

  /** `String.fromCharCode` takes ten times as long. */
  #flush(): void {
    const units = this.#units.subarray(0, this.#size);
    this.#text += this.#bits > 0xff
      ? slices(units).ucs2Slice(0, units.length * UNIT_BYTES)
      // All that is done with the text is quicker when it takes a byte for each character.
      : slices(new Uint8Array(units)).latin1Slice(0, units.length);
    this.#size = 0;
    this.#bits = 0;
  }
}

function slices({ buffer, byteOffset, byteLength }: Uint16Array | Uint8Array): Slices {
  return Buffer.from(buffer, byteOffset, byteLength) as unknown as Slices;
}
