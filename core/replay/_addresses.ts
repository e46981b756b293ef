/** Addresses and the two ends of a connection, as parameters of captures have them. */
import { addressText } from "../base/ip.ts";
import { utf8At } from "../base/mod.ts";
import type { ScapEvent } from "../scap/mod.ts";

const AF_UNIX = 1, AF_INET = 2, AF_INET6 = 10;
const MAPPED_PREFIX = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff);

/** Addresses are copies that nobody changes, 4 or 16 bytes; of IPv6 ones that stand for IPv4, those 4. */
export interface Endpoint {
  readonly address: Uint8Array;
  readonly port: number;
}

/** Who made the connection is the source. */
export type Tuple =
  | {
    readonly family: "ipv4" | "ipv6";
    readonly source: Endpoint;
    readonly destination: Endpoint;
  }
  | {
    readonly family: "unix";
    /** Addresses in the kernel. */
    readonly source: bigint;
    readonly destination: bigint;
    readonly path: string;
  }
  | { readonly family: "other"; readonly number: number };

export type Address =
  | ({ readonly family: "ipv4" | "ipv6" } & Endpoint)
  | { readonly family: "unix"; readonly path: string }
  | { readonly family: "other"; readonly number: number };

/** A parameter of the type SOCKTUPLE; absent when it is empty or cut. */
export function tupleAt(event: ScapEvent, index: number): Tuple | undefined {
  const length = event.paramLength(index);
  if (length === 0) return undefined;
  const { bytes, view } = event;
  const at = event.paramStart(index);
  const family = bytes[at]!;
  switch (family) {
    case AF_INET:
      return length < 13 ? undefined : {
        family: "ipv4",
        source: { address: ipv4(bytes, at + 1), port: view.getUint16(at + 5, true) },
        destination: { address: ipv4(bytes, at + 7), port: view.getUint16(at + 11, true) },
      };
    case AF_INET6: {
      if (length < 37) return undefined;
      const source = { address: copy(bytes, at + 1, 16), port: view.getUint16(at + 17, true) };
      const destination = {
        address: copy(bytes, at + 19, 16),
        port: view.getUint16(at + 35, true),
      };
      // Both or neither: a mixed pair is none that exists.
      if (!isMapped(source.address) || !isMapped(destination.address)) {
        return { family: "ipv6", source, destination };
      }
      return { family: "ipv4", source: unmapped(source), destination: unmapped(destination) };
    }
    case AF_UNIX:
      if (length < 18 || bytes[at + length - 1] !== 0) return undefined;
      return {
        family: "unix",
        source: view.getBigUint64(at + 1, true),
        destination: view.getBigUint64(at + 9, true),
        path: cText(event, at + 17, at + length),
      };
    default:
      return { family: "other", number: family };
  }
}

/** A parameter of the type SOCKADDR; absent when it is empty or cut. */
export function addressAt(event: ScapEvent, index: number): Address | undefined {
  const length = event.paramLength(index);
  if (length === 0) return undefined;
  const { bytes, view } = event;
  const at = event.paramStart(index);
  const family = bytes[at]!;
  switch (family) {
    case AF_INET:
      return length < 7 ? undefined : {
        family: "ipv4",
        address: ipv4(bytes, at + 1),
        port: view.getUint16(at + 5, true),
      };
    case AF_INET6:
      return length < 19 ? undefined : {
        family: "ipv6",
        address: copy(bytes, at + 1, 16),
        port: view.getUint16(at + 17, true),
      };
    case AF_UNIX:
      if (length < 2 || bytes[at + length - 1] !== 0) return undefined;
      return { family: "unix", path: cText(event, at + 1, at + length) };
    default:
      return { family: "other", number: family };
  }
}

/** `10.0.0.1:33060->10.0.0.2:443`, `ffff888a->ffff888b /run/socket`. */
export function tupleText(tuple: Tuple): string {
  switch (tuple.family) {
    case "ipv4":
    case "ipv6":
      return `${endText(tuple.source)}->${endText(tuple.destination)}`;
    case "unix":
      // Live capture of falcod tells no addresses in the kernel.
      if (tuple.source === 0n && tuple.destination === 0n) return tuple.path;
      return `${tuple.source.toString(16)}->${tuple.destination.toString(16)} ${tuple.path}`;
    case "other":
      return `family ${tuple.number}`;
  }
}

export function addressTextOf(address: Address): string {
  switch (address.family) {
    case "ipv4":
    case "ipv6":
      return endText(address);
    case "unix":
      return address.path;
    case "other":
      return `family ${address.number}`;
  }
}

export function endText({ address, port }: Endpoint): string {
  return `${addressText(address)}:${port}`;
}

/** Whether it stands for one of IPv4; as in Falco, "any address" does. */
export function isMapped(address: Uint8Array): boolean {
  if (address.length !== 16) return false;
  return MAPPED_PREFIX.every((byte, i) => address[i] === byte) || isUnspecified(address);
}

export function unmapped({ address, port }: Endpoint): Endpoint {
  return { address: address.slice(12), port };
}

export function isUnspecified(address: Uint8Array): boolean {
  for (let i = 0; i < address.length; i++) if (address[i] !== 0) return false;
  return true;
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** The same few come again and again. */
const ipv4Addresses = new Map<number, Uint8Array>();
const MAX_ADDRESSES = 4096;

function ipv4(bytes: Uint8Array, at: number): Uint8Array {
  const key = bytes[at]! << 24 | bytes[at + 1]! << 16 | bytes[at + 2]! << 8 | bytes[at + 3]!;
  let address = ipv4Addresses.get(key);
  if (address !== undefined) return address;
  if (ipv4Addresses.size >= MAX_ADDRESSES) ipv4Addresses.clear();
  ipv4Addresses.set(key, address = copy(bytes, at, 4));
  return address;
}

function copy(bytes: Uint8Array, at: number, length: number): Uint8Array {
  // Not slice(): of a Buffer it makes another one, which takes ten times as long.
  const made = new Uint8Array(length);
  for (let i = 0; i < length; i++) made[i] = bytes[at + i]!;
  return made;
}

function cText(event: ScapEvent, start: number, end: number): string {
  const nul = event.bytes.indexOf(0, start);
  return utf8At(event.bytes, start, nul >= 0 && nul < end ? nul : end);
}
