/**
 * System calls that count for one thread, done by every thread of the process.
 *
 * What a thread may do is its own affair in Linux, and most threads of the runtime never run a line of
 * ours. The C library does such a call on all of them where POSIX asks for it (setuid) and for no other;
 * libpsx, which does any, is not everywhere. It does what is done here: send each thread a signal whose
 * handler makes the calls. No code of ours may run in a handler, so it is a few instructions that do
 * nothing but go through a table.
 */
import { codePage } from "../code_page.ts";
import { errno, errorText, openLibc } from "../libc.ts";
import { NativeError } from "../native_error.ts";

/** By its number on x86-64; at most five arguments. */
export interface SystemCall {
  readonly number: number;
  readonly args: readonly (number | bigint)[];
}

/** The last signal there is: nobody uses it. signal(7) */
const SIGNAL = 64;
const SIG_IGN = 1n;
const SA_ONSTACK = 0x08000000, SA_RESTART = 0x10000000;
/** struct sigaction of glibc: handler | mask | flags | restorer. */
const ACTION_BYTES = 152, MASK_AT = 8, FLAGS_AT = 136;

const PAGE_BYTES = 4096;

/**
 * For each entry of the table: rax, rdi, rsi, rdx, r10 and r8 are loaded, syscall; ends with the first
 * entry whose number is negative. The table's address goes into the eight zeros.
 */
const HANDLER = Uint8Array.of(
  ...[0x53], // push rbx
  ...[0x48, 0xbb, 0, 0, 0, 0, 0, 0, 0, 0], // mov rbx, table
  ...[0x48, 0x8b, 0x03], // next: mov rax, [rbx]
  ...[0x48, 0x85, 0xc0], // test rax, rax
  ...[0x78, 0x1c], // js done
  ...[0x48, 0x8b, 0x7b, 0x08], // mov rdi, [rbx + 8]
  ...[0x48, 0x8b, 0x73, 0x10], // mov rsi, [rbx + 16]
  ...[0x48, 0x8b, 0x53, 0x18], // mov rdx, [rbx + 24]
  ...[0x4c, 0x8b, 0x53, 0x20], // mov r10, [rbx + 32]
  ...[0x4c, 0x8b, 0x43, 0x28], // mov r8, [rbx + 40]
  ...[0x0f, 0x05], // syscall
  ...[0x48, 0x83, 0xc3, 0x30], // add rbx, 48
  ...[0xeb, 0xdc], // jmp next
  ...[0x5b], // done: pop rbx
  ...[0xc3], // ret
);
const TABLE_ADDRESS_AT = 3, WORDS_PER_CALL = 6;
/** Entries of the table and the end; what calls point to lies behind. */
const MAX_CALLS = 64, DATA_BYTES = 512, DATA_AT = PAGE_BYTES - DATA_BYTES;

const MAX_ROUNDS = 200, ROUND_MS = 5;

/** Whether this machine's processor can be told so. */
export const canReachThreads = Deno.build.os === "linux" && Deno.build.arch === "x86_64";

/**
 * Does the calls on all threads for which `isDone` is not true yet, again and again until there is none;
 * false when some would not. `data` lies where `calls` is told, at most 512 bytes of it.
 */
export async function onEveryThread(
  { calls, data }: {
    readonly calls: (dataAddress: bigint) => readonly SystemCall[];
    readonly data: Uint8Array;
  },
  unfinished: () => readonly number[],
): Promise<boolean> {
  const libc = openLibc();
  if (data.length > DATA_BYTES) throw new Error("too much data for the page");
  const page = codePage(PAGE_BYTES, handlerFor);
  if (!page) throw failed("get memory for a handler");
  page.data.set(data, DATA_AT);
  writeTable(page.data, calls(page.dataAddress + BigInt(DATA_AT)));
  const action = new DataView(new ArrayBuffer(ACTION_BYTES));
  action.setBigUint64(0, page.address, true);
  // Others wait: what stack there is for signals is small.
  new Uint8Array(action.buffer).fill(0xff, MASK_AT, FLAGS_AT);
  action.setInt32(FLAGS_AT, SA_ONSTACK | SA_RESTART, true);
  if (libc.sigaction(SIGNAL, new Uint8Array(action.buffer), null) !== 0) {
    throw failed("be signalled");
  }
  let rest = unfinished();
  for (let round = 0; rest.length > 0 && round < MAX_ROUNDS; round++) {
    for (const threadId of rest) libc.tgkill(Deno.pid, threadId, SIGNAL);
    await new Promise((resolve) => setTimeout(resolve, ROUND_MS));
    rest = unfinished();
  }
  // One that is still on its way must not end the process. The page stays: a thread may be in it.
  action.setBigUint64(0, SIG_IGN, true);
  libc.sigaction(SIGNAL, new Uint8Array(action.buffer), null);
  return rest.length === 0;
}

function handlerFor(table: bigint): Uint8Array {
  const handler = HANDLER.slice();
  new DataView(handler.buffer).setBigUint64(TABLE_ADDRESS_AT, table, true);
  return handler;
}

function writeTable(page: Uint8Array, calls: readonly SystemCall[]): void {
  if (calls.length > MAX_CALLS) throw new Error("too many calls for a page");
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  const word = (index: number, value: number | bigint) =>
    view.setBigInt64(index * 8, BigInt.asIntN(64, BigInt(value)), true);
  for (const [index, { number, args }] of calls.entries()) {
    word(index * WORDS_PER_CALL, number);
    for (const [place, value] of args.entries()) word(index * WORDS_PER_CALL + 1 + place, value);
  }
  word(calls.length * WORDS_PER_CALL, -1);
}

function failed(what: string): NativeError {
  return new NativeError("no-permission", `Cannot ${what}: ${errorText(errno())}`, {
    help: "privileges.drop: false leaves the process as it is",
  });
}
