/**
 * Which library was at work when falcod crashed.
 *
 * A crash in a library is one of falcod. Of a process that is gone nobody can ask where it was, and the
 * handler of a signal must not run code of ours. So what is being called is noted in memory, and the
 * handler is a few instructions that write that note to the standard error, and go on to what would have
 * happened without them: the kernel's end of the process, with its dump, or the handler that was there.
 *
 *     data:  0 u32 call on this thread | 4 u32 calls on others | 8 u32 this thread
 *           16 u64 for each signal: the handler that was there, or 0
 *          128 a struct sigaction of the kernel's, of zeros: the signal's default
 *          256 texts, each behind its length (u32); those above are offsets of texts
 *
 * Only for x86-64; elsewhere nothing is noted.
 */
import { type CodePage, codePage } from "../code_page.ts";
import { openLibc } from "../libc.ts";

const CALL = 0, CALLS_ELSEWHERE = 1, THREAD = 2;
const HANDLERS_AT = 16, TEXTS_AT = 256, DATA_BYTES = 64 << 10;
const MAX_TEXT_BYTES = 500, MAX_LIST_BYTES = 4000;

/** SIGILL, SIGABRT, SIGBUS, SIGFPE, SIGSEGV */
const SIGNALS = [4, 6, 7, 8, 11];
const SIG_IGN = 1n;
const SA_SIGINFO = 4, SA_ONSTACK = 0x08000000;
/** struct sigaction of glibc: handler at 0, flags behind the mask. */
const ACTION_BYTES = 152, FLAGS_AT = 136;
const SYS_GETTID = 186n;

/** The address of the data goes into the eight zeros. A handler has its signal's number in rdi. */
const HANDLER = Uint8Array.of(
  ...[0x53, 0x57, 0x56, 0x52], // push rbx, rdi, rsi, rdx
  ...[0x48, 0xbb, 0, 0, 0, 0, 0, 0, 0, 0], // mov rbx, data
  ...[0xb8, 0xba, 0, 0, 0], // mov eax, gettid
  ...[0x0f, 0x05], // syscall
  ...[0x8b, 0x0b], // mov ecx, [rbx]
  ...[0x3b, 0x43, 0x08], // cmp eax, [rbx + 8]
  ...[0x74, 0x03], // je have
  ...[0x8b, 0x4b, 0x04], // mov ecx, [rbx + 4]
  ...[0x85, 0xc9], // have: test ecx, ecx
  ...[0x74, 0x13], // jz on
  ...[0x48, 0x8d, 0x34, 0x0b], // lea rsi, [rbx + rcx]
  ...[0x8b, 0x56, 0xfc], // mov edx, [rsi - 4]
  ...[0xbf, 2, 0, 0, 0], // mov edi, 2
  ...[0xb8, 1, 0, 0, 0], // mov eax, write
  ...[0x0f, 0x05], // syscall
  ...[0x5a, 0x5e, 0x5f], // on: pop rdx, rsi, rdi
  ...[0x48, 0x63, 0xc7], // movsxd rax, edi
  ...[0x48, 0x8b, 0x44, 0xc3, HANDLERS_AT], // mov rax, [rbx + 8 rax + 16]
  ...[0x48, 0x85, 0xc0], // test rax, rax
  ...[0x74, 0x03], // jz default
  ...[0x5b], // pop rbx
  ...[0xff, 0xe0], // jmp rax
  ...[0x57], // default: push rdi
  ...[0x48, 0x8d, 0xb3, 0x80, 0, 0, 0], // lea rsi, [rbx + 128]
  ...[0x31, 0xd2], // xor edx, edx
  ...[0x41, 0xba, 8, 0, 0, 0], // mov r10d, 8
  ...[0xb8, 13, 0, 0, 0], // mov eax, rt_sigaction
  ...[0x0f, 0x05], // syscall
  ...[0xb8, 39, 0, 0, 0], // mov eax, getpid
  ...[0x0f, 0x05], // syscall
  ...[0x50], // push rax
  ...[0xb8, 0xba, 0, 0, 0], // mov eax, gettid
  ...[0x0f, 0x05], // syscall
  ...[0x89, 0xc6], // mov esi, eax
  ...[0x5f, 0x5a], // pop rdi, rdx
  ...[0xb8, 0xea, 0, 0, 0], // mov eax, tgkill: it waits for the end of this handler
  ...[0x0f, 0x05], // syscall
  ...[0x5b, 0xc3], // pop rbx, ret
);
const DATA_ADDRESS_AT = 6;

export class LastCall {
  readonly #data: Uint8Array<ArrayBuffer>;
  readonly #words: Uint32Array<ArrayBuffer>;
  readonly #texts = new Map<string, number>();
  /** By library: what of it waits on other threads, and how often. */
  readonly #elsewhere = new Map<string, Map<string, number>>();
  readonly #lists: readonly [number, number];
  #end = TEXTS_AT;
  #list = 0;

