/** Texts made of code units, for long ones in which every second character may be changed. */

/** Units that become a text at once. */
const CHUNK = 4096;

/**
 * `replace` with a function takes 50 to 150 ns for every match, this a few for every unit: whoever
 * writes the text decides how many matches there are.
 */
export class CodeUnits {
  readonly #units: Uint16Array;
  #size = 0;
  #text = "";

  /** `length`: about how many there will be. */
  constructor(length: number) {
    this.#units = new Uint16Array(Math.max(1, Math.min(length, CHUNK)));
  }

  push(unit: number): void {
    if (this.#size === this.#units.length) this.#flush();
    this.#units[this.#size++] = unit;
  }

  append(text: string): void {
    for (let i = 0; i < text.length; i++) this.push(text.charCodeAt(i));
  }

  toString(): string {
    this.#flush();
    return this.#text;
  }

  #flush(): void {
    // Spread, a typed array is asked for one unit after the other: that takes ten times as long.
    this.#text += Reflect.apply(
      String.fromCharCode,
      undefined,
      this.#units.subarray(0, this.#size),
    );
    this.#size = 0;
  }
}
