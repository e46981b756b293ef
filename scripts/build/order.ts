/** What the stub is told: `struct order` of stub.c, which says what is what. */

export interface Order {
  /** Where the order itself will be; this and what follows as addresses in the file. */
  readonly address: number;
  readonly entry: number;
  readonly segments: number;
  readonly segmentCount: number;
  /** Path of the dynamic loader. */
  readonly loader: string;
  /** Come between the name of the program and its arguments. */
  readonly args: readonly string[];
  /** Variables for the environment, `NAME=VALUE`. */
  readonly added: readonly string[];
  /** Beginnings of variables that Deno must not see. */
  readonly hidden: readonly string[];
}

const MAGIC = 0x31544f4344434c46n;
const HEAD_WORDS = 6 + 4 * 2;

/** The bytes that follow the code of the stub. */
export function encodeOrder(order: Order): Uint8Array<ArrayBuffer> {
  const lists = [[order.loader], order.args, order.added, order.hidden];
  const places: { offset: number; count: number }[] = [];
  const encoder = new TextEncoder();
  const texts: Uint8Array[] = [];
  let size = HEAD_WORDS * 8;
  for (const list of lists) {
    places.push({ offset: size, count: list.length });
    for (const text of list) {
      if (text.includes("\0")) throw new Error("a text for the stub has a NUL in it");
      const bytes = encoder.encode(`${text}\0`);
      texts.push(bytes);
      size += bytes.length;
    }
  }
  const result = new Uint8Array(size);
  const words = [
    size,
    order.address,
    order.entry,
    order.segments,
    order.segmentCount,
    ...places.flatMap(({ offset, count }) => [offset, count]),
  ];
  const view = new DataView(result.buffer);
  view.setBigUint64(0, MAGIC, true);
  words.forEach((word, index) => view.setBigUint64(8 + 8 * index, BigInt(word), true));
  let at = HEAD_WORDS * 8;
  for (const bytes of texts) {
    result.set(bytes, at);
    at += bytes.length;
  }
  return result;
}
