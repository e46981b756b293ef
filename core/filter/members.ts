/** Constant lists as sets that are asked per event. */
import type { Network } from "../base/ip.ts";
import type { FieldScalar } from "../field/mod.ts";
import type { Constant, Family } from "./family.ts";
import { TextSieve } from "./text_sieve.ts";

export interface Members {
  has(value: FieldScalar): boolean;
}

/** The set of `constants`, all of one family. */
export function membersOf(family: Family, constants: readonly Constant[]): Members {
  switch (family) {
    case "text":
      return new Texts(constants as readonly string[]);
    case "truth":
      return new Set(constants as readonly FieldScalar[]);
    case "number":
      return new Numbers(constants as readonly (number | bigint)[]);
    case "bytes":
    case "address":
      return new ByteStrings(constants as readonly Uint8Array[]);
    case "network":
      return new Networks(constants as readonly Network[]);
    case "opaque":
      throw new Error("opaque values have no constants");
    default:
      return family satisfies never;
  }
}

class Texts implements Members {
  readonly #values: ReadonlySet<string>;
  readonly #sieve = new TextSieve();

  constructor(values: readonly string[]) {
    this.#values = new Set(values);
    for (const value of values) this.#sieve.add(value);
  }

  has(value: FieldScalar): boolean {
    return this.#sieve.mayHave(value as string) && this.#values.has(value as string);
  }
}

/** 5 and 5n are the same member. */
class Numbers implements Members {
  readonly #values: ReadonlySet<number | bigint>;

  constructor(values: readonly (number | bigint)[]) {
    this.#values = new Set(values.map(plain));
  }

  has(value: FieldScalar): boolean {
    return this.#values.has(plain(value as number | bigint));
  }
}

/** A number wherever one is exact. */
function plain(value: number | bigint): number | bigint {
  if (typeof value === "number") return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

class ByteStrings implements Members {
  readonly #values: ReadonlySet<string>;

  constructor(values: readonly Uint8Array[]) {
    this.#values = new Set(values.map(keyOf));
  }

  has(value: FieldScalar): boolean {
    return this.#values.has(keyOf(value as Uint8Array));
  }
}

/** One character a byte. */
function keyOf(bytes: Uint8Array): string {
  let key = "";
  for (let i = 0; i < bytes.length; i++) key += String.fromCharCode(bytes[i]!);
  return key;
}

/** Networks by the length of their prefix: there are few lengths, however many networks. */
class Networks implements Members {
  readonly #groups: readonly { readonly prefix: number; readonly heads: ReadonlySet<string> }[];

  constructor(networks: readonly Network[]) {
    const groups = Map.groupBy(networks, ({ prefix }) => prefix);
    this.#groups = [...groups].map(([prefix, group]) => ({
      prefix,
      heads: new Set(group.map(({ address }) => headOf(address, prefix))),
    }));
  }

  has(value: FieldScalar): boolean {
    for (const { prefix, heads } of this.#groups) {
      if (heads.has(headOf(value as Uint8Array, prefix))) return true;
    }
    return false;
  }
}

/** The first bits of an address as a key, with the family: a character for each byte. */
function headOf(address: Uint8Array, prefix: number): string {
  let key = address.length === 4 ? "4" : "6";
  const whole = Math.min(prefix >> 3, address.length);
  for (let i = 0; i < whole; i++) key += String.fromCharCode(address[i]!);
  const rest = prefix & 7;
  if (rest > 0 && whole < address.length) key += String.fromCharCode(address[whole]! >> (8 - rest));
  return key;
}
