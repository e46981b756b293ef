/** Memory for a few instructions, which signal handlers are made of: no code of ours may run in one. */
import { openLibc } from "./libc.ts";

export interface CodePage {
  readonly address: bigint;
  /** What the instructions work with; as long as it was wanted, or a little longer. */
  readonly data: Uint8Array<ArrayBuffer>;
  readonly dataAddress: bigint;
}

const PAGE_BYTES = 4096;
const PROT_READ = 1, PROT_WRITE = 2, PROT_EXEC = 4;
const MAP_PRIVATE_ANONYMOUS = 0x22;
const FAILED = 0xffff_ffff_ffff_ffffn;

/**
 * A page of instructions, which then cannot be changed any more, and data behind it. It stays as long as
 * the process: a thread may be in it. `code` gets the address of the data. Absent where the kernel gives
 * no such memory; `errno` says why.
 */
export function codePage(
  dataBytes: number,
  code: (dataAddress: bigint) => Uint8Array,
): CodePage | undefined {
  const libc = openLibc();
  const size = PAGE_BYTES + Math.ceil(dataBytes / PAGE_BYTES) * PAGE_BYTES;
  const protection = PROT_READ | PROT_WRITE;
  const pages = libc.mmap(null, BigInt(size), protection, MAP_PRIVATE_ANONYMOUS, -1, 0n);
  const address = Deno.UnsafePointer.value(pages);
  if (pages === null || address === FAILED) return undefined;
  const memory = Deno.UnsafePointerView.getArrayBuffer(pages, size);
  const dataAddress = address + BigInt(PAGE_BYTES);
  new Uint8Array(memory, 0, PAGE_BYTES).set(code(dataAddress));
  if (libc.mprotect(address, BigInt(PAGE_BYTES), PROT_READ | PROT_EXEC) !== 0) return undefined;
  return { address, data: new Uint8Array(memory, PAGE_BYTES), dataAddress };
}
