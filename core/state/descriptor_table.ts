/** The descriptors of one process, for sources that follow them. */
/** Numbers below have a slot of their own; a process rarely has others. */
const SLOTS = 1024;
/** Open at once; Linux allows no more than 2^20 unless told otherwise. */
const CAPACITY = 65_536;
/** About what a place takes for itself. */
const SLOT_BYTES = 8, ENTRY_BYTES = 50;
const LARGEST_NUMBER = 0x7fffffff;

/**
 * Descriptors by number. What is in it never changes (another object takes its place), so a fork costs
 * nothing: both tables share what they have until one of them changes it.
 */
export class DescriptorTable<D extends object> {
  #slots: (D | undefined)[] = [];
  #others: Map<number, D> | undefined;
  #isShared = false;
  #size = 0;
  /** Descriptors that were not kept because the table was full. */
  notKept = 0;

  get size(): number {
    return this.#size;
  }

  get(number: number): D | undefined {
    return number >= 0 && number < SLOTS ? this.#slots[number] : this.#others?.get(number);
  }

  /** How many places that are for nothing yet `set` would make. */
  slotsFor(number: number): number {
    return number < SLOTS ? Math.max(0, number + 1 - this.#slots.length) : 1;
  }

  set(number: number, descriptor: D): void {
    if (this.get(number) === undefined) {
      if (!isNumber(number)) return;
      if (this.#size >= CAPACITY) {
        this.notKept++;
        return;
      }
      this.#size++;
    }
    if (this.#isShared) this.#own();
    if (number < SLOTS) {
      const slots = this.#slots;
      // Without holes, so that it stays a plain array.
      while (slots.length < number) slots.push(undefined);
      slots[number] = descriptor;
    } else (this.#others ??= new Map()).set(number, descriptor);
  }

  delete(number: number): void {
    if (this.get(number) === undefined) return;
    if (this.#isShared) this.#own();
    this.#size--;
    if (number < SLOTS) this.#slots[number] = undefined;
    else this.#others!.delete(number);
  }

  /** Keeps only what `isKept` says yes to. */
  retain(isKept: (descriptor: D, number: number) => boolean): void {
    for (let number = 0; number < this.#slots.length; number++) {
      const descriptor = this.#slots[number];
      if (descriptor !== undefined && !isKept(descriptor, number)) this.delete(number);
    }
    if (this.#others === undefined) return;
    for (const [number, descriptor] of [...this.#others]) {
      if (!isKept(descriptor, number)) this.delete(number);
    }
  }

  /** About bytes that a fork of it takes once it is changed. */
  get forkBytes(): number {
    return SLOT_BYTES * this.#slots.length + ENTRY_BYTES * (this.#others?.size ?? 0);
  }

  /**
   * About bytes; what is in `seen` counts elsewhere, and what was counted comes to be in it: what tables
   * share, and descriptors, of which `bytesOf` tells how much they take.
   */
  measure(seen: Set<unknown>, bytesOf: (descriptor: D, seen: Set<unknown>) => number): number {
    let bytes = 0;
    const add = (descriptor: D | undefined) => {
      if (descriptor === undefined || seen.has(descriptor)) return;
      seen.add(descriptor);
      bytes += bytesOf(descriptor, seen);
    };
    if (!seen.has(this.#slots)) {
      seen.add(this.#slots);
      bytes += SLOT_BYTES * this.#slots.length;
      for (const descriptor of this.#slots) add(descriptor);
    }
    if (this.#others === undefined || seen.has(this.#others)) return bytes;
    seen.add(this.#others);
    bytes += ENTRY_BYTES * this.#others.size;
    for (const descriptor of this.#others.values()) add(descriptor);
    return bytes;
  }

  /** A table with the same content. */
  fork(): DescriptorTable<D> {
    const copy = new DescriptorTable<D>();
    copy.#slots = this.#slots;
    copy.#others = this.#others;
    copy.#size = this.#size;
    copy.#isShared = this.#isShared = true;
    return copy;
  }

  *entries(): Generator<readonly [number, D], void, void> {
    for (let number = 0; number < this.#slots.length; number++) {
      const descriptor = this.#slots[number];
      if (descriptor) yield [number, descriptor];
    }
    if (this.#others) yield* this.#others;
  }

  *[Symbol.iterator](): Generator<D, void, void> {
    for (const [, descriptor] of this.entries()) yield descriptor;
  }

  #own(): void {
    this.#slots = this.#slots.slice();
    this.#others = this.#others && new Map(this.#others);
    this.#isShared = false;
  }
}

function isNumber(number: number): boolean {
  return Number.isInteger(number) && number >= 0 && number <= LARGEST_NUMBER;
}
