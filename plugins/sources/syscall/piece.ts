/** What the arguments of a system call point to, as values. */
import type { ParamValue } from "../../../core/mod.ts";
import type { RingMemory } from "../../../ffi/mod.ts";
import { freshTextAt } from "./memory.ts";

/** Some bytes in a record; they begin at a multiple of 8, and are the ring's. */
export interface Piece {
  readonly memory: RingMemory;
  readonly at: number;
  readonly bytes: number;
  /** A text that could not be read where the program had it: it is not empty. */
  readonly isUnreadable?: boolean;
}

const NS_PER_SECOND = 1_000_000_000n;

/** A copy of the bytes from `skip` on; absent when there are none, as upstream has it. */
export function bytesOf({ memory, at, bytes }: Piece, skip = 0): Uint8Array | undefined {
  return bytes > skip ? memory.u8.slice(at + skip, at + bytes) : undefined;
}

export function textOf({ memory, at, bytes }: Piece): string {
  return freshTextAt(memory, at, bytes);
}

/** The number `index` of 32 bits each; 0 where the piece ends before. */
export function uintOf({ memory, at, bytes }: Piece, index = 0): number {
  return bytes >= index * 4 + 4 ? memory.u32[(at >> 2) + index]! : 0;
}

export function intOf(piece: Piece, index = 0): number {
  return uintOf(piece, index) | 0;
}

/** The number `index` of 64 bits each; 0 where the piece ends before. */
export function wideOf({ memory, at, bytes }: Piece, index = 0): bigint {
  return bytes >= index * 8 + 8 ? memory.u64[(at >> 3) + index]! : 0n;
}

export function ushortOf({ memory, at, bytes }: Piece, index: number): number {
  return bytes >= index * 2 + 2 ? memory.u16[(at >> 1) + index]! : 0;
}

/** Numbers that 32-bit programs have half as wide: `struct timespec`, `struct rlimit`. */
export function longOf(piece: Piece, index: number, compat: boolean): bigint {
  return compat ? BigInt(uintOf(piece, index)) : wideOf(piece, index);
}

/** `struct timespec` as nanoseconds. */
export function timespecOf(piece: Piece, compat: boolean): bigint {
  const ns = longOf(piece, 0, compat) * NS_PER_SECOND + longOf(piece, 1, compat);
  return BigInt.asUintN(64, ns);
}

/** `struct timeval` as nanoseconds. */
export function timevalOf(piece: Piece): bigint {
  const ns = wideOf(piece, 0) * NS_PER_SECOND + wideOf(piece, 1) * 1000n;
  return BigInt.asUintN(64, ns);
}

/** Each descriptor of `struct pollfd[]` with what happened on it. */
export function polledOf(
  { memory, at, bytes }: Piece,
  encode: (events: number) => number,
): ParamValue {
  const polled = Array.from({ length: bytes >> 3 }, (_, index) => ({
    number: memory.i32[(at >> 2) + index * 2]!,
    events: encode(memory.u16[(at >> 1) + index * 4 + 3]!),
  }));
  return { polled };
}
