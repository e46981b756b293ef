/** Many sequences of bytes in one tree, as tables: a step is one look into an array. */

/** Stands behind the last byte of a text. */
export const END = 256;

export class ByteTree {
  /** By node, then by symbol: the nodes that follow; only while sequences are added. */
  readonly #children: Map<number, number>[] = [new Map()];
  readonly #marks: number[] = [0];

  /** Marks where the sequence ends; marks add up. */
  add(symbols: Iterable<number>, mark: number): void {
    let node = 0;
    for (const symbol of symbols) {
      let next = this.#children[node]!.get(symbol);
      if (next === undefined) {
        next = this.#children.push(new Map()) - 1;
        this.#marks.push(0);
        this.#children[node]!.set(symbol, next);
      }
      node = next;
    }
    this.#marks[node]! |= mark;
  }

  get size(): number {
    return this.#children.length;
  }

  /** For walks from the beginning of a text: 0 is where no sequence goes on. */
  tables(): ByteTables {
    const tables = new ByteTables(this.#children, this.#marks);
    for (const [node, children] of this.#children.entries()) {
      for (const [symbol, next] of children) tables.set(node, symbol, next);
    }
    return tables;
  }

  /**
   * For walks that find sequences anywhere in a text: each step leads to the longest beginning of a
   * sequence that the text ends with so far, whose marks include those of all sequences that do.
   */
  automaton(): ByteTables {
    const tables = new ByteTables(this.#children, [...this.#marks]);
    const shorter = new Array<number>(this.size).fill(0);
    const queue = [0];
    for (const node of queue) {
      // Where no sequence goes on from here, a shorter one may: its row is complete.
      tables.copy(shorter[node]!, node);
      for (const [symbol, next] of this.#children[node]!) {
        const otherwise = tables.after(node, symbol);
        shorter[next] = otherwise;
        tables.marks[next]! |= tables.marks[otherwise]!;
        tables.set(node, symbol, next);
        queue.push(next);
      }
    }
    return tables;
  }
}

/** Columns are symbols that some sequence has, by `column`; 0 is all others, and leads to node 0. */
export class ByteTables {
  /** By symbol, with `END`. */
  readonly column = new Uint16Array(END + 1);
  readonly columns: number;
  /** By node and column. */
  readonly next: Uint16Array;
  /** By node. */
  readonly marks: Uint8Array;

  constructor(children: readonly ReadonlyMap<number, number>[], marks: readonly number[]) {
    let columns = 1;
    for (const symbols of children) {
      for (const symbol of symbols.keys()) {
        if (this.column[symbol] === 0) this.column[symbol] = columns++;
      }
    }
    this.columns = columns;
    this.next = new Uint16Array(children.length * columns);
    this.marks = Uint8Array.from(marks);
  }

  after(node: number, symbol: number): number {
    return this.next[node * this.columns + this.column[symbol]!]!;
  }

  set(node: number, symbol: number, next: number): void {
    this.next[node * this.columns + this.column[symbol]!] = next;
  }

  /** Has all symbols lead from one node to where they lead from another. */
  copy(from: number, to: number): void {
    const { next, columns } = this;
    next.copyWithin(to * columns, from * columns, (from + 1) * columns);
  }
}
