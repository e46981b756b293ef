/** Which of many prefixes a text starts with, in one walk along the text. */

interface Node {
  /** By character code. */
  readonly next: Map<number, Node>;
  /** What was added with the prefix that ends here. */
  readonly here: number[];
}

export class PrefixTree {
  readonly #root: Node = { next: new Map(), here: [] };

  add(prefix: string, mark: number): void {
    let node = this.#root;
    for (let i = 0; i < prefix.length; i++) {
      const code = prefix.charCodeAt(i);
      let next = node.next.get(code);
      if (next === undefined) node.next.set(code, next = { next: new Map(), here: [] });
      node = next;
    }
    node.here.push(mark);
  }

  /** Appends the marks of all prefixes of the text to `found`, shorter prefixes first. */
  collect(text: string, found: number[]): void {
    let node: Node | undefined = this.#root;
    for (let i = 0; node !== undefined; i++) {
      for (const mark of node.here) found.push(mark);
      if (i === text.length) return;
      node = node.next.get(text.charCodeAt(i));
    }
  }
}
