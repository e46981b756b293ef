/** Which partition a message goes to. */
import { crc32, murmur2 } from "./checksums.ts";

export const BALANCERS = [
  "round_robin",
  "least_bytes",
  "crc32",
  "crc32_random",
  "murmur2",
  "murmur2_random",
] as const;
export type BalancerName = typeof BALANCERS[number];

/** Chooses from 0 to `count` - 1. */
export type Balancer = (
  message: { readonly key: Uint8Array | undefined; readonly size: number },
  count: number,
) => number;

/** One for each topic. Those that go by the key take an empty one for none, or any partition. */
export function newBalancer(name: BalancerName): Balancer {
  switch (name) {
    case "round_robin": {
      let next = Math.floor(Math.random() * 0x1000_0000);
      return (_, count) => next++ % count;
    }
    case "least_bytes":
      return leastBytes();
    case "crc32":
      return ({ key }, count) => crc32(key ?? EMPTY) % count;
    case "crc32_random":
      return ({ key }, count) => key ? crc32(key) % count : anyOf(count);
    case "murmur2":
      return ({ key }, count) => (murmur2(key ?? EMPTY) & 0x7fff_ffff) % count;
    case "murmur2_random":
      return ({ key }, count) => key ? (murmur2(key) & 0x7fff_ffff) % count : anyOf(count);
  }
}

const EMPTY = new Uint8Array();

function anyOf(count: number): number {
  return Math.floor(Math.random() * count);
}

function leastBytes(): Balancer {
  let bytes: number[] = [];
  return ({ size }, count) => {
    // Others from now on: what was counted says nothing of them.
    if (bytes.length !== count) bytes = Array<number>(count).fill(0);
    const least = bytes.indexOf(Math.min(...bytes));
    bytes[least]! += size;
    return least;
  };
}