  /** Notes into `data`, of which only this thread's number is used by it. */
  constructor(data: Uint8Array<ArrayBuffer>, threadId: number) {
    this.#data = data;
    this.#words = new Uint32Array(data.buffer, data.byteOffset, 4);
    this.#words[THREAD] = threadId;
    this.#lists = [this.#room(MAX_LIST_BYTES), this.#room(MAX_LIST_BYTES)];
  }

  /** A call of a library, for `during`; 0 where there is no room for more. */
  textOf(path: string, call: string): number {
    const text = `falcod: ends, since the library ${shown(path)} has crashed in ${call}\n`;
    let offset = this.#texts.get(text);
    if (offset === undefined) {
      offset = this.#room(MAX_TEXT_BYTES);
      if (offset > 0) this.#write(offset, text, MAX_TEXT_BYTES);
      this.#texts.set(text, offset);
    }
    return offset;
  }

  /** What is being called on this thread from now on; the result is to be set again afterwards. */
  begin(text: number): number {
    const before = this.#words[CALL]!;
    this.#words[CALL] = text;
    return before;
  }

  end(before: number): void {
    this.#words[CALL] = before;
  }

  /** A library is there, and may have threads. */
  opened(path: string): void {
    if (!this.#elsewhere.has(path)) this.#elsewhere.set(path, new Map());
    this.#tellElsewhere();
  }

  /** A call on another thread; to be disposed of when it has come back. */
  elsewhere(path: string, call: string): Disposable {
    const change = (by: number) => {
      const calls = this.#elsewhere.get(path) ?? new Map<string, number>();
      this.#elsewhere.set(path, calls);
      const count = (calls.get(call) ?? 0) + by;
      if (count > 0) calls.set(call, count);
      else calls.delete(call);
      this.#tellElsewhere();
    };
    change(1);
    return { [Symbol.dispose]: () => change(-1) };
  }

  /** Into the list that nobody reads, which then takes the other's place. */
  #tellElsewhere(): void {
    const all = [...this.#elsewhere].map(([path, calls]) =>
      `${shown(path)}${calls.size > 0 ? ` in ${[...calls.keys()].join(" and ")}` : ""}`
    );
    const offset = this.#lists[this.#list ^= 1]!;
    const text = "falcod: ends, since a thread has crashed that runs no code of falcod's; " +
      `libraries with threads: ${all.join(", ")}\n`;
    this.#write(offset, text, MAX_LIST_BYTES);
    this.#words[CALLS_ELSEWHERE] = offset;
  }

  #room(sizeBytes: number): number {
    const offset = this.#end + 4;
    if (offset + sizeBytes > this.#data.length) return 0;
    this.#end = (offset + sizeBytes + 3) & ~3;
    return offset;
  }

  #write(offset: number, text: string, maxBytes: number): void {
    const room = this.#data.subarray(offset, offset + maxBytes);
    const { read, written } = new TextEncoder().encodeInto(text, room);
    if (read < text.length) room[written - 1] = 0x0a;
    new DataView(this.#data.buffer, this.#data.byteOffset).setUint32(offset - 4, written, true);
  }
}

/** Paths are anything; a terminal may show this. */
function shown(path: string): string {
  return JSON.stringify(path.length > 200 ? `…${path.slice(-200)}` : path).replace(
    /[\x7f-\x9f\u2028\u2029]/g,
    "?",
  );
}

let noted: LastCall | undefined;

/** Of this process. The first call has the kernel show crashes to the handler. */
export function lastCall(): LastCall {
  if (noted) return noted;
  const page = Deno.build.arch === "x86_64" ? codePage(DATA_BYTES, handlerFor) : undefined;
  noted = new LastCall(page?.data ?? new Uint8Array(DATA_BYTES), threadId());
  if (page) { for (const signal of SIGNALS) handle(signal, page); }
  return noted;
}

function handlerFor(dataAddress: bigint): Uint8Array {
  const handler = HANDLER.slice();
  new DataView(handler.buffer).setBigUint64(DATA_ADDRESS_AT, dataAddress, true);
  return handler;
}

function handle(signal: number, { address, data }: CodePage): void {
  const { sigaction } = openLibc();
  const before = new DataView(new ArrayBuffer(ACTION_BYTES));
  if (sigaction(signal, null, new Uint8Array(before.buffer)) !== 0) return;
  const handler = before.getBigUint64(0, true);
  new DataView(data.buffer, data.byteOffset)
    .setBigUint64(HANDLERS_AT + 8 * signal, handler === SIG_IGN ? 0n : handler, true);
  const action = new DataView(new ArrayBuffer(ACTION_BYTES));
  action.setBigUint64(0, address, true);
  action.setInt32(FLAGS_AT, SA_SIGINFO | SA_ONSTACK, true);
  sigaction(signal, new Uint8Array(action.buffer), null);
}

function threadId(): number {
  if (Deno.build.arch !== "x86_64") return 0;
  const none = new Uint8Array(0);
  return Number(openLibc().syscall(SYS_GETTID, 0n, none, none, 0n));
}
